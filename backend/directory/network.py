"""Walking networks between the database and the processes that walk on them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from backend.core import geo
from backend.core.clock import now
from backend.core.errors import FieldError, Invalid
from backend.directory import paving
from backend.directory.ahead.profiles import FOOT, Profile
from backend.directory.doors import Doors
from backend.directory.gates import is_shut
from backend.directory.models import Network, WalkGate
from backend.directory.walking.building import Laid, lay
from backend.directory.walking.ground import Ground
from backend.directory.walking.passage import Gate
from backend.directory.walking.snapping import REACH, Snaps
from backend.directory.walking.streets import Streets

Floats = NDArray[np.float64]

_KEPT_CLOSED = 8
_loaded: dict[UUID, tuple[int, "Loaded"]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Loaded:
    """A network as a process holds it: the streets on foot and on wheels, its gates, the doors of its buildings."""

    foot: Streets
    wheelchair: Streets
    gates: list[tuple[int, int, Gate]]
    doors: Doors
    zone: ZoneInfo
    closed: dict[tuple[str, frozenset[int]], Streets] = field(default_factory=dict)

    def streets(self, profile: Profile = FOOT, at: datetime | None = None, start: Snaps | None = None) -> Streets:
        """Return the streets of a profile; with an aware instant those gates are closed that not everybody passes then.

        Who starts behind private gates has the key to them.
        """
        streets = self.foot if profile is FOOT else self.wheelchair
        if at is None or not self.gates:
            return streets
        edges = self._edges[profile.name]
        shut = frozenset(edge for edge, gate in edges if is_shut(gate, at, self.zone))
        if not shut:
            return streets
        closed = self._closing(streets, profile, shut)
        if start is not None and (own := closed.way_out(int(start.edge[0]))):
            keys = frozenset(edge for edge, gate in edges if gate.access == "private") & own
            return self._closing(streets, profile, shut - keys) if keys else closed
        return closed

    def _closing(self, streets: Streets, profile: Profile, shut: frozenset[int]) -> Streets:
        key = (profile.name, shut)
        known = self.closed.get(key)
        if known is None:
            while len(self.closed) >= _KEPT_CLOSED:
                self.closed.pop(next(iter(self.closed)), None)
            known = self.closed[key] = streets.closing(shut)
        return known

    @cached_property
    def _edges(self) -> dict[str, list[tuple[int, Gate]]]:
        found = {}
        tails, heads = (np.array([gate[end] for gate in self.gates], np.int64) for end in (0, 1))
        none = np.zeros(len(tails))
        for name, streets in (("foot", self.foot), ("wheelchair", self.wheelchair)):
            edges = streets.kept(tails, heads, none, none).edge.tolist()
            found[name] = [(edge, gate[2]) for edge, gate in zip(edges, self.gates, strict=True) if edge >= 0]
        return found


def save(name: str, nodes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int, float]]) -> Network:
    """Keep a network: `nodes` are (lon, lat) in WGS-84, `edges` (node number, node number, factor: 1.0, steps 1.8).

    Only the largest connected part is kept. Saving the same streets again changes nothing. Raises Invalid without edges.
    """
    ends = np.array([(tail, head) for tail, head, _ in edges], np.int64).reshape(-1, 2)
    factors = np.array([factor for _, _, factor in edges], np.float64)
    return keep(name, Ground.plain(np.array(nodes, np.float64).reshape(-1, 2), ends[:, 0], ends[:, 1], factors))


def keep(name: str, ground: Ground, timezone: str = "") -> Network:
    """Do what `save` does, with gates, doors and what can be passed on wheels. `timezone` is of the gates; blank: as it is.

    Only the differences are written, and the buildings and services near them marked: their walks follow. Raises Invalid.
    """
    lonlat = ground.lonlat
    if not len(ground.tails):
        raise _empty()
    zone = geo.utm_zone(float(np.median(lonlat[:, 0])))
    try:
        laid = lay(zone, np.column_stack(geo.utm(lonlat[:, 0], lonlat[:, 1], zone)), ground)
    except ValueError as error:
        raise _empty() from error
    with transaction.atomic():
        Network.objects.get_or_create(name=name, defaults={"zone": zone})
        network = Network.objects.select_for_update().get(name=name)
        digest = _digest(laid, ground, timezone)
        if network.digest != digest:
            paving.pave(network, laid, ground.doors)
            streets = laid.streets
            network.zone, network.digest, network.version = zone, digest, network.version + 1
            network.timezone = timezone or network.timezone
            network.nodes, network.edges = len(streets.points), len(streets.tails)
            (network.west, network.south), (network.east, network.north) = (
                streets.points.min(axis=0).tolist(),
                streets.points.max(axis=0).tolist(),
            )
            network.imported_at = network.due_at = now()
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


def loaded(network: Network) -> Loaded:
    """Return a network, kept in this process until its version changes."""
    known = _loaded.get(network.pk)
    if known is not None and known[0] == network.version:
        return known[1]
    with _lock:
        known = _loaded.get(network.pk)
        if known is None or known[0] != network.version:
            known = _loaded[network.pk] = _read_whole(network.pk)
    return known[1]


def streets_of(network: Network, profile: Profile = FOOT) -> Streets:
    """Return the streets of a network, on foot or on wheels."""
    return loaded(network).streets(profile)


def _empty() -> Invalid:
    return Invalid(FieldError("/network", "network-empty", "there is nothing to walk on", "没有可步行的道路"))


def _digest(laid: Laid, ground: Ground, timezone: str) -> str:
    streets = laid.streets
    digest = hashlib.sha256(f"2:{streets.zone}:{timezone}".encode())
    for column in (
        streets.points.round(3),
        streets.tails,
        streets.heads,
        streets.effort.round(3),
        laid.wheels.round(3),
    ):
        digest.update(np.ascontiguousarray(column).tobytes())
    digest.update(repr(sorted(laid.gates.items())).encode())
    for door in ground.doors:
        digest.update(
            repr((door.ref, door.lon, door.lat, door.kind, door.wheelchair)).encode() + door.outline.tobytes()
        )
    return digest.hexdigest()


def _read_whole(key: UUID) -> tuple[int, Loaded]:
    """Read a network and its version; again if it was replaced between its tables."""
    while True:
        network = Network.objects.get(pk=key)
        found = _read(network)
        if Network.objects.filter(pk=key, version=network.version).exists():
            return network.version, found


def _read(network: Network) -> Loaded:
    kept = paving.read(network)
    foot = kept.streets
    rolling = np.isfinite(kept.wheels)
    wheelchair = Streets(
        foot.zone, foot.points, foot.tails[rolling], foot.heads[rolling], foot.metres[rolling], kept.wheels[rolling],
        foot.numbers,
    )  # fmt: skip
    rows = WalkGate.objects.filter(network=network).values_list("tail", "head", "access", "hours", "shut")
    gates = [(tail, head, Gate(*rules)) for tail, head, *rules in rows]
    return Loaded(foot, wheelchair, gates, Doors.of(network), ZoneInfo(network.timezone))
