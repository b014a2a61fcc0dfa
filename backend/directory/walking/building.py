"""From the ground that is told to the streets that are walked: parallel pieces made one, the largest connected part kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from backend.directory.walking.ground import Ground
from backend.directory.walking.passage import NEVER, Gate
from backend.directory.walking.streets import Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Laid:
    """The streets on foot; `wheels` (m,) is the effort of each edge in a wheelchair; `gates` are by edge."""

    streets: Streets
    wheels: Floats
    gates: dict[int, Gate]


def build(zone: int, points: Floats, tails: Ints, heads: Ints, factors: Floats) -> Streets:
    """Make a network of pieces of ways: `tails`, `heads` number `points`, `factors` are 1.0, or 1.8 on steps.

    Raises ValueError if nothing is left to walk on.
    """
    return lay(zone, points, Ground.plain(points, tails, heads, factors)).streets


def lay(zone: int, points: Floats, ground: Ground) -> Laid:
    """Lay the streets of a ground whose nodes are at `points` (n, 2), metres of UTM `zone`.

    On wheels only the largest connected part of what they can pass is passed. Raises ValueError if nothing is left to walk on.
    """
    low, high = np.minimum(ground.tails, ground.heads), np.maximum(ground.tails, ground.heads)
    metres = np.hypot(*(points[low] - points[high]).T)
    effort = metres * ground.foot
    with np.errstate(invalid="ignore"):
        wheels = np.where(np.isfinite(ground.wheels), metres * ground.wheels, NEVER)
    order = np.lexsort((effort, high, low))
    order = order[low[order] != high[order]]
    if not len(order):
        raise ValueError("a walking network needs at least one edge")
    low, high, metres, effort, wheels = (column[order] for column in (low, high, metres, effort, wheels))
    first = np.flatnonzero(np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])])
    wheels = np.minimum.reduceat(wheels, first)
    low, high, metres, effort = low[first], high[first], metres[first], effort[first]
    inside = _largest(len(points), low, high)
    keep = np.zeros(len(points), bool)
    keep[low[inside]], keep[high[inside]] = True, True
    number = np.cumsum(keep) - 1
    tails, heads, wheels = number[low[inside]], number[high[inside]], wheels[inside]
    rolling = np.flatnonzero(np.isfinite(wheels))
    if len(rolling):
        rolling = rolling[_largest(int(keep.sum()), tails[rolling], heads[rolling])]
    reached = np.full(len(wheels), NEVER)
    reached[rolling] = wheels[rolling]
    streets = Streets(zone, points[keep], tails, heads, metres[inside], effort[inside], np.arange(int(keep.sum())))
    return Laid(streets, reached, _gates(ground, number, keep, streets))


def _largest(size: int, tails: Ints, heads: Ints) -> Ints:
    """Return the numbers of the edges of the part with the most nodes."""
    pattern = csr_matrix((np.ones(len(tails)), (tails, heads)), shape=(size, size))
    _, part = connected_components(pattern, directed=False)
    used = np.zeros(size, bool)
    used[tails], used[heads] = True, True
    inside: Ints = np.flatnonzero(part[tails] == np.bincount(part[used]).argmax())
    return inside


def _gates(ground: Ground, number: Ints, keep: NDArray[np.bool_], streets: Streets) -> dict[int, Gate]:
    gates = {}
    for piece, gate in ground.gates.items():
        low, high = sorted((int(ground.tails[piece]), int(ground.heads[piece])))
        if keep[low] and keep[high]:
            key = number[low] * len(streets.points) + number[high]
            gates[int(np.searchsorted(streets.keys, key))] = gate
    return gates
