"""Words for the search column: hanzi bigrams, pinyin, initials and Latin words, without a database dictionary.

A lexeme's first letter says what it is: `h` hanzi or hanzi bigram, `p` pinyin of the words from here on, `i` their
initials, `w` a Latin word. Pinyin, initials and Latin words are searched by prefix.
"""

import re
import unicodedata
from functools import lru_cache

import rjieba
from pypinyin import Style, lazy_pinyin

_HANZI = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[^\W_]+")
_LONGEST = 40


def lexemes(*texts: str) -> list[str]:
    """Return the sorted lexemes under which these texts are found."""
    found: set[str] = set()
    for text in filter(None, texts):
        plain = _plain(text)
        for run in _HANZI.findall(plain):
            found.update("h" + gram for gram in (*run, *_bigrams(run)))
            found.update(_sounds(run))
        found.update("w" + word[:_LONGEST] for word in _LATIN.findall(_HANZI.sub(" ", plain)))
    return sorted(found)


def tsquery(text: str) -> str:
    """Return the query (tsquery text) for what a person typed: every part must be found; empty if nothing to look for."""
    parts: list[str] = []
    plain = _plain(text)
    for run in _HANZI.findall(plain):
        parts += [f"'h{gram}'" for gram in (_bigrams(run) or run)]
    for word in (found[:_LONGEST] for found in _LATIN.findall(_HANZI.sub(" ", plain))):
        parts.append(f"('w{word}':* | 'p{word}':* | 'i{word}':*)" if word.isascii() else f"'w{word}':*")
    return " & ".join(parts)


def homophone_tsquery(text: str) -> str:
    """Return the query for words that sound like the hanzi typed (国达药房 finds 国大药房); empty without hanzi."""
    runs = _HANZI.findall(_plain(text))
    return " & ".join(f"'p{''.join(lazy_pinyin(run, errors='ignore'))[:_LONGEST]}':*" for run in runs)


def _plain(text: str) -> str:
    """Fold case, width and accents."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=20_000)
def _sounds(run: str) -> tuple[str, ...]:
    words = rjieba.cut(run)
    syllables = [lazy_pinyin(word, style=Style.NORMAL, errors="ignore") for word in words]
    found: list[str] = []
    for i in range(len(words)):
        rest = [syllable for word in syllables[i:] for syllable in word]
        found.append(("p" + "".join(rest))[: _LONGEST + 1])
        found.append(("i" + "".join(syllable[0] for syllable in rest if syllable))[: _LONGEST + 1])
    return tuple(found)
