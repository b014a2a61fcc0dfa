"""What people call the kinds of services: `synonyms.csv`, and the names of the terms themselves.

`strength` 1: it is the thing (药房 is a pharmacy). 2: it may do (买菜 in a supermarket). 0: a word of asking, not of the thing
asked for (附近的, where). The table is data, to be edited without touching code; words are kept apart by `|`.
"""

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from backend.directory import categories
from backend.directory.lexemes import HANZI, fold, initials, pinyin, soften

FILE = Path(__file__).parent / "synonyms.csv"
_PARTS = re.compile(r"[与（）、/,()]| and ")
SHORTEST_SOUND = 3
"""Letters of pinyin or initials below which they say nothing."""


@dataclass
class Meaning:
    """The codes that a word means, and those that may do."""

    strong: set[str] = field(default_factory=set)
    weak: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.strong or self.weak)

    def add(self, other: "Meaning") -> None:
        self.strong |= other.strong
        self.weak |= other.weak


@dataclass(frozen=True)
class Table:
    """`written`: words as they are written, Latin ones with one space between; `sounds`: pinyin, and Latin words in one piece;
    `soft`: sounds as a careless ear hears them; `short`: initials; `spoken`: the words of asking; `order`: all keys, sorted."""

    written: dict[str, Meaning]
    sounds: dict[str, Meaning]
    soft: dict[str, Meaning]
    short: dict[str, Meaning]
    spoken: tuple[str, ...]
    order: tuple[str, ...]

    def of_hanzi(self, run: str) -> Meaning:
        return self.written.get(run, Meaning())

    def of_latin(self, words: list[str]) -> Meaning:
        """Return what Latin words mean together: as English (also plural), as pinyin, as initials (these only may do)."""
        joined = "".join(words)
        found = Meaning()
        for phrase in {" ".join(words), " ".join([*words[:-1], singular(words[-1])])}:
            found.add(self.written.get(phrase, Meaning()))
        found.add(self.sounds.get(joined, Meaning()))
        if not found and (short := self.short.get(joined)):
            found.weak |= short.strong | short.weak
        return found

    def beginning(self, typed: str) -> list[tuple[str, Meaning]]:
        """Return the keys that begin with what was typed so far, shortest first."""
        first = bisect_left(self.order, typed)
        found = []
        for key in self.order[first:]:
            if not key.startswith(typed):
                break
            found.append(key)
        return [(key, self.any(key)) for key in sorted(found, key=lambda key: (len(key), key))]

    def any(self, key: str) -> Meaning:
        found = Meaning()
        for known in (self.written, self.sounds):
            found.add(known.get(key, Meaning()))
        return found


@cache
def table() -> Table:
    """Return the table; terms that the taxonomy does not have are left out."""
    written: dict[str, Meaning] = defaultdict(Meaning)
    spoken: list[str] = []
    terms = categories.terms()
    for code, term in terms.items():
        if term.parent is not None:
            for name in (term.name_zh, term.name_en, *_PARTS.split(term.name_zh), *_PARTS.split(term.name_en)):
                written[_phrase(name)].strong.add(code)
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = [_phrase(word) for word in row["words"].split("|")]
            if row["strength"] == "0":
                spoken += words
            elif row["category"] in terms:
                for word in words:
                    meaning = written[word]
                    (meaning.strong if row["strength"] == "1" else meaning.weak).add(row["category"])
    written.pop("", None)
    sounds: dict[str, Meaning] = defaultdict(Meaning)
    short: dict[str, Meaning] = defaultdict(Meaning)
    for word, meaning in written.items():
        meaning.weak -= meaning.strong
        sound = HANZI.sub(lambda run: pinyin(run[0]), word).replace(" ", "")
        if len(sound) >= SHORTEST_SOUND:
            sounds[sound].add(meaning)
        if HANZI.fullmatch(word) and len(word) > 1:
            short[initials(word)].add(meaning)
    soft: dict[str, Meaning] = defaultdict(Meaning)
    for sound, meaning in sounds.items():
        soft[soften(sound)].add(meaning)
    order = tuple(sorted({*written, *sounds}))
    return Table(
        dict(written), dict(sounds), dict(soft), dict(short), tuple(sorted(spoken, key=len, reverse=True)), order
    )  # fmt: skip


def singular(word: str) -> str:
    """Return an English word without the ending of its plural (pharmacies: pharmacy); others as they are."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2 and not word.endswith("ss" if ending == "s" else " "):
            return word[: -len(ending)] + instead
    return word


def _phrase(text: str) -> str:
    return " ".join(fold(text).replace("-", " ").split())
