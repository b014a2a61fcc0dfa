"""Official lists of services, with publisher, version and how far they are verified; and which of our categories they mean.

`schemes.csv` and `scheme_terms.csv` are data, to be edited without touching code. `mark` says how a row is known: `own`,
`verified` (read in a primary source), `secondary` (news copy or secondary page), `unverified` (general knowledge).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

HERE = Path(__file__).parent
MARKS = frozenset({"own", "verified", "secondary", "unverified"})


@dataclass(frozen=True)
class Scheme:
    """A list with its version; `uri` is blank where none is known."""

    code: str
    name_zh: str
    name_en: str
    publisher_zh: str
    publisher_en: str
    version: str
    year: int
    uri: str
    source: str
    mark: str
    note: str

    def name(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name_zh

    def publisher(self, language: str) -> str:
        return self.publisher_en if language.startswith("en") else self.publisher_zh


@dataclass(frozen=True)
class SchemeTerm:
    """One entry of a list (`parent` None: at its top); `categories` are the codes of ours that it means."""

    scheme: str
    code: str
    parent: str | None
    name_zh: str
    name_en: str
    mark: str
    categories: tuple[str, ...]

    def name(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name_zh


@cache
def schemes() -> dict[str, Scheme]:
    """Return every list by its code, ours first."""
    return {row["code"]: Scheme(**row | {"year": int(row["year"])}) for row in _rows("schemes.csv")}  # type: ignore[arg-type]


@cache
def terms() -> dict[str, SchemeTerm]:
    """Return every entry of the official lists by its code, groups before their members."""
    return {
        row["code"]: SchemeTerm(
            row["scheme"], row["code"], row["parent"] or None, row["name_zh"], row["name_en"], row["mark"],
            tuple(row["categories"].split()),
        )
        for row in _rows("scheme_terms.csv")
    }  # fmt: skip


def meant(code: str) -> frozenset[str]:
    """Return the codes of our categories that an official list, a group or an entry means; empty if there is none of this code."""
    return frozenset(
        category
        for term in terms().values()
        if code in (term.scheme, term.code, term.parent)
        for category in term.categories
    )


@cache
def of_category(category: str) -> tuple[SchemeTerm, ...]:
    """Return the entries of official lists that mean one of our categories."""
    return tuple(term for term in terms().values() if category in term.categories)


def id_of(code: str) -> UUID:
    """Return the id of a list or an entry: the same in every installation."""
    return uuid5(NAMESPACE_URL, f"tag:yike,2026:taxonomy:{code}")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
