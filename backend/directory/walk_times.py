"""The walks from every building to every service within 15 minutes at the standard pace, computed ahead.

The table keeps effort (metres, steps 1.8 times), so that it answers for every pace: 15 minutes at 4/3 m/s, 20 at 1 m/s.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from backend.community.models import Building
from backend.core import geo
from backend.directory import network as networks
from backend.directory.models import Network, ServiceAtLocation, Status, WalkOrigin
from backend.directory.walking.snapping import REACH
from backend.directory.walking.streets import PACES

Floats = NDArray[np.float64]
Watch = Callable[[Iterable[Any]], Iterable[Any]]

LIMIT = 15 * 60 * PACES["standard"]
DETOUR = 1.3


@dataclass(frozen=True)
class Outcome:
    """What a recomputation found; `is_fresh` is False when nothing had changed since the last one."""

    buildings: int
    services: int
    walks: int
    is_fresh: bool


@dataclass(frozen=True)
class _Places:
    ids: list[UUID]
    lonlat: Floats
    points: Floats

    def within(self, network: Network, margin: float) -> "_Places":
        low = np.array([network.west, network.south]) - margin
        high = np.array([network.east, network.north]) + margin
        keep = np.flatnonzero(((self.points >= low) & (self.points <= high)).all(axis=1))
        return _Places([self.ids[i] for i in keep.tolist()], self.lonlat[keep], self.points[keep])


def recompute(network: Network, watch: Watch = iter) -> Outcome:
    """Fill the table for the buildings of a network; `watch` wraps the buildings (a progress bar).

    Nothing is written when the streets, the buildings and the services are what they were. One transaction.
    """
    streets = networks.streets_of(network)
    buildings = _places(Building.objects.filter(lon__isnull=False, lat__isnull=False), network, "")
    buildings = buildings.within(network, REACH)
    active = ServiceAtLocation.objects.filter(service__status=Status.ACTIVE)
    services = _places(active, network, "location__").within(network, LIMIT)
    digest = _digest(network, buildings, services)
    with transaction.atomic():
        locked = Network.objects.select_for_update().get(pk=network.pk)
        if locked.walks_digest == digest:
            return Outcome(len(buildings.ids), len(services.ids), _count(network), is_fresh=False)
        origins, targets = streets.snap(buildings.points), streets.snap(services.points)
        mine = _mine(network, buildings, np.where(origins.edge >= 0, origins.leg, np.inf))
        strangers = np.flatnonzero(targets.edge < 0)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM directory_walktime WHERE building_id IN "
                "(SELECT building_id FROM directory_walkorigin WHERE network_id = %s) OR building_id = ANY(%s)",
                [network.pk, [buildings.ids[i] for i in mine.tolist()]],
            )
            WalkOrigin.objects.filter(network=network).delete()
            WalkOrigin.objects.filter(building__in=[buildings.ids[i] for i in mine.tolist()]).delete()
            reached = origins.some(mine)
            WalkOrigin.objects.bulk_create(
                WalkOrigin(
                    building_id=buildings.ids[number],
                    network=network,
                    lon=buildings.lonlat[number, 0],
                    lat=buildings.lonlat[number, 1],
                    snap_metres=float(leg),
                    limit=LIMIT,
                )
                for number, leg in zip(mine.tolist(), reached.leg, strict=True)
            )
            walks = 0
            with cursor.copy(
                "COPY directory_walktime (building_id, service_at_location_id, effort, metres, is_estimate) FROM STDIN"
            ) as copy:
                for place, near, effort, metres in watch(streets.walks_from_each(reached, targets, LIMIT)):
                    number = int(mine[place])
                    far, guessed = estimate(buildings.points[number], services.points, strangers, LIMIT)
                    rows = [
                        *zip(near.tolist(), effort.tolist(), metres.tolist(), repeat(False)),
                        *zip(far.tolist(), guessed.tolist(), guessed.tolist(), repeat(True)),
                    ]
                    walks += len(rows)
                    for i, *row in rows:
                        copy.write_row((buildings.ids[number], services.ids[i], *row))
        Network.objects.filter(pk=network.pk).update(walks_digest=digest)
    return Outcome(len(mine), len(services.ids), walks, is_fresh=True)


def estimate(
    origin: Floats, points: Floats, numbers: NDArray[np.int64], limit: float
) -> tuple[NDArray[np.int64], Floats]:
    """Return which of the places with these numbers, that no street reaches, are within `limit` at straight line × 1.3, and it."""
    straight = np.hypot(*(points[numbers] - origin).T) * DETOUR
    near = straight <= limit + 1e-6
    return numbers[near], straight[near]


def _places(rows: Any, network: Network, prefix: str) -> _Places:
    columns = list(rows.order_by("id").values_list("id", f"{prefix}lon", f"{prefix}lat"))
    lonlat = np.array([column[1:] for column in columns], np.float64).reshape(-1, 2)
    points = np.column_stack(geo.utm(lonlat[:, 0], lonlat[:, 1], network.zone)) if len(lonlat) else lonlat
    return _Places([column[0] for column in columns], lonlat, points)


def _mine(network: Network, buildings: _Places, legs: Floats) -> NDArray[np.int64]:
    """Return the numbers of the buildings on this network (leg not inf) that no other network is nearer to."""
    others = dict(
        WalkOrigin.objects.filter(building__in=buildings.ids)
        .exclude(network=network)
        .values_list("building_id", "snap_metres")
    )
    keep = [
        i for i, building in enumerate(buildings.ids) if legs[i] < np.inf and others.get(building, np.inf) >= legs[i]
    ]
    return np.array(keep, np.int64)


def _digest(network: Network, buildings: _Places, services: _Places) -> str:
    digest = hashlib.sha256(f"{network.version}:{LIMIT}".encode())
    for places in (buildings, services):
        digest.update(b"".join(place.bytes for place in places.ids))
        digest.update(places.lonlat.tobytes())
    return digest.hexdigest()


def _count(network: Network) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM directory_walktime w JOIN directory_walkorigin o USING (building_id) "
            "WHERE o.network_id = %s",
            [network.pk],
        )
        return int(cursor.fetchone()[0])
