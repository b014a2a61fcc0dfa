"""Words for the search column, without a database dictionary: hanzi, pinyin, initials, Latin words, the category.

A lexeme's first letter says what it is: `h` hanzi or hanzi bigram, `p` pinyin of the words from here on, `f` the same as
a careless ear hears it, `i` their initials, `w` a Latin word; `n` a whole name (as written, as pinyin, as initials), `c` the
code of the category. After an `o` stands a word of another text than the name: the operator, the address. All but `h` and
`c` are searched by prefix. Traditional forms, width, case and accents are folded away.
"""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

HANZI = re.compile(r"[㐀-鿿]+")
WORD = re.compile(r"[^\W_]+")
LONGEST = 40
MARK = "v2"
"""A lexeme that every vector carries: of which generation it is. A new one makes the next migrate write all anew."""

_HEAD = re.compile(r"^[^(\[<{]+")


def of_service(name: str, name_en: str, category: str, *others: str) -> list[str]:
    """Return the sorted lexemes under which a service of this category is found; `others` are operator, address …"""
    found = {MARK, "c" + category}
    for text in filter(None, (name, name_en)):
        plain = fold(text)
        found |= _words(plain)
        head = _HEAD.match(plain)
        for whole in {plain, head[0] if head else plain, plain.rpartition("·")[2]}:
            found.update("n" + form[:LONGEST] for form in _forms(whole) if form)
    for text in filter(None, others):
        found.update("o" + word for word in _words(fold(text)) if word[0] != "i")
    return sorted(found)


def fold(text: str) -> str:
    """Return the text in simplified hanzi without case, width and accents (ü becomes u)."""
    folded = unicodedata.normalize("NFKD", _simplifier().convert(text)).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))


def bigrams(run: str) -> list[str]:
    """Return the pairs of neighbours in a run of hanzi, the hanzi itself if it is alone."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def pinyin(run: str) -> str:
    """Return how a run of hanzi is typed: syllables without tones in one piece, ü as v."""
    return "".join(syllable for word in syllables(run) for syllable in word)


def initials(run: str) -> str:
    return "".join(syllable[0] for word in syllables(run) for syllable in word if syllable)


def soften(latin: str) -> str:
    """Fold what ears and keyboards confuse: zh ch sh with z c s, -ng with -n, ü with u."""
    return re.sub(r"([zcs])h", r"\1", latin).replace("ng", "n").replace("v", "u")


@lru_cache(maxsize=20_000)
def syllables(run: str) -> tuple[tuple[str, ...], ...]:
    """Return the syllables of each word of a run of hanzi."""
    import rjieba  # large dictionaries, read when words are first asked for: most processes never ask
    from pypinyin import Style, lazy_pinyin

    return tuple(tuple(lazy_pinyin(word, style=Style.NORMAL, errors="ignore")) for word in rjieba.cut(run))


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _words(plain: str) -> set[str]:
    found: set[str] = set()
    for run in HANZI.findall(plain):
        found.update("h" + gram for gram in (*run, *bigrams(run)))
        words = syllables(run)
        for first in range(len(words)):
            rest = [syllable for word in words[first:] for syllable in word]
            typed = "".join(rest)
            found.add(("p" + typed)[: LONGEST + 1])
            found.add(("f" + soften(typed))[: LONGEST + 1])
            found.add(("i" + "".join(syllable[0] for syllable in rest if syllable))[: LONGEST + 1])
    found.update("w" + word[:LONGEST] for word in WORD.findall(HANZI.sub(" ", plain)))
    return found - {"p", "f", "i"}


def _forms(plain: str) -> set[str]:
    """Return a whole name as it may be typed: as written, as pinyin, as initials; nothing between the words."""
    written = "".join(WORD.findall(plain))
    return {written, HANZI.sub(lambda run: pinyin(run[0]), written), HANZI.sub(lambda run: initials(run[0]), written)}
