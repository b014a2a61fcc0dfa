"""Walks from any point, on request: where somebody stands on the streets, and the services around in the order of their walks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from backend.core import geo
from backend.directory import network as networks
from backend.directory.ahead.profiles import DETOUR, FOOT, PROFILES, Profile
from backend.directory.listing import TABLES, Filters
from backend.directory.models import Network
from backend.directory.walking.snapping import Snaps
from backend.directory.walking.streets import Streets

Floats = NDArray[np.float64]
Walked = tuple[float, UUID, float, bool, float]
"""Effort, id, metres, whether guessed, and what it costs beyond the walk."""

_ROUNDING = 1e-3


@dataclass(frozen=True)
class Stand:
    """Where a walk begins (degrees; metres of `zone`) and where it joins the streets.

    Without `network` no street is known within 150 m; without `snap` none that this profile can use.
    """

    lon: float
    lat: float
    zone: int
    point: Floats
    profile: Profile = FOOT
    network: Network | None = None
    streets: Streets | None = None
    snap: Snaps | None = None

    @property
    def method(self) -> str:
        return "estimate" if self.network is None else "network"

    @property
    def snap_metres(self) -> float | None:
        return float(self.snap.leg[0]) if self.snap is not None else None


def stand(
    lon: float, lat: float, profile: str = "foot", *, gates_at: datetime | None = None, is_building: bool = False
) -> Stand:
    """Return where one stands: on the network whose streets are nearest within 150 m.

    A building's walks begin at its entrance. With `gates_at`, an aware instant, gates that are shut then cannot be passed, but
    private ones by who stands behind them: they have the key. Raises Invalid off the earth.
    """
    geo.check_position(lon, lat)
    how = PROFILES[profile]
    best = _off(lon, lat, how)
    for network in networks.around(lon, lat):
        loaded = networks.loaded(network)
        from_lon, from_lat = loaded.doors.starts(np.array([(lon, lat)]), how)[0].tolist() if is_building else (lon, lat)
        point = np.array(geo.utm(float(from_lon), float(from_lat), network.zone))
        streets = loaded.streets(how)
        snap = streets.snap(point[None, :])
        if snap.edge[0] >= 0 and (best.snap is None or snap.leg[0] < best.snap.leg[0]):
            if gates_at is not None:
                streets = loaded.streets(how, gates_at, snap)
            best = Stand(from_lon, from_lat, network.zone, point, how, network, streets, snap)
        elif best.network is None and how is not FOOT and loaded.foot.snap(point[None, :]).edge[0] >= 0:
            best = Stand(from_lon, from_lat, network.zone, point, how, network)
    return best


def around(here: Stand, filters: Filters, limit: float) -> Iterator[Walked]:
    """Yield the services within `limit` effort, in the order of effort and cost of their words, then id.

    The services nearest as the crow flies are read first: as no walk is shorter than the straight line, those whose walk is within
    the ring read so far have their place.
    """
    if here.network is not None and here.snap is None:
        return
    walk = here.streets.from_one(here.snap, limit) if here.streets and here.snap else None
    waiting: list[Walked] = []
    inner = -1.0
    for outer in (limit,) if filters.q or filters.only else (limit / 2, limit):
        rows = _ring(here, filters, inner, outer)
        waiting = sorted([*waiting, *_walked(here, walk, rows, limit)], key=place)
        sure = np.inf if outer == limit else outer - _ROUNDING
        done = next((i for i, row in enumerate(waiting) if row[0] > sure), len(waiting))
        yield from waiting[:done]
        waiting, inner = waiting[done:], outer


def place(row: Walked) -> tuple[float, UUID]:
    """The place in the order."""
    return row[0] + row[4], row[1]


def _off(lon: float, lat: float, profile: Profile) -> Stand:
    zone = geo.utm_zone(lon)
    return Stand(lon, lat, zone, np.array(geo.utm(lon, lat, zone)), profile)


def _ring(here: Stand, filters: Filters, inner: float, outer: float) -> list[tuple[Any, ...]]:
    """Return (id, easting, northing, cost, tail, head, along, leg, is_estimate) of services between two distances."""
    conditions, parameters = filters.sql()
    cost, costs = filters.cost()
    centre = here.point.tolist()
    ring, bounds = "point(l.easting, l.northing) <@ circle(point(%s, %s), %s)", [*centre, outer + _ROUNDING]
    if inner >= 0:
        ring, bounds = f"{ring} AND NOT point(l.easting, l.northing) <@ circle(point(%s, %s), %s)", [
            *bounds, *centre, inner + _ROUNDING,
        ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT x.id, l.easting, l.northing, "  # noqa: S608 - our names
            f"{cost}, k.tail, k.head, coalesce(k.along, 0), coalesce(k.leg, 0), k.is_estimate FROM {TABLES} "
            f"LEFT JOIN {here.profile.targets} k ON k.network_id = %s AND k.service_at_location_id = x.id "
            f"AND NOT k.is_stale AND k.lon = l.lon AND k.lat = l.lat WHERE l.zone = %s AND {ring} AND {conditions}",
            [*costs, here.network.pk if here.network else None, here.zone, *bounds, *parameters],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _walked(
    here: Stand, walk: Callable[[Snaps], tuple[Floats, Floats]] | None, rows: list[tuple[Any, ...]], limit: float
) -> list[Walked]:
    if not rows:
        return []
    points = np.array([row[1:3] for row in rows], np.float64)
    straight = np.hypot(*(points - here.point).T) * DETOUR
    if walk is None:
        effort, metres, guessed = straight, straight, np.ones(len(rows), bool)
    else:
        targets, guessed = _targets(here, rows, points)
        effort, metres = walk(targets)
        effort, metres = np.where(guessed, straight, effort), np.where(guessed, straight, metres)
    near = np.flatnonzero(effort <= limit + 1e-6)
    return [(float(effort[i]), rows[i][0], float(metres[i]), bool(guessed[i]), rows[i][3]) for i in near.tolist()]


def _targets(here: Stand, rows: list[tuple[Any, ...]], points: Floats) -> tuple[Snaps, NDArray[np.bool_]]:
    """Return where services join the streets, as kept, else found now; and which no street is near."""
    streets, network = here.streets, here.network
    assert streets is not None and network is not None  # noqa: PT018 - one walks
    kept = np.array([(-1, -1, *row[6:8]) if row[4] is None else row[4:8] for row in rows], np.float64)
    snaps = streets.kept(kept[:, 0].astype(np.int64), kept[:, 1].astype(np.int64), kept[:, 2].copy(), kept[:, 3].copy())
    guessed = np.array([bool(row[8]) for row in rows])
    is_kept = np.array([row[8] is not None for row in rows])
    fresh = np.flatnonzero((snaps.edge < 0) & ~(is_kept & (guessed | (kept[:, 0] < 0))))
    if len(fresh):
        found = streets.snap(points[fresh])
        snaps.edge[fresh], snaps.along[fresh], snaps.leg[fresh] = found.edge, found.along, found.leg
        off = fresh[found.edge < 0]
        if here.profile is not FOOT:
            off = off[networks.streets_of(network).snap(points[off]).edge < 0]
        guessed[off] = True
    return snaps, guessed
