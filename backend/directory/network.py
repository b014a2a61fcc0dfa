"""Walking networks between the database and the processes that walk on them."""

import hashlib
from collections.abc import Sequence
from threading import Lock
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from backend.core import geo
from backend.core.clock import now
from backend.core.errors import FieldError, Invalid
from backend.directory.models import Network
from backend.directory.walking.snapping import REACH
from backend.directory.walking.streets import Streets, build

Floats = NDArray[np.float64]

_loaded: dict[UUID, tuple[int, Streets]] = {}
_lock = Lock()


def save(name: str, nodes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int, float]]) -> Network:
    """Keep a network: `nodes` are (lon, lat) in WGS-84, `edges` (node number, node number, factor: 1.0, steps 1.8).

    Only the largest connected part is kept. Saving the same streets again changes nothing. Raises Invalid without edges.
    """
    ends = np.array([(tail, head) for tail, head, _ in edges], np.int64).reshape(-1, 2)
    factors = np.array([factor for _, _, factor in edges], np.float64)
    return save_arrays(name, np.array(nodes, np.float64).reshape(-1, 2), ends[:, 0], ends[:, 1], factors)


def save_arrays(
    name: str, lonlat: Floats, tails: NDArray[np.int64], heads: NDArray[np.int64], factors: Floats
) -> Network:
    """Do what `save` does, for arrays (n, 2), (m,), (m,), (m,)."""
    if not len(tails):
        raise Invalid(FieldError("/network", "network-empty", "there is nothing to walk on", "没有可步行的道路"))
    zone = geo.utm_zone(float(np.median(lonlat[:, 0])))
    points = np.column_stack(geo.utm(lonlat[:, 0], lonlat[:, 1], zone))
    try:
        streets = build(zone, points, tails, heads, factors)
    except ValueError as error:
        raise Invalid(
            FieldError("/network", "network-empty", "there is nothing to walk on", "没有可步行的道路")
        ) from error
    with transaction.atomic():
        network, _ = Network.objects.select_for_update().get_or_create(name=name, defaults={"zone": zone})
        digest = _digest(streets)
        if network.digest != digest:
            _write(network, streets)
            network.zone, network.digest, network.version = zone, digest, network.version + 1
            network.nodes, network.edges = len(streets.points), len(streets.tails)
            (network.west, network.south), (network.east, network.north) = (
                streets.points.min(axis=0).tolist(),
                streets.points.max(axis=0).tolist(),
            )
            network.imported_at = now()
            network.save()
    return network


def around(lon: float, lat: float) -> list[Network]:
    """Return the networks whose bounds, 150 m widened, hold the position (WGS-84 degrees)."""
    found = []
    for network in Network.objects.filter(version__gt=0).order_by("id"):
        east, north = geo.utm(lon, lat, network.zone)
        inside_east = network.west - REACH <= east <= network.east + REACH
        if inside_east and network.south - REACH <= north <= network.north + REACH:
            found.append(network)
    return found


def streets_of(network: Network) -> Streets:
    """Return the streets of a network, kept in this process until its version changes."""
    known = _loaded.get(network.pk)
    if known is not None and known[0] == network.version:
        return known[1]
    with _lock:
        known = _loaded.get(network.pk)
        if known is None or known[0] != network.version:
            known = (network.version, _read(network))
            _loaded[network.pk] = known
    return known[1]


def _digest(streets: Streets) -> str:
    digest = hashlib.sha256(str(streets.zone).encode())
    for column in (streets.points.round(3), streets.tails, streets.heads, streets.effort.round(3)):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _write(network: Network, streets: Streets) -> None:
    with connection.cursor() as cursor:
        for table in ("directory_walkedge", "directory_walknode"):
            cursor.execute(f"DELETE FROM {table} WHERE network_id = %s", [network.pk])  # noqa: S608 - fixed names
        with cursor.copy("COPY directory_walknode (network_id, number, easting, northing) FROM STDIN") as copy:
            for number, point in enumerate(streets.points.tolist()):
                copy.write_row((network.pk, number, *point))
        columns = (column.tolist() for column in (streets.tails, streets.heads, streets.metres, streets.effort))
        with cursor.copy("COPY directory_walkedge (network_id, tail, head, metres, effort) FROM STDIN") as copy:
            for edge in zip(*columns, strict=True):
                copy.write_row((network.pk, *edge))


def _read(network: Network) -> Streets:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT easting, northing FROM directory_walknode WHERE network_id = %s ORDER BY number", [network.pk]
        )
        points = np.array(cursor.fetchall(), np.float64).reshape(-1, 2)
        cursor.execute(
            "SELECT tail, head, metres, effort FROM directory_walkedge WHERE network_id = %s ORDER BY tail, head",
            [network.pk],
        )
        edges = np.array(cursor.fetchall(), np.float64).reshape(-1, 4)
    tails, heads = edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64)
    return Streets(network.zone, points, tails, heads, edges[:, 2].copy(), edges[:, 3].copy())
