"""The walk from each stop of a round to the next, on the same streets as the circle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from backend.core import geo
from backend.directory import circle
from backend.directory import network as networks
from backend.directory.models import Location
from backend.directory.walk_times import DETOUR

FAR = 10_000.0


@dataclass(frozen=True)
class Leg:
    """A walk between two stops: effort (divide by the pace for seconds) and metres; an estimate where no street joins them."""

    effort: float
    metres: float
    is_estimate: bool


def legs(places: Sequence[Location]) -> list[Leg]:
    """The walks between these places, in order: one fewer than there are places."""
    return [_leg(here, there) for here, there in pairwise(places)]


def _leg(here: Location, there: Location) -> Leg:
    network, start = circle.nearest(here.lon, here.lat)
    if network is not None and start is not None:
        streets = networks.streets_of(network)
        end = streets.snap(np.array([geo.utm(there.lon, there.lat, network.zone)]))
        if end.edge[0] >= 0:
            effort, metres = streets.walks(start, end, FAR)
            if effort[0] < inf:
                return Leg(float(effort[0]), float(metres[0]), is_estimate=False)
    east, north = geo.utm(there.lon, there.lat, here.zone)
    straight = float(np.hypot(east - here.easting, north - here.northing)) * DETOUR
    return Leg(straight, straight, is_estimate=True)
