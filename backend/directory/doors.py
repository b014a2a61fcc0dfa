"""Where a walk from a building begins: at its nearest entrance, if a map has one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.directory.ahead.profiles import FOOT, Profile
from backend.directory.models import Entrance, Network

Floats = NDArray[np.float64]

_BLOCK = 500


@dataclass(frozen=True)
class _House:
    outline: Floats
    doors: Floats
    is_step_free: NDArray[np.bool_]

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a position is inside, by the even-odd rule."""
        (x1, y1), (x2, y2) = self.outline.T, np.roll(self.outline, -1, axis=0).T
        between = (y1 > lat) != (y2 > lat)
        rise = np.where(between, y2 - y1, 1.0)
        return int(np.count_nonzero(between & (lon < (x2 - x1) * (lat - y1) / rise + x1))) % 2 == 1

    def nearest(self, here: Floats, profile: Profile) -> Floats:
        """Return the nearest door; on wheels one that is not known for its steps, if there is any."""
        doors = self.doors
        if profile is not FOOT and self.is_step_free.any():
            doors = doors[self.is_step_free]
        away = (doors - here) * (np.cos(np.radians(here[1])), 1.0)
        found: Floats = doors[int(np.hypot(*away.T).argmin())]
        return found


@dataclass(frozen=True)
class Doors:
    """The buildings of a network whose entrances are known; `boxes` (k, 4) bound their outlines in degrees."""

    houses: list[_House]
    boxes: Floats

    @classmethod
    def of(cls, network: Network) -> "Doors":
        """Read those of a network."""
        groups: dict[bytes, list[Entrance]] = {}
        for door in Entrance.objects.filter(network=network).order_by("ref"):
            groups.setdefault(np.array(door.outline).tobytes(), []).append(door)
        houses = [
            _House(
                np.array(doors[0].outline).reshape(-1, 2),
                np.array([(door.lon, door.lat) for door in doors]),
                np.array([door.wheelchair != "no" for door in doors]),
            )
            for doors in groups.values()
        ]
        boxes = [np.r_[house.outline.min(axis=0), house.outline.max(axis=0)] for house in houses]
        return cls(houses, np.array(boxes).reshape(-1, 4))

    def starts(self, lonlat: Floats, profile: Profile = FOOT) -> Floats:
        """Return where walks from buildings at these degrees (n, 2) begin: their nearest entrance, or where they stand."""
        starts = lonlat.copy()
        if not self.houses:
            return starts
        for first in range(0, len(lonlat), _BLOCK):
            here = lonlat[first : first + _BLOCK, None, :]
            inside = ((here >= self.boxes[:, :2]) & (here <= self.boxes[:, 2:])).all(axis=2)
            for building, house in np.argwhere(inside).tolist():
                at = lonlat[first + building]
                if self.houses[house].holds(*at):
                    starts[first + building] = self.houses[house].nearest(at, profile)
        return starts
