"""Where a place joins the network: the nearest point of the nearest edge."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH = 150.0
_SPACING = 20.0


@dataclass(frozen=True)
class Snaps:
    """Where places join: edge number (-1: too far), metres from its tail, metres of the straight leg; each (k,)."""

    edge: Ints
    along: Floats
    leg: Floats

    def one(self, number: int) -> "Snaps":
        """Return a single place."""
        single = slice(number, number + 1)
        return Snaps(self.edge[single], self.along[single], self.leg[single])

    def some(self, numbers: Ints) -> "Snaps":
        """Return the places with these numbers."""
        return Snaps(self.edge[numbers], self.along[numbers], self.leg[numbers])


class EdgeIndex:
    """A tree of points strewn along the edges at most 20 m apart; exact distances decide among the near ones."""

    def __init__(self, tails: Floats, heads: Floats) -> None:
        self.tails, self.along = tails, heads - tails
        self.lengths = np.hypot(*self.along.T)
        pieces = np.maximum(np.ceil(self.lengths / _SPACING).astype(np.int64), 1)
        self.owner = np.repeat(np.arange(len(tails)), pieces + 1)
        first = np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        share = (np.arange(len(self.owner)) - first) / np.repeat(pieces, pieces + 1)
        self.tree = cKDTree(tails[self.owner] + share[:, None] * self.along[self.owner])

    def snap(self, places: Floats) -> Snaps:
        """Return where each of the places (k, 2) joins; nothing within 150 m gives edge -1."""
        edge = np.full(len(places), -1, np.int64)
        position, leg = np.zeros(len(places)), np.zeros(len(places))
        if not len(places):
            return Snaps(edge, position, leg)
        nearest, _ = self.tree.query(places, distance_upper_bound=REACH + _SPACING)
        near = np.flatnonzero(np.isfinite(nearest))
        if not len(near):
            return Snaps(edge, position, leg)
        balls = self.tree.query_ball_point(places[near], nearest[near] + _SPACING / 2 + 1e-6)
        counts = np.fromiter(map(len, balls), np.int64, len(balls))
        strewn = np.fromiter(chain.from_iterable(balls), np.int64, int(counts.sum()))
        pairs = np.unique(np.repeat(np.arange(len(near)), counts) * len(self.tails) + self.owner[strewn])
        which, edges = np.divmod(pairs, len(self.tails))
        offset = places[near][which] - self.tails[edges]
        squared = np.maximum(self.lengths[edges] ** 2, 1e-12)
        share = np.clip((offset * self.along[edges]).sum(axis=1) / squared, 0.0, 1.0)
        distances = np.hypot(*(offset - share[:, None] * self.along[edges]).T)
        starts = np.searchsorted(which, np.arange(len(near)))
        shortest = np.flatnonzero(distances == np.minimum.reduceat(distances, starts)[which])
        best = shortest[np.unique(which[shortest], return_index=True)[1]]
        best = best[distances[best] <= REACH]
        joined = near[which[best]]
        edge[joined], leg[joined] = edges[best], distances[best]
        position[joined] = share[best] * self.lengths[edges[best]]
        return Snaps(edge, position, leg)
