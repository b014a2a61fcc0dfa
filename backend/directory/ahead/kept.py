"""The rows of walks: which are kept, and making them what they are now by writing only what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from backend.directory.ahead.profiles import Profile
from backend.directory.models import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAME = 1e-6
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_UUID, _FLOAT = "V16", ">f8"
_RECORD = np.dtype(
    [
        ("n", ">i2"), ("n1", ">i4"), ("building", _UUID), ("n2", ">i4"), ("place", _UUID), ("n3", ">i4"), ("effort", _FLOAT),
        ("n4", ">i4"), ("metres", _FLOAT), ("n5", ">i4"), ("guess", "i1"),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Walks:
    """Walks (k,) between buildings and services, both as 16 bytes of their ids; those that are guesses are marked."""

    buildings: NDArray[np.void]
    places: NDArray[np.void]
    effort: Floats
    metres: Floats
    is_estimate: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence["Walks"]) -> "Walks":
        names = ("buildings", "places", "effort", "metres", "is_estimate")
        if not parts:
            return cls(as_bytes([]), as_bytes([]), np.zeros(0), np.zeros(0), np.zeros(0, bool))
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def some(self, numbers: Ints) -> "Walks":
        return Walks(
            self.buildings[numbers],
            self.places[numbers],
            self.effort[numbers],
            self.metres[numbers],
            self.is_estimate[numbers],
        )


def as_bytes(ids: Sequence[UUID]) -> NDArray[np.void]:
    """Return the ids as an array of 16 bytes each."""
    return np.frombuffer(b"".join(one.bytes for one in ids), "V16") if ids else np.zeros(0, "V16")


def drop_origins(network: Network, profile: Profile, buildings: list[UUID]) -> int:
    """Forget the walks from these buildings."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {profile.times} WHERE building_id = ANY(%s)", [buildings]  # noqa: S608 - our names
        )  # fmt: skip
        rows: int = cursor.rowcount
        cursor.execute(f"DELETE FROM {profile.origins} WHERE building_id = ANY(%s)", [buildings])  # noqa: S608
    return rows + len(buildings)


def drop_targets(network: Network, profile: Profile, places: list[UUID]) -> int:
    """Forget the walks to these services from the buildings of the network."""
    rows = _drop_walks_to(network, profile, places)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {profile.targets} WHERE network_id = %s AND service_at_location_id = ANY(%s)",  # noqa: S608
            [network.pk, places],
        )
    return rows + len(places)


def drop_walks_to(network: Network, profile: Profile, places: list[UUID]) -> int:
    """Delete the walks to these services from the buildings of the network that are not stale."""
    return _drop_walks_to(network, profile, places, "AND NOT o.is_stale")


def _drop_walks_to(network: Network, profile: Profile, places: list[UUID], only: str = "") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {profile.times} w USING {profile.origins} o WHERE o.building_id = w.building_id "  # noqa: S608
            f"AND o.network_id = %s AND w.service_at_location_id = ANY(%s) {only}",
            [network.pk, places],
        )
        found: int = cursor.rowcount
        return found


def add(profile: Profile, walks: Walks) -> int:
    """Write new walks."""
    rows = np.zeros(len(walks.effort), _RECORD)
    for name, width in (("n", 5), ("n1", 16), ("n2", 16), ("n3", 8), ("n4", 8), ("n5", 1)):
        rows[name] = width
    rows["building"], rows["place"], rows["guess"] = walks.buildings, walks.places, walks.is_estimate
    rows["effort"], rows["metres"] = walks.effort, walks.metres
    columns = "building_id, service_at_location_id, effort, metres, is_estimate"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {profile.times} ({columns}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_HEADER + rows.tobytes() + b"\xff\xff")
    return len(rows)


def replace(profile: Profile, buildings: list[UUID], walks: Walks) -> int:
    """Make the walks from these buildings those told; rows that say the same are left alone. Returns how many were written."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT building_id, service_at_location_id, effort, metres, is_estimate FROM {profile.times} "  # noqa: S608
            "WHERE building_id = ANY(%s)",
            [buildings],
        )
        kept = {(row[0].bytes, row[1].bytes): row[2:] for row in cursor.fetchall()}
    if not kept:
        return add(profile, walks)
    fresh: list[int] = []
    told = zip(
        walks.buildings.tolist(), walks.places.tolist(), walks.effort.tolist(), walks.metres.tolist(),
        walks.is_estimate.tolist(), strict=True,
    )  # fmt: skip
    for number, (building, place, effort, metres, guess) in enumerate(told):
        was = kept.get((building, place))
        if was and abs(was[0] - effort) <= SAME and abs(was[1] - metres) <= SAME and was[2] == guess:
            del kept[building, place]
        else:
            fresh.append(number)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {profile.times} w USING unnest(%s::uuid[], %s::uuid[]) AS g(building, place) "  # noqa: S608
            "WHERE w.building_id = g.building AND w.service_at_location_id = g.place",
            [[UUID(bytes=pair[0]) for pair in kept], [UUID(bytes=pair[1]) for pair in kept]],
        )
    return add(profile, walks.some(np.array(fresh, np.int64))) + len(kept)
