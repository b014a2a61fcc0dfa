"""Suggestions while a person types: kinds of services, services by name (near ones first), life events."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from backend.core import geo
from backend.directory import categories, misspelt, searching
from backend.directory.lexemes import HANZI, WORD, fold, initials, pinyin
from backend.directory.listing import TABLES
from backend.directory.models import LifeEvent
from backend.directory.synonyms import SHORTEST_SOUND, table

NEAR = 400
"""How many of the nearest locations are looked at first."""

_KINDS = 4
_FAR_LOOKED_AT = 200
_ROW = "x.id, s.id, s.name, s.name_en, t.code, l.lon, l.lat, l.zone, l.easting, l.northing"


@dataclass(frozen=True)
class Suggestion:
    """`kind` is `category`, `service` or `life_event`; `code` is its code, or the id of the service at the location."""

    kind: Literal["category", "service", "life_event"]
    code: str
    name: str
    name_en: str
    category: str = ""
    service_id: UUID | None = None
    lon: float | None = None
    lat: float | None = None
    metres: float | None = None
    """As the crow flies from where it was asked; None when nobody said where."""

    def label(self, language: str) -> str:
        """Return its name in the reader's language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


def suggest(typed: str, lonlat: tuple[float, float] | None = None, limit: int = 8) -> list[Suggestion]:
    """Return what the typed may become, WGS-84 degrees given for nearness: kinds first, then life events, then services.

    Raises Invalid off the earth.
    """
    plain = fold(typed).strip()
    if lonlat is not None:
        geo.check_position(*lonlat)
    if not WORD.search(plain):
        return []
    kinds = _kinds(plain, typed)[: min(_KINDS, limit)]
    events = list(_events(plain))[:2]
    found = [*kinds, *events]
    return [*found, *_services(typed, lonlat, limit - len(found))][:limit]


def _kinds(plain: str, typed: str) -> list[Suggestion]:
    codes: dict[str, None] = {}
    meant = searching.meaning_of(typed)
    known, joined = table(), "".join(WORD.findall(plain))
    for code in (*sorted(meant.strong), *sorted(meant.weak)):
        codes[code] = None
    if HANZI.search(plain) or len(joined) >= SHORTEST_SOUND - 1:
        for begun in dict.fromkeys((plain, joined)):
            for _, meaning in known.beginning(begun)[:12]:
                codes |= dict.fromkeys(sorted(meaning.strong))
    if not codes and len(joined) >= SHORTEST_SOUND + 1:
        slips = misspelt.kinds_of_hanzi(plain) if HANZI.search(plain) else misspelt.kinds_of_latin(plain)
        codes |= dict.fromkeys(sorted(slips))
    terms = categories.terms()
    return [Suggestion("category", code, terms[code].name_zh, terms[code].name_en) for code in codes]


def _events(plain: str) -> Iterator[Suggestion]:
    """Yield the life events whose name holds what was typed, or sounds so from its beginning (there are few)."""
    joined = "".join(WORD.findall(plain))
    if not HANZI.search(joined) and len(joined) < SHORTEST_SOUND:
        return
    for event in LifeEvent.objects.filter(is_current=True):
        sounds = [form(run) for run in HANZI.findall(fold(event.name)) for form in (pinyin, initials)]
        words = WORD.findall(fold(event.name_en))
        if joined in fold(event.name) or any(one.startswith(joined) for one in (*sounds, *words)):
            yield Suggestion("life_event", event.code, event.name, event.name_en)


def _services(typed: str, lonlat: tuple[float, float] | None, limit: int) -> list[Suggestion]:
    query = searching.named(typed)
    if not query or limit < 1:
        return []
    begins = f"'n{''.join(WORD.findall(fold(typed)))[:40]}':*"
    at = (0, 0.0, 0.0)
    rows: list[tuple[Any, ...]] = []
    if lonlat is not None:
        zone = geo.utm_zone(lonlat[0])
        at = (zone, *geo.utm(*lonlat, zone))
        rows = _near(query, begins, at)
    if len(rows) < limit and (HANZI.search(typed) or len(typed.strip()) > 1):
        known = {row[0] for row in rows}
        rows += [row for row in _anywhere(query, begins) if row[0] not in known]

    def order(row: tuple[Any, ...]) -> tuple[bool, float, int, str]:
        return not row[-1], _metres(row, at) if lonlat else 0.0, len(row[2]), str(row[0])

    found: dict[tuple[str, str], Suggestion] = {}
    for row in sorted(rows, key=order):
        metres = round(_metres(row, at)) if lonlat and row[7] == at[0] else None
        made = Suggestion("service", str(row[0]), row[2], row[3], row[4], row[1], row[5], row[6], metres)
        found.setdefault((made.name, made.name_en), made)
    return list(found.values())[:limit]


def _metres(row: tuple[Any, ...], at: tuple[int, float, float]) -> float:
    return hypot(row[8] - at[1], row[9] - at[2]) if row[7] == at[0] else float("inf")


def _near(query: str, begins: str, at: tuple[int, float, float]) -> list[tuple[Any, ...]]:
    joined = TABLES.replace("directory_location", "near")
    return _rows(
        "WITH near AS MATERIALIZED (SELECT id, lon, lat, zone, easting, northing FROM directory_location WHERE zone = %s "  # noqa: S608 - fixed parts
        f"ORDER BY point(easting, northing) <-> point(%s, %s) LIMIT {NEAR}) "
        f"SELECT {_ROW}, x.search @@ %s::tsquery FROM {joined} "
        "WHERE s.status = 'active' AND s.name <> '' AND x.search @@ %s::tsquery",
        [*at, begins, query],
    )


def _anywhere(query: str, begins: str) -> list[tuple[Any, ...]]:
    return _rows(
        f"SELECT {_ROW}, x.search @@ %s::tsquery FROM {TABLES} "  # noqa: S608 - fixed parts
        f"WHERE s.status = 'active' AND s.name <> '' AND x.search @@ %s::tsquery LIMIT {_FAR_LOOKED_AT}",
        [begins, query],
    )


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
