"""The rows of a network: read whole, written by their differences, so that a street that stays keeps its name and its walks."""

from collections.abc import Sequence

import numpy as np
from django.db import connection
from django.db.models import Model
from numpy.typing import NDArray

from backend.core import geo
from backend.directory.ahead import marking
from backend.directory.ahead.profiles import FOOT, PROFILES
from backend.directory.models import Entrance, Network, WalkGate
from backend.directory.walking.building import Laid
from backend.directory.walking.ground import Door
from backend.directory.walking.passage import NEVER
from backend.directory.walking.streets import Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SAME = 5e-4
_HEAD = 1 << 32


def read(network: Network) -> Laid:
    """Return the streets that are kept (none for a new network), without their gates."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, easting, northing FROM directory_walknode WHERE network_id = %s ORDER BY number",
            [network.pk],
        )
        nodes = np.array(cursor.fetchall(), np.float64).reshape(-1, 3)
        cursor.execute(
            "SELECT tail, head, metres, effort, coalesce(wheels, 'infinity') FROM directory_walkedge "
            "WHERE network_id = %s ORDER BY tail, head",
            [network.pk],
        )
        edges = np.array(cursor.fetchall(), np.float64).reshape(-1, 5)
    numbers = nodes[:, 0].astype(np.int64)
    tails, heads = (np.searchsorted(numbers, edges[:, end].astype(np.int64)) for end in (0, 1))
    metres, effort, wheels = edges[:, 2:].T.copy()
    return Laid(Streets(network.zone, nodes[:, 1:].copy(), tails, heads, metres, effort, numbers), wheels, {})


def pave(network: Network, laid: Laid, doors: list[Door]) -> None:
    """Write what differs from the rows that are kept, and mark the buildings and services whose walks it may change.

    A walk of at most `LIMIT` effort from a building leads only over what is as near as the crow flies; a service joins
    another edge only if an edge within 150 m came or went.
    """
    before, after = read(network), laid.streets
    numbers = _numbers(before.streets, after)
    order = np.argsort(numbers, kind="stable")
    ends = np.sort(np.column_stack((numbers[after.tails], numbers[after.heads])), axis=1)
    old = _Edges.of(before.streets.numbers[before.streets.tails], before.streets.numbers[before.streets.heads], before)
    new = _Edges.of(ends[:, 0], ends[:, 1], laid)
    gone, come, differ = old.compare(new, is_same_zone=before.streets.zone == after.zone)
    _write_nodes(network, before.streets, numbers[order], after.points[order])
    _write_edges(network, old, new, gone, come, differ)
    _write_gates(network, ends, laid)
    moved_doors = _write_doors(network, doors)
    everywhere = _changed_points(before.streets, after, old, new, (gone, come, differ))
    for profile in PROFILES.values():
        walked = everywhere
        if profile is not FOOT:
            rolled = gone[np.isfinite(old.wheels[gone])], come[np.isfinite(new.wheels[come])], differ
            walked = _changed_points(before.streets, after, old, new, rolled)
        marking.mark_origins(network, after.zone, profile, walked, moved_doors)
        marking.mark_targets(network, after.zone, profile, everywhere)


class _Edges:
    """Edges by their names: `keys` (m,) rise."""

    def __init__(self, keys: Ints, metres: Floats, effort: Floats, wheels: Floats, order: Ints) -> None:
        self.keys, self.metres, self.effort, self.wheels, self.order = keys, metres, effort, wheels, order

    @classmethod
    def of(cls, tails: Ints, heads: Ints, laid: Laid) -> "_Edges":
        keys = tails * _HEAD + heads
        order = np.argsort(keys)
        streets = laid.streets
        return cls(keys[order], streets.metres[order], streets.effort[order], laid.wheels[order], order)

    def compare(self, new: "_Edges", *, is_same_zone: bool) -> tuple[Ints, Ints, Ints]:
        """Return the places of what is gone here, of what has come there, and of what is there with other efforts."""
        gone = np.flatnonzero(~np.isin(self.keys, new.keys, assume_unique=True))
        come = np.flatnonzero(~np.isin(new.keys, self.keys, assume_unique=True))
        both = np.flatnonzero(np.isin(new.keys, self.keys, assume_unique=True))
        was = np.searchsorted(self.keys, new.keys[both])
        differ = np.abs(self.effort[was] - new.effort[both]) > _SAME
        differ |= ~np.isclose(self.wheels[was], new.wheels[both], rtol=0, atol=_SAME)
        return gone, come, both[differ] if is_same_zone else both


def _numbers(before: Streets, after: Streets) -> Ints:
    """Return the names of the new nodes: those of the old ones at the same position to a millimetre, or new ones."""
    if before.zone != after.zone or not len(before.points):
        first = int(before.numbers.max()) + 1 if len(before.numbers) else 0
        return first + np.arange(len(after.points))
    names = dict(zip(_positions(before.points), before.numbers.tolist(), strict=True))
    fresh = int(before.numbers.max())
    numbers = []
    for position in _positions(after.points):
        number = names.get(position)
        if number is None:
            number = fresh = fresh + 1
        numbers.append(number)
    return np.array(numbers, np.int64)


def _positions(points: Floats) -> list[tuple[int, int, int]]:
    """Return millimetres east and north, and a count for those at the same position (the sides of a gate)."""
    seen: dict[tuple[int, int], int] = {}
    positions = []
    for east, north in (points * 1000).round().astype(np.int64).tolist():
        count = seen[east, north] = seen.get((east, north), -1) + 1
        positions.append((east, north, count))
    return positions


def _write_nodes(network: Network, before: Streets, numbers: Ints, points: Floats) -> None:
    gone = np.setdiff1d(before.numbers, numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM directory_walknode WHERE network_id = %s AND number = ANY(%s)", [network.pk, gone.tolist()]
        )
        fresh = ~np.isin(numbers, before.numbers)
        with cursor.copy("COPY directory_walknode (network_id, number, easting, northing) FROM STDIN") as copy:
            for number, point in zip(numbers[fresh].tolist(), points[fresh].tolist(), strict=True):
                copy.write_row((network.pk, number, *point))


def _write_edges(network: Network, old: _Edges, new: _Edges, gone: Ints, come: Ints, differ: Ints) -> None:
    tails, heads = np.divmod(np.r_[old.keys[gone], new.keys[differ]], _HEAD)
    written = np.r_[come, differ]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM directory_walkedge e USING unnest(%s::int[], %s::int[]) AS g(tail, head) "
            "WHERE e.network_id = %s AND e.tail = g.tail AND e.head = g.head",
            [tails.tolist(), heads.tolist(), network.pk],
        )
        columns = (*np.divmod(new.keys, _HEAD), new.metres, new.effort, new.wheels)
        with cursor.copy("COPY directory_walkedge (network_id, tail, head, metres, effort, wheels) FROM STDIN") as copy:
            for *edge, wheels in zip(*(column[written].tolist() for column in columns), strict=True):
                copy.write_row((network.pk, *edge, None if wheels == NEVER else wheels))


def _write_gates(network: Network, ends: Ints, laid: Laid) -> None:
    rows = [
        WalkGate(
            network=network, tail=tail, head=head, access=gate.access, hours=gate.hours, shut=gate.shut
        )
        for edge, gate in laid.gates.items()
        for tail, head in [ends[edge].tolist()]
    ]  # fmt: skip
    _replace(network, WalkGate, rows, ("tail", "head", "access", "hours", "shut"))


def _write_doors(network: Network, doors: list[Door]) -> list[Floats]:
    """Write what differs; return the outlines of the buildings whose doors are others now."""
    rows = [
        Entrance(
            network=network, ref=door.ref, lon=door.lon, lat=door.lat, kind=door.kind[:16], wheelchair=door.wheelchair,
            outline=door.outline.ravel().tolist(),
        )
        for door in doors
    ]  # fmt: skip
    changed = _replace(network, Entrance, rows, ("ref", "lon", "lat", "kind", "wheelchair", "outline"))
    return [np.array(row[-1]).reshape(-1, 2) for row in changed]


def _replace(
    network: Network, model: type[Model], rows: Sequence[Model], columns: tuple[str, ...]
) -> list[tuple[object, ...]]:
    """Make the rows of a network these; return those, old and new, that differ."""

    def shown(row: Model) -> tuple[object, ...]:
        return tuple(tuple(value) if isinstance(value := getattr(row, name), list) else value for name in columns)

    kept = {shown(row): row.pk for row in model._default_manager.filter(network=network)}
    told = {shown(row): row for row in rows}
    for gone in kept.keys() - told.keys():
        model._default_manager.filter(pk=kept[gone]).delete()
    model._default_manager.bulk_create([row for key, row in told.items() if key not in kept], batch_size=1000)
    return list(kept.keys() ^ told.keys())


def _changed_points(
    before: Streets, after: Streets, old: _Edges, new: _Edges, changes: tuple[Ints, Ints, Ints]
) -> Floats:
    """Return points at most 20 m apart along the edges that changed, in metres of the new zone."""
    gone, come, differ = changes
    was, is_now = old.order[gone], new.order[np.r_[come, differ]]
    left, right = before.points[before.tails[was]], before.points[before.heads[was]]
    if before.zone != after.zone and len(was):
        left, right = (_rezoned(ends, before.zone, after.zone) for ends in (left, right))
    left, right = np.r_[left, after.points[after.tails[is_now]]], np.r_[right, after.points[after.heads[is_now]]]
    count = np.maximum(np.ceil(np.hypot(*(right - left).T) / marking.SPACING).astype(np.int64), 1) + 1
    owner = np.repeat(np.arange(len(left)), count)
    share = (np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)) / np.repeat(count - 1, count)
    points: Floats = left[owner] + share[:, None] * (right - left)[owner]
    return points


def _rezoned(points: Floats, old: int, new: int) -> Floats:
    lon, lat = geo.from_utm(points[:, 0], points[:, 1], old)
    return np.column_stack(geo.utm(lon, lat, new))
