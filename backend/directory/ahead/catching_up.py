"""Bring the kept walks of a network up to date: only what changed is computed, piece by piece, each piece one transaction.

What is true at any time: the walks kept between a building and a service that are both kept, and not stale, are those on today's
streets. A service that comes or moves is walked to backwards, from it to the buildings (the streets have no direction); a
building that comes, moves or whose streets changed is walked from anew. A pass that is killed leaves the rest for the next one,
and until a building's turn comes its former walks stay.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from backend.directory import network as networks
from backend.directory.ahead import differences, kept
from backend.directory.ahead.kept import Walks, as_bytes
from backend.directory.ahead.placing import Ends, Placing
from backend.directory.ahead.profiles import DETOUR, LIMIT, Profile
from backend.directory.models import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Watch = Callable[[Iterable[Any]], Iterable[Any]]
Commit = Callable[[Callable[[], int]], int]
T = TypeVar("T")

BLOCK = 32
_MANY = 500


class StreetsChanged(Exception):
    """The streets were changed during the pass; a new pass sees them."""


def at_once(work: Callable[[], int]) -> int:
    """Do a piece in a transaction of its own."""
    with transaction.atomic():
        return work()


@contextmanager
def alone(network: Network, *, wait: bool) -> Iterator[bool]:
    """Have the walks of a network to oneself; yields False when another process has them and we do not wait."""
    key = int.from_bytes(network.pk.bytes[-8:], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)" if wait else "SELECT pg_try_advisory_lock(%s)", [key])
        mine = wait or bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def catch_up(network: Network, profile: Profile, watch: Watch = iter, commit: Commit = at_once) -> int:
    """Do one pass; returns how many rows were written or deleted. `commit` runs each piece in a transaction.

    `watch` wraps the services and buildings to compute (a progress bar). Raises StreetsChanged when the streets were replaced.
    """
    return _Pass(network, profile, commit).run(watch)


class _Pass:
    def __init__(self, network: Network, profile: Profile, commit: Commit) -> None:
        self.network, self.profile, self._commit = network, profile, commit
        self.placing = Placing(network, profile, networks.loaded(network))
        self.streets = networks.streets_of(network, profile)

    def run(self, watch: Watch) -> int:
        network, profile, placing = self.network, self.profile, self.placing
        rows = self.each(kept.drop_targets, differences.targets_gone(network, profile))
        rows += self.each(kept.drop_origins, differences.origins_gone(network, profile))
        moved = placing.targets(differences.targets_changed(network, profile))
        same = placing.as_kept(moved)
        for block in _blocks(np.flatnonzero(same).tolist(), _MANY):
            rows += self.commit(partial(placing.unmark_targets, [moved.ids[i] for i in block]))
        moved = moved.some(np.flatnonzero(~same))
        known = placing.kept_origins() if moved.ids else None
        if known and len(moved.ids) > max(len(known.ids), BLOCK):
            rows += self.commit(partial(self.keep_all, moved))
            moved = moved.some(np.zeros(0, np.int64))
        origins, lost = placing.origins(differences.origins_changed(network, profile))
        rows += self.each(kept.drop_origins, lost)
        turns = iter(watch([*moved.ids, *origins.ids]))
        if known and moved.ids:
            rows += self.renew(moved, known, self.keep_targets, turns, are_services=True)
        if origins.ids:
            rows += self.renew(origins, placing.kept_targets(), self.keep_origins, turns, are_services=False)
        next(turns, None)
        return rows

    def each(self, drop: Callable[[Network, Profile, list[UUID]], int], ids: list[UUID]) -> int:
        return sum(self.commit(partial(drop, self.network, self.profile, list(block))) for block in _blocks(ids, _MANY))

    def commit(self, work: Callable[[], int]) -> int:
        """Run a piece in a transaction, if the streets are still those that we walk on."""

        def fenced() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT version FROM directory_network WHERE id = %s FOR SHARE", [self.network.pk])
                row = cursor.fetchone()
            if row is None or row[0] != self.network.version:
                raise StreetsChanged
            return work()

        return self._commit(fenced)

    def renew(
        self, ends: Ends, others: Ends, keep: Callable[[Ends, Walks], int], turns: Iterator[Any], *, are_services: bool
    ) -> int:
        rows, walks = 0, self.walks(ends, others, are_services=are_services)
        for block in _blocks(list(range(len(ends.ids))), BLOCK):
            parts = []
            for _ in block:
                next(turns, None)
                parts.append(next(walks))
            rows += self.commit(partial(keep, ends.some(np.array(block)), Walks.joined(parts)))
        return rows

    def walks(self, ends: Ends, others: Ends, *, are_services: bool) -> Iterator[Walks]:
        """Yield the walks between each end, in order, and the others."""
        names, none = as_bytes(others.ids), (np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        everybody, strangers = np.arange(len(others.ids)), np.flatnonzero(others.is_estimate)
        walked = self.streets.walks_from_each(ends.snaps, others.snaps, LIMIT)
        for number, joins in enumerate((ends.snaps.edge >= 0).tolist()):
            near, effort, metres = next(walked)[1:] if joins else none
            guessed = strangers if not ends.is_estimate[number] else everybody
            far, guess = estimate(ends.points[number], others.points, guessed, LIMIT)
            theirs = names[np.r_[near, far]]
            mine = np.repeat(as_bytes([ends.ids[number]]), len(theirs))
            buildings, services = (theirs, mine) if are_services else (mine, theirs)
            is_guess = np.r_[np.zeros(len(near), bool), np.ones(len(far), bool)]
            yield Walks(buildings, services, np.r_[effort, guess], np.r_[metres, guess], is_guess)

    def keep_targets(self, ends: Ends, walks: Walks) -> int:
        rows = kept.drop_walks_to(self.network, self.profile, ends.ids) + self.placing.keep_targets(ends)
        return rows + kept.add(self.profile, walks)

    def keep_origins(self, ends: Ends, walks: Walks) -> int:
        return kept.replace(self.profile, ends.ids, walks) + self.placing.keep_origins(ends)

    def keep_all(self, ends: Ends) -> int:
        """There are more new services than buildings: remember where they join, and walk from every building again."""
        return self.placing.mark_origins() + self.placing.keep_targets(ends)


def estimate(origin: Floats, points: Floats, numbers: Ints, limit: float) -> tuple[Ints, Floats]:
    """Return which of the places with these numbers, that no street reaches, are within `limit` at straight line × 1.3, and it."""
    straight = np.hypot(*(points[numbers] - origin).T) * DETOUR
    near = straight <= limit + 1e-6
    return numbers[near], straight[near]


def _blocks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
