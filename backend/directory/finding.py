"""A search from where a person stands: the circle, then what is written or sounds nearly so, then the nearest beyond it."""

from dataclasses import replace
from math import hypot

from django.db import connection

from backend.core import geo
from backend.directory import circle
from backend.directory.ahead.profiles import DETOUR
from backend.directory.circle import Circle, Found, Start, Wish
from backend.directory.listing import COLUMNS, TABLES, Filters, Listed
from backend.directory.searching import SOUNDS_SO
from backend.directory.walking.streets import PACES

BEYOND = 5
FARTHEST = 10_000.0
"""Metres as the crow flies past which nothing is told."""

_LOOKED_AT = 12
_OPEN_LOOKED_AT = 120
_LONGEST_WALK = 60
_MATCHING = "SELECT * FROM directory_serviceatlocation WHERE search @@ %s::tsquery OFFSET 0"


def find(start: Start, wish: Wish) -> Circle:
    """Return the circle of what is asked for, and what is nearest beyond it if that is not within.

    On the first page: nothing within is written as `q` → what is nearly so (`is_similar`), and in `beyond` the nearest that is
    written so, else nearly so. A later page goes on with what its first page showed. Raises Invalid off the earth.
    """
    if wish.after is not None:
        return circle.of(start, _loose(wish) if wish.after[0] >= SOUNDS_SO else wish)
    found = circle.of(start, wish)
    if found.items:
        return found
    beyond = nearest(start, wish)
    if not wish.filters.q:
        return replace(found, beyond=tuple(beyond))
    loose = _loose(wish)
    similar = circle.of(start, loose)
    if not similar.items and not beyond:
        beyond = nearest(start, loose)
        return replace(similar, wish=wish, beyond=tuple(beyond), is_similar=bool(beyond))
    return replace(similar, wish=wish, beyond=tuple(beyond), is_similar=bool(similar.items))


def nearest(start: Start, wish: Wish) -> list[Found]:
    """Return up to `BEYOND` services that are asked for and nearest by the walk, wherever they are within `FARTHEST`.

    Walks are of the streets up to an hour. What is farther is an estimate: straight line × 1.3, an hour at least; in a wheelchair
    nothing is guessed.
    """
    near = _as_the_crow_flies(start, wish.filters)
    if not near:
        return []
    only = replace(wish.filters, only=tuple(listed.id for listed, *_ in near))
    reached = circle.of(start, replace(wish, minutes=_LONGEST_WALK, filters=only, limit=len(near), after=None)).items
    walked = {found.listed.id for found in reached}
    if wish.profile != "foot":
        return reached[:BEYOND]
    instant, hour = wish.filters.instant, _LONGEST_WALK * 60 * PACES[wish.pace]
    guessed = [
        Found(listed, effort, effort, True, wish.pace, listed.opening(instant), cost)
        for listed, effort, cost in ((listed, max(straight * DETOUR, hour), cost) for listed, straight, cost in near)
        if listed.id not in walked
    ]
    return sorted([*reached, *guessed], key=lambda found: found.position)[:BEYOND]


def _loose(wish: Wish) -> Wish:
    return replace(wish, filters=replace(wish.filters, is_loose=True))


def _as_the_crow_flies(start: Start, filters: Filters) -> list[tuple[Listed, float, float]]:
    """Return (service, metres as the crow flies, cost of its words) of the nearest that the filters let through, nearest first."""
    geo.check_position(start.lon, start.lat)
    zone = geo.utm_zone(start.lon)
    easting, northing = geo.utm(start.lon, start.lat, zone)
    conditions, parameters = filters.sql()
    cost, costs = filters.cost()
    many = _OPEN_LOOKED_AT if filters.is_open else _LOOKED_AT
    tables, nearness, matching = TABLES, "point(l.easting, l.northing) <-> point(%s, %s)", list[str]()
    if filters.q:
        # What is not around is rare: find the words first, or the planner goes through all places from the nearest on.
        tables = TABLES.replace("directory_serviceatlocation x", f"({_MATCHING}) x")
        nearness, matching = "(l.easting - %s) ^ 2 + (l.northing - %s) ^ 2", [filters.sought.whole]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS}, l.easting, l.northing, {cost} FROM {tables} WHERE l.zone = %s "  # noqa: S608 - fixed parts
            f"AND point(l.easting, l.northing) <@ circle(point(%s, %s), %s) AND {conditions} "
            f"ORDER BY {nearness} LIMIT %s",
            [*costs, *matching, zone, easting, northing, FARTHEST, *parameters, easting, northing, many],
        )
        rows = cursor.fetchall()
    found = [(Listed(*row[:-3]), hypot(row[-3] - easting, row[-2] - northing), row[-1]) for row in rows]
    if filters.is_open:
        found = [row for row in found if (told := row[0].opening(filters.instant)) and told.open_now]
    return found[:_LOOKED_AT]
