"""The 15-minute circle and the services in it. All of it is public but the circle of a home."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlencode
from uuid import UUID

from ninja import Query
from pydantic_core import to_json

from api.edge import PUBLIC, Reply, Request, Router, access, language, read_cursor, write_cursor
from api.schemas.categories import ServiceCategoriesOut
from api.schemas.directory import (
    AreaOut,
    CircleOut,
    CircleQuery,
    StartQuery,
)
from backend.core import geo
from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, Unauthenticated
from backend.directory import area, categories, finding, origins
from backend.directory.circle import Position, Start, Wish
from backend.directory.listing import Filters
from backend.people.roles import ClientScope, Power

router = Router(tags=["directory"])

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of an instant whose opening hours are asked about."""

DIRECTORY = PUBLIC("the directory of services is public")

BY_ORIGIN = PUBLIC("the circle of a point or a building is public; a home asks for a person inside")


@router.get("/circle", response=CircleOut)
@access(BY_ORIGIN, power=Power.BOOK, scope=ClientScope.CIRCLE_READ)
def get_circle(request: Request, query: Query[CircleQuery]) -> Reply:
    """What can be reached on foot from a point, a building or a home: nearest first, with `q` by the words and the walk together.

    If nothing within is written as `q`, items are what is nearly so; if nothing is within, `beyond` has the nearest farther away.
    """
    salt = _salt(query)
    wish = replace(_walk(query), filters=_filters(query), limit=query.limit, after=_after(query.cursor, salt))
    found = finding.find(_start(request, query), wish)
    cursor = write_cursor(list(found.next), salt) if found.next else None
    shown = CircleOut.plain(found, language(request), categories.terms(), cursor)
    return Reply(to_json(shown), content_type="application/json")


@router.get("/circle/area", response=AreaOut)
@access(BY_ORIGIN, power=Power.BOOK, scope=ClientScope.CIRCLE_READ)
def get_area(request: Request, query: Query[StartQuery]) -> Reply:
    """The reachable area as GeoJSON, for drawing: what lies within 30 m of the streets walked in time."""
    shown = area.feature(_start(request, query), _walk(query))
    return Reply(json.dumps(shown, separators=(",", ":")), content_type="application/geo+json")


@router.get("/categories", response=ServiceCategoriesOut)
@access(DIRECTORY)
def get_categories(request: Request) -> ServiceCategoriesOut:
    """Every kind of service: groups (without parent) and their members, with the official lists they are on."""
    return ServiceCategoriesOut.of(language(request))


def _walk(query: StartQuery) -> Wish:
    return Wish(query.minutes, query.pace, profile=query.profile, gates=query.gates == "now")


def _start(request: Request, query: StartQuery) -> Start:
    given = [query.lon is not None or query.lat is not None, query.home_id is not None, query.building_id is not None]
    if sum(given) != 1:
        _wrong("lon", "origin-missing" if not any(given) else "origin-ambiguous",
               "give lon and lat, or home_id, or building_id", "请提供 lon 和 lat，或 home_id，或 building_id 之一")  # fmt: skip
    if query.home_id is not None:
        if request.actor.kind == "anonymous":
            raise Unauthenticated
        return origins.of_home(request.actor, query.home_id)
    if query.building_id is not None:
        return origins.of_building(query.building_id)
    return Start(*_position(query))


def _position(query: StartQuery) -> tuple[float, float]:
    if query.lon is None or query.lat is None:
        _wrong("lat" if query.lat is None else "lon", "missing", "lon and lat go together", "lon 与 lat 须同时提供")
    try:
        return geo.to_wgs84(query.lon, query.lat, query.crs)
    except Invalid as wrong:
        named = [FieldError(f"?{e.pointer.lstrip('/')}", e.code, e.detail, e.zh) for e in wrong.errors]
        raise Invalid(*named) from None


def _filters(query: CircleQuery) -> Filters:
    if query.category and not categories.covered(query.category):
        _wrong("category", "category-unknown", "not a code of GET /categories", "不是 GET /categories 中的代码")
    return Filters(query.category, query.q.strip(), _instant(query.open), query.accessible, query.certified)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    if text == "now":
        return now()
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        _wrong(
            "open",
            "not-an-instant",
            f"must be `now` or an ISO 8601 instant with an offset, {FIRST_YEAR} to {LAST_YEAR}",
            f"须为 now 或带时区的 ISO 8601 时刻（{FIRST_YEAR} 至 {LAST_YEAR} 年）",
        )
    return instant


def _salt(query: CircleQuery) -> str:
    return "circle:" + urlencode(sorted(query.model_dump(exclude={"cursor", "limit"}).items()))


def _after(cursor: str, salt: str) -> Position | None:
    if not cursor:
        return None
    effort, place = read_cursor(cursor, salt)
    return effort, UUID(place)


def _wrong(name: str, code: str, detail: str, zh: str) -> NoReturn:
    raise Invalid(FieldError(f"?{name}", code, detail, zh))
