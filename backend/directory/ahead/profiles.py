"""On foot or in a wheelchair: which tables keep the walks, and how far they are computed."""

from dataclasses import dataclass

from backend.directory.walking.streets import PACES

LIMIT = 15 * 60 * PACES["standard"]
DETOUR = 1.3


@dataclass(frozen=True)
class Profile:
    """The tables of one way to get about; they have the same shape for all."""

    name: str
    origins: str
    targets: str
    times: str


FOOT = Profile("foot", "directory_walkorigin", "directory_walktarget", "directory_walktime")
WHEELCHAIR = Profile("wheelchair", "directory_wheelorigin", "directory_wheeltarget", "directory_wheeltime")
PROFILES = {profile.name: profile for profile in (FOOT, WHEELCHAIR)}
