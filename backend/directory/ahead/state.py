"""How the walks of each network stand: what is kept, and what waits."""

from dataclasses import dataclass

from django.db import connection

from backend.directory import network as networks
from backend.directory.ahead import differences
from backend.directory.ahead.placing import Placing
from backend.directory.ahead.profiles import PROFILES, Profile
from backend.directory.models import Entrance, Network, WalkGate


@dataclass(frozen=True)
class Kept:
    """Counts of one profile."""

    profile: str
    buildings: int
    services: int
    buildings_waiting: int
    services_waiting: int


@dataclass(frozen=True)
class State:
    """One network."""

    network: Network
    gates: int
    entrances: int
    kept: list[Kept]


def all_of_them() -> list[State]:
    """Return all, by name."""
    return [
        State(
            network,
            WalkGate.objects.filter(network=network).count(),
            Entrance.objects.filter(network=network).count(),
            [_kept(network, profile) for profile in PROFILES.values()],
        )
        for network in Network.objects.filter(version__gt=0).order_by("name")
    ]


def _kept(network: Network, profile: Profile) -> Kept:
    placing = Placing(network, profile, networks.loaded(network))
    joined, lost = placing.origins(differences.origins_changed(network, profile))
    lost += differences.origins_gone(network, profile)
    gone, changed = differences.targets_gone(network, profile), differences.targets_changed(network, profile)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {profile.origins} WHERE network_id = %s), "  # noqa: S608 - our names
            f"(SELECT count(*) FROM {profile.targets} WHERE network_id = %s)",
            [network.pk] * 2,
        )
        buildings, services = cursor.fetchone()
    return Kept(profile.name, buildings, services, len(joined.ids) + len(lost), len(gone) + len(changed.ids))
