"""How people walk when coverage is counted: at the standard pace, slowly, or in a wheelchair."""

from __future__ import annotations

from dataclasses import dataclass

from backend.directory.walking.streets import PACES


@dataclass(frozen=True)
class Walks:
    """Which column of the table of walks answers, at how many metres a second, under which further SQL condition."""

    pace: float
    effort: str = "effort"
    only: str = ""


PROFILES: dict[str, Walks] = {
    "standard": Walks(PACES["standard"]),
    "slow": Walks(PACES["slow"]),
}


def walks(profile: str) -> Walks:
    """The walks of a profile; KeyError for an unknown one."""
    return PROFILES[profile]
