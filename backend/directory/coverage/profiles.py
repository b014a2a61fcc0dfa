"""How people walk when coverage is counted: at the standard pace, slowly, or in a wheelchair."""

from __future__ import annotations

from dataclasses import dataclass

from backend.directory.walking.streets import PACES


@dataclass(frozen=True)
class Walks:
    """At how many metres a second, and which tables keep the walks and the buildings from which they are known."""

    pace: float
    times: str = "directory_walktime"
    origins: str = "directory_walkorigin"


PROFILES: dict[str, Walks] = {
    "standard": Walks(PACES["standard"]),
    "slow": Walks(PACES["slow"]),
    "wheelchair": Walks(PACES["standard"], "directory_wheeltime", "directory_wheelorigin"),
}
"""A wheelchair's effort has its slower ground in it already (1.2 a metre: 4 km/h), so its pace is the standard one."""


def walks(profile: str) -> Walks:
    """The walks of a profile; KeyError for an unknown one."""
    return PROFILES[profile]
