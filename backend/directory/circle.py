"""What a person reaches on foot: the 15-minute circle, from a building (computed ahead) or from any point (on request)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from uuid import UUID

import numpy as np
from django.db import connection

from backend.core import geo
from backend.directory import listing, walk_times
from backend.directory import network as networks
from backend.directory.hours import Opening
from backend.directory.listing import Filters, Listed
from backend.directory.models import Network, WalkOrigin
from backend.directory.walking.snapping import Snaps
from backend.directory.walking.streets import PACES, Streets

Position = tuple[float, UUID]
Walked = tuple[float, UUID, float, bool, float]
"""Effort, id, metres, whether guessed, and what it costs beyond the walk."""
Reached = tuple[Listed, float, float, bool, float]
"""The service, then as `Walked`."""

_snapped: dict[tuple[UUID, int], dict[UUID, tuple[float, float, int, float, float]]] = {}


@dataclass(frozen=True)
class Start:
    """Where a walk is asked from: WGS-84 degrees, and the building if it is one."""

    lon: float
    lat: float
    building_id: UUID | None = None


@dataclass(frozen=True)
class Origin:
    """Where the walk begins, WGS-84 degrees; `snap_metres` is the leg to the streets, None when there are none."""

    lon: float
    lat: float
    building_id: UUID | None = None
    snap_metres: float | None = None


@dataclass(frozen=True)
class Wish:
    """What is asked: how far (minutes at a pace of `PACES`), what kind, how many, and after which place in the order."""

    minutes: int = 15
    pace: str = "standard"
    filters: Filters = field(default_factory=Filters)
    limit: int = 50
    after: Position | None = None

    @property
    def effort(self) -> float:
        """The limit in metres of easy walking."""
        return self.minutes * 60 * PACES[self.pace]


@dataclass(frozen=True)
class Found:
    """One service within reach. Seconds have one decimal; minutes are those seconds rounded up."""

    listed: Listed
    effort: float
    metres: float
    is_estimate: bool
    pace: str
    opening: Opening | None
    cost: float = 0.0
    """Metres beyond the walk that the place in the order is worth (see `searching`)."""

    @property
    def walk_seconds(self) -> float:
        return round(self.effort / PACES[self.pace], 1)

    @property
    def walk_minutes(self) -> int:
        return ceil(self.walk_seconds / 60)

    @property
    def position(self) -> Position:
        return self.effort + self.cost, self.listed.id


@dataclass(frozen=True)
class Circle:
    """The answer: `method` is `network`, or `estimate` where no street is within 150 m; `next` is a place in the order.

    `beyond` holds the nearest farther away when what was asked for is not within; `is_similar`: nothing here is written so.
    """

    origin: Origin
    wish: Wish
    method: str
    items: list[Found]
    next: Position | None
    beyond: tuple[Found, ...] = ()
    is_similar: bool = False


def of(start: Start, wish: Wish) -> Circle:
    """Return the circle of a point or a building."""
    if start.building_id is None:
        return from_point(start.lon, start.lat, wish)
    return from_building(start.building_id, start.lon, start.lat, wish)


def from_building(building_id: UUID, lon: float, lat: float, wish: Wish) -> Circle:
    """Return the circle of a building at these degrees: one read of the table if it reaches far enough, else computed."""
    start = WalkOrigin.objects.filter(building_id=building_id).first()
    if start is None or start.limit < wish.effort - 1e-6 or (start.lon, start.lat) != (lon, lat):
        return from_point(lon, lat, wish, building_id)
    origin = Origin(lon, lat, building_id, start.snap_metres)
    return _answer(origin, wish, "network", _ahead(building_id, wish))


def from_point(lon: float, lat: float, wish: Wish, building_id: UUID | None = None) -> Circle:
    """Return the circle of any point (WGS-84 degrees). Raises Invalid off the earth."""
    geo.check_position(lon, lat)
    network, snap = nearest(lon, lat)
    zone = network.zone if network else geo.utm_zone(lon)
    easting, northing = geo.utm(lon, lat, zone)
    rows = listing.candidates(wish.filters, zone, easting, northing, wish.effort)
    ids = [row[0] for row in rows]
    points = np.array([row[2:4] for row in rows], np.float64).reshape(-1, 2)
    straight = np.hypot(*(points - (easting, northing)).T) * walk_times.DETOUR
    if network is None or snap is None:
        effort, metres, guessed = straight, straight, np.ones(len(ids), bool)
    else:
        streets = networks.streets_of(network)
        targets = _targets(network, streets, [row[1:4] for row in rows])
        effort, metres = streets.walks(snap, targets, wish.effort)
        guessed = targets.edge < 0
        effort, metres = np.where(guessed, straight, effort), np.where(guessed, straight, metres)
    near = np.flatnonzero(effort <= wish.effort + 1e-6)
    order = sorted(
        ((float(effort[i]), ids[i], float(metres[i]), bool(guessed[i]), rows[i][4]) for i in near.tolist()), key=_place
    )
    origin = Origin(lon, lat, building_id, float(snap.leg[0]) if snap is not None else None)
    return _answer(origin, wish, "estimate" if network is None else "network", _detailed(order, wish))


def _place(row: Walked) -> Position:
    return row[0] + row[4], row[1]


def _answer(origin: Origin, wish: Wish, method: str, rows: Iterator[Reached]) -> Circle:
    items: list[Found] = []
    more = False
    for listed, effort, metres, guessed, cost in rows:
        opening = listed.opening(wish.filters.instant)
        if wish.filters.is_open and not (opening and opening.open_now):
            continue
        if len(items) == wish.limit:
            more = True
            break
        items.append(Found(listed, effort, metres, guessed, wish.pace, opening, cost))
    return Circle(origin, wish, method, items, items[-1].position if more else None)


def _ahead(building_id: UUID, wish: Wish) -> Iterator[Reached]:
    after = wish.after
    size = wish.limit + 1 if not wish.filters.is_open else 4 * wish.limit + 1
    conditions, parameters = wish.filters.sql()
    ranking, costs = wish.filters.cost()
    ranked, order, cost = "", "w.effort", "0::float"
    if wish.filters.q:
        ranked, order, cost = f"CROSS JOIN LATERAL (SELECT {ranking} AS cost) r ", "w.effort + r.cost", "r.cost"
    while True:
        place = f"AND ({order}, w.service_at_location_id) > (%s, %s)" if after else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {listing.COLUMNS}, w.effort, w.metres, w.is_estimate, {cost} FROM directory_walktime w "  # noqa: S608
                f"JOIN {listing.TABLES} ON x.id = w.service_at_location_id {ranked}"
                f"WHERE w.building_id = %s AND w.effort <= %s {place} AND {conditions} "
                f"ORDER BY {order}, w.service_at_location_id LIMIT %s",
                [*costs, building_id, wish.effort + 1e-6, *(after or ()), *parameters, size],
            )
            rows = cursor.fetchall()
        for row in rows:
            yield Listed(*row[:-4]), *row[-4:]
        if len(rows) < size:
            return
        after = (rows[-1][-4] + rows[-1][-1], rows[-1][0])


def _detailed(order: list[Walked], wish: Wish) -> Iterator[Reached]:
    if wish.after is not None:
        order = [row for row in order if _place(row) > wish.after]
    size = wish.limit + 1
    for start in range(0, len(order), size):
        chunk = order[start : start + size]
        details = listing.details([row[1] for row in chunk])
        for effort, key, metres, guessed, cost in chunk:
            if key in details:
                yield details[key], effort, metres, guessed, cost


def nearest(lon: float, lat: float) -> tuple[Network | None, Snaps | None]:
    """Return the network whose streets are nearest to a point, and where the point joins them; None beyond 150 m."""
    best: tuple[Network | None, Snaps | None] = (None, None)
    for network in networks.around(lon, lat):
        snap = networks.streets_of(network).snap(np.array([geo.utm(lon, lat, network.zone)]))
        if snap.edge[0] >= 0 and (best[1] is None or snap.leg[0] < best[1].leg[0]):
            best = (network, snap)
    return best


def _targets(network: Network, streets: Streets, places: list[tuple[UUID, float, float]]) -> Snaps:
    """Join locations (id, easting, northing) to the streets; this process remembers them until they or the streets move."""
    known = _snapped.setdefault((network.pk, network.version), {})
    for old in [key for key in list(_snapped) if key[0] == network.pk and key[1] < network.version]:
        _snapped.pop(old, None)
    fresh = [place for place in places if (had := known.get(place[0])) is None or had[:2] != place[1:]]
    if fresh:
        snaps = streets.snap(np.array([place[1:] for place in fresh], np.float64))
        for (key, easting, northing), edge, along, leg in zip(fresh, snaps.edge, snaps.along, snaps.leg, strict=True):
            known[key] = (easting, northing, int(edge), float(along), float(leg))
    rows = np.array([known[place[0]][2:] for place in places], np.float64).reshape(-1, 3)
    return Snaps(rows[:, 0].astype(np.int64), rows[:, 1].copy(), rows[:, 2].copy())
