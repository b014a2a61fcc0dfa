"""What kinds of services there are: Beijing's eight basic functions, the state guide's lists, public services.

The terms live in `taxonomy.csv`, the OpenStreetMap tags that mean them in `osm_tags.csv`; both are data, to be edited
without touching code. Lists: `beijing-8` (八项基本便民功能), `guide-basic` (基本保障类), `guide-quality` (品质提升类), `public`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.directory import schemes

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Term:
    """One taxonomy term; `parent` is None for a group."""

    code: str
    parent: str | None
    lists: tuple[str, ...]
    name_zh: str
    name_en: str

    def name(self, language: str) -> str:
        """Return the name in `zh…` or `en…`."""
        return self.name_en if language.startswith("en") else self.name_zh


@cache
def terms() -> dict[str, Term]:
    """Return every term by code, groups before their members."""
    with (HERE / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Term(
                row["code"], row["parent"] or None, tuple(row["lists"].split()), row["name_zh"], row["name_en"]
            )
            for row in csv.DictReader(file)
        }


def covered(code: str) -> frozenset[str]:
    """Return the codes meant by `code`: a term, a group with its members, a list, or an official list or entry of `schemes`.

    Empty if there is no such code.
    """
    ours = frozenset(term.code for term in terms().values() if code in (term.code, term.parent, *term.lists))
    return ours or schemes.meant(code)


@cache
def _osm_tags() -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    by_key: dict[str, dict[str, str]] = {}
    with (HERE / "osm_tags.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_key.setdefault(row["key"], {})[row["value"]] = row["category"]
    return by_key, tuple(by_key)


def osm_keys() -> tuple[str, ...]:
    """Return the OpenStreetMap keys that can make a thing a service, most telling first."""
    return _osm_tags()[1]


def of_osm(tags: Mapping[str, str]) -> str | None:
    """Return the category of an OpenStreetMap object, None if it is no service.

    A value that is listed wins over the `*` of an earlier key; of several values (`a;b`) the first known one counts.
    """
    by_key, keys = _osm_tags()
    fallback: str | None = None
    for key in keys:
        value = tags.get(key)
        if not value or value == "no":
            continue
        table = by_key[key]
        for part in value.split(";"):
            if (code := table.get(part.strip())) is not None:
                return code
        fallback = fallback or table.get("*")
    return fallback
