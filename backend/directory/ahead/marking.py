"""Marks on the buildings and services whose walks may be others since the streets, or the doors, changed."""

from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from backend.core import geo
from backend.directory.ahead.profiles import LIMIT, Profile
from backend.directory.models import Network
from backend.directory.walking.snapping import REACH

Floats = NDArray[np.float64]

SPACING = 20.0
"""What changed is told by points along it that are at most so many metres apart."""


def mark_origins(network: Network, zone: int, profile: Profile, changed: Floats, doors: list[Floats]) -> None:
    """Mark the buildings within the longest walk of what changed (metres, n, 2), and those in outlines whose doors did."""
    ids, starts = _kept(network, profile.origins, "building_id, start_lon, start_lat")
    _, stands = _kept(network, profile.origins, "building_id, lon, lat")
    near = _near(starts, zone, changed, LIMIT)
    for outline in doors:
        near |= ((stands >= outline.min(axis=0)) & (stands <= outline.max(axis=0))).all(axis=1)
    _mark(network, profile.origins, "building_id", ids, near)


def mark_targets(network: Network, zone: int, profile: Profile, changed: Floats) -> None:
    """Mark the services that may join another edge now."""
    ids, places = _kept(network, profile.targets, "service_at_location_id, lon, lat")
    _mark(network, profile.targets, "service_at_location_id", ids, _near(places, zone, changed, REACH))


def _kept(network: Network, table: str, columns: str) -> tuple[list[UUID], Floats]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} WHERE network_id = %s AND NOT is_stale ORDER BY 1",  # noqa: S608 - our names
            [network.pk],
        )
        rows = cursor.fetchall()
    return [row[0] for row in rows], np.array([row[1:] for row in rows], np.float64).reshape(-1, 2)


def _near(lonlat: Floats, zone: int, changed: Floats, reach: float) -> NDArray[np.bool_]:
    if not len(lonlat) or not len(changed):
        return np.zeros(len(lonlat), bool)
    points = np.column_stack(geo.utm(lonlat[:, 0], lonlat[:, 1], zone))
    near: NDArray[np.bool_] = np.isfinite(cKDTree(changed).query(points, distance_upper_bound=reach + SPACING)[0])
    return near


def _mark(network: Network, table: str, key: str, ids: list[UUID], near: NDArray[np.bool_]) -> None:
    if near.any():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET is_stale = true WHERE network_id = %s AND {key} = ANY(%s)",  # noqa: S608 - our names
                [network.pk, [ids[i] for i in np.flatnonzero(near).tolist()]],
            )
