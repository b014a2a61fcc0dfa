"""What a person typed, as queries over the search column: each way to read it, and what that reading costs.

The cost is told in metres of walking, so that relevance and walking time make one order: a name that is exactly so comes
first, then names and kinds by the walk, among them what only may do as if it were `ASIDE` - `NAMED` metres farther; then,
where nothing is written so, what is written or sounds nearly so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backend.directory import misspelt
from backend.directory.lexemes import HANZI, LONGEST, WORD, bigrams, fold, pinyin, soften
from backend.directory.synonyms import Meaning, table

EXACT, NAMED, ASIDE, SOUNDS_SO, NEARLY, LOOSELY = 0.0, 10_000.0, 10_400.0, 20_000.0, 30_000.0, 40_000.0
_NOTHING = "'h'"
_KINDS_AT_MOST = 4
_CORRECTED_AT_MOST = 6


@dataclass(frozen=True)
class Sought:
    """Readings, best first: (query as tsquery text, metres). A row costs what the first that finds it costs."""

    readings: tuple[tuple[str, float], ...]

    @property
    def whole(self) -> str:
        """The query that any of them finds; it finds nothing if there is nothing to look for."""
        return any_of(query for query, _ in self.readings) or _NOTHING

    def cost(self) -> tuple[str, list[Any]]:
        """Return SQL over `listing.TABLES` for the metres a row costs beyond its walk, and its parameters."""
        if not self.readings:
            return "0", []
        *better, (_, last) = self.readings
        if not better:
            return "%s::float", [last]
        whens = " ".join("WHEN x.search @@ %s::tsquery THEN %s::float" for _ in better)
        return f"CASE {whens} ELSE %s::float END", [value for reading in better for value in reading] + [last]


@dataclass(frozen=True)
class Part:
    """A run of hanzi, or Latin words side by side: as written, and as pinyin (ü as v)."""

    hanzi: str = ""
    words: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()

    @property
    def sound(self) -> str:
        return (pinyin(self.hanzi) if self.hanzi else "".join(self.sounds))[:LONGEST]


@lru_cache(maxsize=2000)
def written(text: str) -> Sought:
    """Return how the text is read when it is written as meant. Every part must be found."""
    parts = parts_of(text)
    whole = "".join(WORD.findall(fold(text)))[:LONGEST]
    exact = f"'n{whole}'" if whole else ""
    return _sought(
        (exact, EXACT),
        (all_of(_meant(part, is_wide=False) for part in parts), NAMED),
        (all_of(_meant(part, is_wide=True) for part in parts), ASIDE),
    )


def nearly(text: str) -> Sought:
    """Return how the text is read when it is not found as written: as it sounds, one slip corrected, at last its kind alone."""
    parts = parts_of(text)
    sounding = [any_of((_meant(part, is_wide=True), _sounding(part))) for part in parts]
    slipped = [any_of((one, _slipped(part))) for one, part in zip(sounding, parts, strict=True)]
    kinds = any_of(code for part in parts for code in _kinds_within(part))
    return _sought((all_of(sounding), SOUNDS_SO), (all_of(slipped), NEARLY), (kinds, LOOSELY))


def meaning_of(text: str) -> Meaning:
    """Return the categories that the whole text means, without the words of asking."""
    found = Meaning()
    for part in parts_of(text):
        for form in _forms(part):
            found.add(_meaning(form))
    return found


def parts_of(text: str) -> list[Part]:
    """Return the parts of a text in their order."""
    plain, parts, at = fold(text), list[Part](), 0
    umlauts = fold(text.replace("ü", "v").replace("Ü", "v"))
    umlauts = umlauts if len(umlauts) == len(plain) else plain

    def latin(start: int, end: int) -> None:
        found = list(WORD.finditer(plain, start, end))
        if found:
            sounds = [umlauts[one.start() : one.end()].replace("lyu", "lv").replace("nyu", "nv") for one in found]
            parts.append(Part(words=tuple(one[0] for one in found), sounds=tuple(sounds)))

    for run in HANZI.finditer(plain):
        latin(at, run.start())
        parts.append(Part(hanzi=run[0]))
        at = run.end()
    latin(at, len(plain))
    return [part for part in parts if _without_asking(part) is not None] or parts


def all_of(queries: Iterable[str]) -> str:
    """Return the query that all of these find; none if one of them is none."""
    given = list(queries)
    if not all(given):
        return ""
    return given[0] if len(given) == 1 else " & ".join(f"({query})" for query in given)


def any_of(queries: Iterable[str]) -> str:
    """Return the query that any of these finds."""
    given = list(dict.fromkeys(query for query in queries if query))
    return given[0] if len(given) == 1 else " | ".join(f"({query})" for query in given)


def grams(run: str, prefix: str = "h") -> str:
    """Return the query for hanzi standing together."""
    return " & ".join(f"'{prefix}{gram}'" for gram in bigrams(run))


def codes(found: Iterable[str]) -> str:
    return " | ".join(f"'c{code}'" for code in sorted(found))


def named(text: str) -> str:
    """Return the query for names that hold what has been typed so far; empty if there is nothing to look for."""
    return all_of(_typed_name(part) for part in parts_of(text))


def _typed_name(part: Part) -> str:
    if part.hanzi:
        return grams(part.hanzi)
    joined = "".join(part.words)[:LONGEST]
    words = all_of(f"'w{word}':*" for word in part.words)
    return any_of((f"'n{joined}':*", f"'p{part.sound}':*", f"'i{joined}':*", words))


def _sought(*readings: tuple[str, float]) -> Sought:
    return Sought(tuple(reading for reading in readings if reading[0]))


def _without_asking(part: Part) -> Part | None:
    """Return the part without words of asking (附近的, where is); None if nothing else is in it."""
    spoken = table().spoken
    if part.hanzi:
        run = part.hanzi
        for word in spoken:
            run = run.replace(word, "") if len(word) > 1 else run.removeprefix(word).removesuffix(word)
        return Part(hanzi=run) if len(run) > 1 or run in table().written else None
    kept = [i for i, word in enumerate(part.words) if word not in spoken]
    if not kept:
        return None
    return Part(words=tuple(part.words[i] for i in kept), sounds=tuple(part.sounds[i] for i in kept))


def _forms(part: Part) -> list[Part]:
    bare = _without_asking(part)
    return [part] if bare is None or bare == part else [part, bare]


def _meaning(part: Part) -> Meaning:
    if part.hanzi:
        return table().of_hanzi(part.hanzi)
    found = table().of_latin(list(part.words))
    return found or table().of_latin(list(part.sounds))


def _meant(part: Part, *, is_wide: bool) -> str:
    read: Callable[[Part, bool], str] = _hanzi if part.hanzi else _latin
    return any_of(read(form, is_wide) for form in _forms(part))


def _hanzi(part: Part, is_wide: bool) -> str:
    split = (all_of(_plain_hanzi(piece, is_wide) for piece in pieces) for pieces in _pieces(part.hanzi))
    return any_of((_plain_hanzi(part.hanzi, is_wide), *split))


def _plain_hanzi(run: str, is_wide: bool) -> str:
    meaning = table().of_hanzi(run)
    options = [grams(run), codes(meaning.strong)]
    if is_wide:
        options += [grams(run, "oh"), codes(meaning.weak), codes(_begun(run))]
    return any_of(options)


def _pieces(run: str) -> list[list[str]]:
    """Return the ways to take a run apart: the longest known word at its end, at its beginning, and word by word."""
    known = table().written
    ways: list[list[str]] = []
    for cut in range(1, len(run) - 1):
        if run[cut:] in known:
            ways.append([run[:cut], run[cut:]])
            break
    for cut in range(len(run) - 1, 1, -1):
        if run[:cut] in known:
            ways.append([run[:cut], run[cut:]])
            break
    words = misspelt.words_of(run)
    return [*ways, words] if len(words) > 1 else ways


def _latin(part: Part, is_wide: bool) -> str:
    options = [_plain_latin(part, is_wide)]
    count = len(part.words)
    if count > 1:
        options.append(all_of(_plain_latin(_some(part, i, i + 1), is_wide) for i in range(count)))
        for cut in range(1, count):
            halves = (_some(part, 0, cut), _some(part, cut, count))
            options.append(all_of(_plain_latin(half, is_wide) for half in halves))
    else:
        sound = part.sound
        for cut in range(2, len(sound) - 3):
            for name, kind in ((sound[:cut], sound[cut:]), (sound[cut:], sound[:cut])):
                if len(kind) >= 4 and (meaning := table().sounds.get(kind)):
                    options.append(all_of((_sound(name, is_wide), codes(meaning.strong | meaning.weak))))
    return any_of(options)


def _some(part: Part, first: int, end: int) -> Part:
    return Part(words=part.words[first:end], sounds=part.sounds[first:end])


def _plain_latin(part: Part, is_wide: bool) -> str:
    joined, meaning = "".join(part.words)[:LONGEST], _meaning(part)
    options = [f"'n{joined}':*", _sound(part.sound, is_wide), codes(meaning.strong)]
    if len(part.words) == 1:
        options.append(f"'w{joined}':*")
    if is_wide:
        options += [f"'i{joined}':*", codes(meaning.weak)]
        if len(part.words) == 1:
            options.append(f"'ow{joined}':*")
        if len(joined) > 2:
            options.append(codes(_begun(joined)))
    return any_of(options)


def _sound(sound: str, is_wide: bool) -> str:
    return f"'p{sound}':*" + (f" | 'op{sound}':*" if is_wide else "")


def _begun(typed: str) -> set[str]:
    """Return the few kinds of which the typed is the beginning of a name; none if it may be many."""
    found = {code for _, meaning in table().beginning(typed) for code in meaning.strong}
    return found if len(found) <= _KINDS_AT_MOST else set()


def _sounding(part: Part) -> str:
    options = []
    for form in _forms(part):
        soft = soften(form.sound)
        meant = table().soft.get(soft)
        options += [f"'f{soft}':* | 'of{soft}':*" if len(soft) > 1 else "", codes(meant.strong) if meant else ""]
    return any_of(options)


def _slipped(part: Part) -> str:
    options = []
    for form in _forms(part):
        if _meaning(form):
            continue  # a word of ours is no slip
        if form.hanzi:
            options += [any_of(misspelt.one_hanzi_off(form.hanzi)), codes(misspelt.kinds_of_hanzi(form.hanzi))]
            options.append(any_of(f"'p{word}':*" for word in misspelt.known_words(form.sound)))
            continue
        options.append(_corrected(form.sound))
        options.append(codes(misspelt.kinds_of_latin(" ".join(form.words))))
        if 1 < len(form.words) <= _CORRECTED_AT_MOST:
            options.append(all_of(any_of((_plain_latin(_some(form, i, i + 1), True), _corrected(word)))
                                  for i, word in enumerate(form.words)))  # fmt: skip
    return any_of(options)


def _corrected(word: str) -> str:
    corrected = (f"'{prefix}{known}':*" for known in misspelt.known_words(word) for prefix in ("p", "w", "op", "ow"))
    return any_of((*corrected, codes(misspelt.kinds_of_latin(word))))


def _kinds_within(part: Part) -> list[str]:
    """Return the queries for the kinds that a part names beside other words."""
    if part.hanzi:
        return [codes(table().of_hanzi(piece).strong) for pieces in _pieces(part.hanzi) for piece in pieces]
    return [codes(_meaning(_some(part, i, i + 1)).strong) for i in range(len(part.words))]
