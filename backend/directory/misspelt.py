"""Slips of the hand: words that are nearly a known word, in Latin letters by edit distance, in hanzi by one character."""

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection

from backend.directory.lexemes import LONGEST, bigrams
from backend.directory.synonyms import table

_LONGEST_RUN = 10
_CHECKED = 60
_KEPT = 12


def slips_allowed(word: str) -> int:
    """Return how many letters may be wrong in a Latin word: none below 4 letters, one below 7, else two."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def distance(typed: str, known: str, limit: int) -> int:
    """Return how many letters were missed, added, mistaken or swapped with their neighbour, `limit` + 1 if more."""
    if abs(len(typed) - len(known)) > limit:
        return limit + 1
    row = _last_row(typed, known, limit)
    return min(row[-1], limit + 1) if row else limit + 1


def beginning(typed: str, known: str, limit: int) -> tuple[int, str]:
    """Return (distance, beginning of `known`) for the beginning that is nearest to what was typed."""
    known = known[: len(typed) + limit]
    row = _last_row(typed, known, limit)
    if not row:
        return limit + 1, ""
    at = min(range(len(row)), key=lambda j: (row[j], abs(j - len(typed))))
    return row[at], known[:at]


def _last_row(typed: str, known: str, limit: int) -> list[int]:
    """Return the distances to each beginning of `known` (optimal string alignment), empty once all exceed the limit."""
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(known, 1):
            best = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and typed[i - 2] == other:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return []
    return row


def known_words(typed: str) -> list[str]:
    """Return what words of names and addresses begin with and that is nearest to what was typed, if it is near."""
    limit = slips_allowed(typed)
    if not limit or not typed.isascii() or not typed.isalpha():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM directory_similar_words(%s, %s)", [typed[:LONGEST], _CHECKED])
        near = sorted({beginning(typed, row[0], limit) for row in cursor.fetchall()})
    return [word for far, word in near if far <= limit and far == near[0][0]][:_KEPT]


def kinds_of_latin(typed: str) -> set[str]:
    """Return the categories whose name or sound is nearest to what was typed, if it is near."""
    near: dict[int, set[str]] = defaultdict(set)
    for word in {typed, typed.replace(" ", "")}:
        limit, letters = slips_allowed(word), set(word)
        if not limit:
            continue
        for key in table().order:
            if abs(len(key) - len(word)) <= limit and key.isascii() and len(letters.difference(key)) <= limit:
                far = distance(word, key, limit)
                if far <= limit:
                    near[far] |= table().any(key).strong
    return near[min(near)] if near else set()


def kinds_of_hanzi(run: str) -> set[str]:
    """Return the categories with a name in which one hanzi is another, too much or missing; of two the first is right."""
    found: set[str] = set()
    for key, meaning in table().written.items():
        if max(len(run), len(key)) < 3 and run[0] != key[0]:
            continue
        if min(len(run), len(key)) > 1 and set(run) & set(key) and distance(run, key, 1) == 1:
            found |= meaning.strong
    return found


def one_hanzi_off(run: str) -> Iterator[str]:
    """Yield queries for runs in which one hanzi is another, too much or missing; none for runs below three."""
    if not 3 <= len(run) <= _LONGEST_RUN:
        return
    for at in range(len(run)):
        yield _standing(run[:at], run[at + 1 :])
        if len(run) > 3:
            yield _standing(run[:at] + run[at + 1 :])
    for at in range(1, len(run)):
        yield _standing(run[:at], run[at:])


def words_of(run: str) -> list[str]:
    """Return the words of a run of hanzi."""
    import rjieba

    return list(rjieba.cut(run))


def _standing(*runs: str) -> str:
    return " & ".join(dict.fromkeys(f"'h{gram}'" for run in runs if run for gram in bigrams(run)))
