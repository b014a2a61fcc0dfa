"""Where buildings and services join the streets of a network, and the rows that remember it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from backend.core import geo
from backend.directory.ahead.differences import Places
from backend.directory.ahead.profiles import FOOT, LIMIT, Profile
from backend.directory.models import Network
from backend.directory.network import Loaded
from backend.directory.walking.snapping import Snaps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SAME = 1e-6


@dataclass(frozen=True)
class Ends:
    """Buildings or services (n): `lonlat` is where they stand, `starts` and `points` (metres) where walks from or to them end.

    `is_estimate`: a service that no street is near, so that walks to it are guessed.
    """

    ids: list[UUID]
    lonlat: Floats
    starts: Floats
    points: Floats
    snaps: Snaps
    is_estimate: NDArray[np.bool_]

    def some(self, numbers: Ints) -> "Ends":
        """Return those with these numbers."""
        return Ends(
            [self.ids[i] for i in numbers.tolist()], self.lonlat[numbers], self.starts[numbers], self.points[numbers],
            self.snaps.some(numbers), self.is_estimate[numbers],
        )  # fmt: skip


@dataclass(frozen=True)
class Placing:
    """Joins places to the streets of one profile."""

    network: Network
    profile: Profile
    loaded: Loaded

    def targets(self, places: Places) -> Ends:
        """Join services. On wheels one that only a street on foot is near cannot be reached, and nothing is guessed."""
        snaps = self.loaded.streets(self.profile).snap(places.points)
        off = snaps.edge < 0
        if self.profile is not FOOT:
            off[off] = self.loaded.foot.snap(places.points[off]).edge < 0
        return Ends(places.ids, places.lonlat, places.lonlat, places.points, snaps, off)

    def origins(self, places: Places) -> tuple[Ends, list[UUID]]:
        """Join buildings, at their entrances; also return those kept here that do not join any more.

        A building that another network's streets are nearer to, or as near, stays with that one.
        """
        starts = self.loaded.doors.starts(places.lonlat, self.profile)
        points = np.column_stack(geo.utm(starts[:, 0], starts[:, 1], self.network.zone)) if len(starts) else starts
        snaps = self.loaded.streets(self.profile).snap(points)
        rows = self._rows(f"SELECT building_id, network_id, snap_metres FROM {self.profile.origins} "  # noqa: S608
                          "WHERE building_id = ANY(%s)", places.ids)  # fmt: skip
        elsewhere = {row[0]: row[2] for row in rows if row[1] != self.network.pk}
        rival = np.array([elsewhere.get(one, np.inf) for one in places.ids])
        joins = (snaps.edge >= 0) & (rival > snaps.leg)
        here = {row[0] for row in rows if row[1] == self.network.pk}
        lost = [places.ids[i] for i in np.flatnonzero(~joins).tolist() if places.ids[i] in here]
        ends = Ends(places.ids, places.lonlat, starts, points, snaps, np.zeros(len(places.ids), bool))
        return ends.some(np.flatnonzero(joins)), lost

    def kept_targets(self) -> Ends:
        """Return all services to which walks are kept."""
        return self._kept(
            "SELECT service_at_location_id, lon, lat, lon, lat, coalesce(tail, -1), coalesce(head, -1), along, leg, "  # noqa: S608
            f"is_estimate FROM {self.profile.targets} WHERE network_id = %s ORDER BY 1"
        )

    def kept_origins(self) -> Ends:
        """Return the buildings from which walks are kept that are not stale."""
        return self._kept(
            "SELECT building_id, lon, lat, start_lon, start_lat, tail, head, along, snap_metres, false "  # noqa: S608
            f"FROM {self.profile.origins} WHERE network_id = %s AND NOT is_stale ORDER BY 1"
        )

    def as_kept(self, ends: Ends) -> NDArray[np.bool_]:
        """Say which services stand where, and join as, their rows say."""
        rows = self._rows(
            "SELECT service_at_location_id, lon, lat, coalesce(tail, -1), coalesce(head, -1), along, leg, "  # noqa: S608
            f"is_estimate FROM {self.profile.targets} WHERE network_id = %s AND service_at_location_id = ANY(%s)",
            self.network.pk, ends.ids,
        )  # fmt: skip
        was = {row[0]: row[1:] for row in rows}
        tails, heads = self._names(ends.snaps)
        now = np.column_stack(
            (ends.lonlat, tails, heads, ends.snaps.along, ends.snaps.leg, ends.is_estimate.astype(np.float64))
        )
        kept = np.array([was.get(one, (np.nan,) * 7) for one in ends.ids], np.float64).reshape(-1, 7)
        same: NDArray[np.bool_] = (np.abs(kept - now) <= (0, 0, 0, 0, _SAME, _SAME, 0)).all(axis=1)
        return same

    def keep_targets(self, ends: Ends) -> int:
        """Remember where services join."""
        tails, heads = self._names(ends.snaps)
        return self._write(
            f"INSERT INTO {self.profile.targets} (network_id, service_at_location_id, lon, lat, tail, head, along, leg, "  # noqa: S608
            "is_estimate, is_stale) SELECT %s, g.id, g.lon, g.lat, nullif(g.tail, -1), nullif(g.head, -1), g.along, g.leg, "
            "g.guess, false FROM unnest(%s::uuid[], %s::float8[], %s::float8[], %s::int[], %s::int[], %s::float8[], "
            "%s::float8[], %s::bool[]) AS g(id, lon, lat, tail, head, along, leg, guess) "
            "ON CONFLICT (network_id, service_at_location_id) DO UPDATE SET lon = excluded.lon, lat = excluded.lat, "
            "tail = excluded.tail, head = excluded.head, along = excluded.along, leg = excluded.leg, "
            "is_estimate = excluded.is_estimate, is_stale = false",
            self.network.pk, ends.ids, *ends.lonlat.T.tolist(), tails.tolist(), heads.tolist(), ends.snaps.along.tolist(),
            ends.snaps.leg.tolist(), ends.is_estimate.tolist(),
        )  # fmt: skip

    def keep_origins(self, ends: Ends) -> int:
        """Remember where buildings join, and that their walks are those of today."""
        tails, heads = self._names(ends.snaps)
        return self._write(
            f"INSERT INTO {self.profile.origins} (building_id, network_id, lon, lat, start_lon, start_lat, tail, head, "  # noqa: S608
            'along, snap_metres, "limit", is_stale) SELECT g.id, %s, g.lon, g.lat, g.start_lon, g.start_lat, g.tail, g.head, '
            "g.along, g.leg, %s, false FROM unnest(%s::uuid[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], "
            "%s::int[], %s::int[], %s::float8[], %s::float8[]) AS g(id, lon, lat, start_lon, start_lat, tail, head, along, leg) "
            "ON CONFLICT (building_id) DO UPDATE SET network_id = excluded.network_id, lon = excluded.lon, lat = excluded.lat, "
            "start_lon = excluded.start_lon, start_lat = excluded.start_lat, tail = excluded.tail, head = excluded.head, "
            'along = excluded.along, snap_metres = excluded.snap_metres, "limit" = excluded."limit", is_stale = false',
            self.network.pk, LIMIT, ends.ids, *ends.lonlat.T.tolist(), *ends.starts.T.tolist(), tails.tolist(), heads.tolist(),
            ends.snaps.along.tolist(), ends.snaps.leg.tolist(),
        )  # fmt: skip

    def unmark_targets(self, ids: list[UUID]) -> int:
        """Take the mark from services that join as before."""
        return self._write(
            f"UPDATE {self.profile.targets} SET is_stale = false "  # noqa: S608 - our names
            "WHERE network_id = %s AND service_at_location_id = ANY(%s)",
            self.network.pk, ids,
        )  # fmt: skip

    def mark_origins(self) -> int:
        """Mark every building of the network: it is to be walked from again."""
        return self._write(
            f"UPDATE {self.profile.origins} SET is_stale = true WHERE network_id = %s AND NOT is_stale",  # noqa: S608
            self.network.pk,
        )

    def _names(self, snaps: Snaps) -> tuple[Ints, Ints]:
        """Return what the nodes of the joined edges are called; -1 for what does not join."""
        streets = self.loaded.streets(self.profile)
        edges = np.maximum(snaps.edge, 0)
        if not len(streets.tails):
            return snaps.edge, snaps.edge
        on = snaps.edge >= 0
        tails, heads = streets.numbers[streets.tails[edges]], streets.numbers[streets.heads[edges]]
        return np.where(on, tails, -1), np.where(on, heads, -1)

    def _kept(self, sql: str) -> Ends:
        rows = self._rows(sql, self.network.pk)
        columns = np.array([row[1:] for row in rows], np.float64).reshape(-1, 9)
        starts = columns[:, 2:4]
        points = np.column_stack(geo.utm(starts[:, 0], starts[:, 1], self.network.zone)) if rows else starts
        tails, heads = columns[:, 4].astype(np.int64), columns[:, 5].astype(np.int64)
        snaps = self.loaded.streets(self.profile).kept(tails, heads, columns[:, 6].copy(), columns[:, 7].copy())
        return Ends([row[0] for row in rows], columns[:, :2], starts, points, snaps, columns[:, 8] > 0)

    @staticmethod
    def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    @staticmethod
    def _write(sql: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            count: int = cursor.rowcount
            return count
