"""What has changed since walks were computed: services and buildings that came, moved, went, or whose streets are others now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from backend.core import geo
from backend.directory.ahead.profiles import LIMIT, Profile
from backend.directory.models import Network
from backend.directory.walking.snapping import REACH

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Places:
    """Rows with these ids are at `lonlat` (n, 2) degrees, `points` (n, 2) metres."""

    ids: list[UUID]
    lonlat: Floats
    points: Floats

    @classmethod
    def of(cls, rows: list[tuple[UUID, float, float]], zone: int) -> "Places":
        lonlat = np.array([row[1:3] for row in rows], np.float64).reshape(-1, 2)
        points = np.column_stack(geo.utm(lonlat[:, 0], lonlat[:, 1], zone)) if len(lonlat) else lonlat
        return cls([row[0] for row in rows], lonlat, points)


def targets_gone(network: Network, profile: Profile) -> list[UUID]:
    """Return the services to which walks are kept and that are not active here any more."""
    west, south, east, north = _box(network, LIMIT + REACH)
    return _ids(
        f"SELECT t.service_at_location_id FROM {profile.targets} t "  # noqa: S608 - our names
        "JOIN directory_serviceatlocation x ON x.id = t.service_at_location_id "
        "JOIN directory_service s ON s.id = x.service_id JOIN directory_location l ON l.id = x.location_id "
        "WHERE t.network_id = %s AND (s.status <> 'active' OR l.lon NOT BETWEEN %s AND %s OR l.lat NOT BETWEEN %s AND %s) "
        "ORDER BY 1",
        [network.pk, west, east, south, north],
    )


def targets_changed(network: Network, profile: Profile) -> Places:
    """Return the active services that are new, have moved, or whose streets are others now."""
    west, south, east, north = _box(network, LIMIT + REACH)
    rows = _rows(
        "SELECT x.id, l.lon, l.lat FROM directory_location l "  # noqa: S608 - our names
        "JOIN directory_serviceatlocation x ON x.location_id = l.id JOIN directory_service s ON s.id = x.service_id "
        f"LEFT JOIN {profile.targets} t ON t.network_id = %s AND t.service_at_location_id = x.id "
        "WHERE s.status = 'active' AND l.lon BETWEEN %s AND %s AND l.lat BETWEEN %s AND %s "
        "AND (t.service_at_location_id IS NULL OR t.is_stale OR t.lon <> l.lon OR t.lat <> l.lat) ORDER BY 1",
        [network.pk, west, east, south, north],
    )
    return Places.of(rows, network.zone)


def origins_gone(network: Network, profile: Profile) -> list[UUID]:
    """Return the buildings from which walks are kept here and whose position is not known any more, or elsewhere."""
    west, south, east, north = _box(network, REACH)
    return _ids(
        f"SELECT o.building_id FROM {profile.origins} o JOIN community_building b ON b.id = o.building_id "  # noqa: S608
        "WHERE o.network_id = %s AND (b.lon IS NULL OR b.lat IS NULL OR b.lon NOT BETWEEN %s AND %s "
        "OR b.lat NOT BETWEEN %s AND %s) ORDER BY 1",
        [network.pk, west, east, south, north],
    )


def origins_changed(network: Network, profile: Profile) -> Places:
    """Return the buildings that are new here, have moved, or whose streets or doors are others now."""
    west, south, east, north = _box(network, REACH)
    rows = _rows(
        f"SELECT b.id, b.lon, b.lat FROM community_building b LEFT JOIN {profile.origins} o ON o.building_id = b.id "  # noqa: S608
        "WHERE b.lon BETWEEN %s AND %s AND b.lat BETWEEN %s AND %s AND (o.building_id IS NULL OR o.network_id <> %s "
        'OR o.is_stale OR o.lon <> b.lon OR o.lat <> b.lat OR o."limit" <> %s) ORDER BY 1',
        [west, east, south, north, network.pk, LIMIT],
    )
    return Places.of(rows, network.zone)


def _box(network: Network, margin: float) -> Box:
    """Return west, south, east, north in degrees of what holds the network, so many metres widened."""
    easts, norths = (network.west - margin, network.east + margin), (network.south - margin, network.north + margin)
    corners = np.array([geo.from_utm(east, north, network.zone) for east in easts for north in norths])
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return west, south, east, north


def _rows(sql: str, values: list[Any]) -> list[tuple[UUID, float, float]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[UUID, float, float]] = cursor.fetchall()
        return found


def _ids(sql: str, values: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]
