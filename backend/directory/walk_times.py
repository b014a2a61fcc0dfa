"""The walks from every building to every service within 15 minutes at the standard pace, computed ahead.

The tables keep effort (metres, steps 1.8 times), so that they answer for every pace: 15 minutes at 4/3 m/s, 20 at 1 m/s.
"""

from dataclasses import dataclass

from django.db import connection

from backend.directory.ahead.catching_up import Commit, StreetsChanged, Watch, alone, at_once, catch_up, estimate
from backend.directory.ahead.profiles import DETOUR, FOOT, LIMIT, PROFILES, WHEELCHAIR, Profile
from backend.directory.models import Network

__all__ = ["DETOUR", "LIMIT", "Outcome", "Watch", "estimate", "recompute", "refresh"]

_TRIES = 5


@dataclass(frozen=True)
class Outcome:
    """What is kept now: buildings, services and walks on foot, walks in a wheelchair; how many rows had to be written.

    `is_fresh` is False when nothing had changed since the last time.
    """

    buildings: int
    services: int
    walks: int
    wheels: int
    written: int

    @property
    def is_fresh(self) -> bool:
        return self.written > 0


def recompute(network: Network, watch: Watch = iter, commit: Commit = at_once) -> Outcome:
    """Bring the walks of a network up to date, on foot and in a wheelchair, and count them.

    Waits while another process does the same. Repeatable, and resumable when killed: what is done is done.
    """
    with alone(network, wait=True):
        written = refresh(network, watch, commit)
    on_foot = _count(network, FOOT)
    return Outcome(*on_foot, _count(network, WHEELCHAIR)[2], written)


def refresh(network: Network, watch: Watch = iter, commit: Commit = at_once) -> int:
    """Bring the walks up to date (the caller is `alone`); returns how many rows were written or deleted."""
    written = 0
    for profile in PROFILES.values():
        for turn in range(_TRIES):
            network.refresh_from_db(fields=["version", "zone", "west", "south", "east", "north", "timezone"])
            try:
                written += catch_up(network, profile, watch, commit)
            except StreetsChanged:
                if turn == _TRIES - 1:
                    raise
            else:
                break
    return written


def _count(network: Network, profile: Profile) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {profile.origins} WHERE network_id = %s), "  # noqa: S608 - our names
            f"(SELECT count(*) FROM {profile.targets} WHERE network_id = %s), "
            f"(SELECT count(*) FROM {profile.times} w JOIN {profile.origins} o USING (building_id) WHERE o.network_id = %s)",
            [network.pk] * 3,
        )
        buildings, services, walks = cursor.fetchone()
        return buildings, services, walks
