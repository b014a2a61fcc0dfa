"""A walking network as arrays, and the shortest walks on it.

Definition (docs of the circle): edges are straight pieces of ways, measured in metres of one UTM zone; steps count 1.8
times ("effort"); of parallel edges the easiest counts; only the largest connected part is walked on; a place joins the
network at the nearest point of an edge within 150 m and the leg to it is straight. Seconds are effort divided by pace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from backend.directory.walking.snapping import EdgeIndex, Snaps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS = 1.8
PACES = {"standard": 4 / 3, "slow": 1.0}
_LEAST = 1e-6
_BLOCK = 64
_SAMPLE = 10.0


@dataclass(frozen=True)
class Streets:
    """The largest connected part of a network.

    `points` (n, 2) are eastings and northings; `tails` < `heads` (m,) number them; `metres` and `effort` are (m,).
    """

    zone: int
    points: Floats
    tails: Ints
    heads: Ints
    metres: Floats
    effort: Floats

    @cached_property
    def graph(self) -> csr_matrix:
        """The symmetric matrix of effort between neighbours."""
        size = len(self.points)
        weights = np.maximum(self.effort, _LEAST)
        ends = (np.r_[self.tails, self.heads], np.r_[self.heads, self.tails])
        return csr_matrix((np.r_[weights, weights], ends), shape=(size, size))

    @cached_property
    def index(self) -> EdgeIndex:
        """Finds the nearest edge of a place."""
        return EdgeIndex(self.points[self.tails], self.points[self.heads])

    @cached_property
    def _extra(self) -> tuple[Ints, Floats]:
        """Keys of the edges that cost more than their length, sorted, and how much more."""
        hard = np.flatnonzero(self.effort > self.metres)
        keys = self.tails[hard] * len(self.points) + self.heads[hard]
        order = np.argsort(keys)
        return keys[order], (self.effort - self.metres)[hard][order]

    def snap(self, places: Floats) -> Snaps:
        """Join places (k, 2) to the network; those farther than 150 m from it get edge -1."""
        return self.index.snap(places)

    def walks(self, origin: Snaps, places: Snaps, limit: float) -> tuple[Floats, Floats]:
        """Return effort and metres (k,) of the easiest walk from one origin to each place; inf beyond `limit` effort."""
        ((_, effort, metres),) = self.walks_from_each(origin, places, limit)
        return effort, metres

    def walks_from_each(self, origins: Snaps, places: Snaps, limit: float) -> Iterator[tuple[int, Floats, Floats]]:
        """Yield (number of the origin, effort, metres) for each origin that is on the network.

        The matrices of one block of 64 origins are held at a time: 128 rows of one float and one integer a node.
        """
        on_network = np.flatnonzero(origins.edge >= 0)
        place_edges = np.maximum(places.edge, 0)
        for start in range(0, len(on_network), _BLOCK):
            block = on_network[start : start + _BLOCK]
            ends = np.c_[self.tails[origins.edge[block]], self.heads[origins.edge[block]]]
            sources, rows = np.unique(ends, return_inverse=True)
            rows = rows.reshape(ends.shape)
            efforts, parents = dijkstra(self.graph, indices=sources, limit=limit + _LEAST, return_predecessors=True)
            metres = [self._metres(efforts[i], parents[i], sources[i]) for i in range(len(sources))]
            for number, row in zip(block, rows, strict=True):
                origin = origins.one(int(number))
                yield (
                    int(number),
                    *self._join(origin, places, place_edges, efforts[row], [metres[i] for i in row], limit),
                )

    def reached(self, origin: Snaps, limit: float) -> Floats:
        """Return points (k, 2), at most 10 m apart, along everything within `limit` effort of one origin on the network."""
        edge, along, leg = int(origin.edge[0]), float(origin.along[0]), float(origin.leg[0])
        ease = self.effort / np.maximum(self.metres, _LEAST)
        ends = [self.tails[edge], self.heads[edge]]
        out = np.array([[along], [self.metres[edge] - along]]) * ease[edge]
        left = limit - leg - (dijkstra(self.graph, indices=ends, limit=limit + _LEAST) + out).min(axis=0)
        count = np.ceil(self.metres / _SAMPLE).astype(np.int64) + 1
        owner = np.repeat(np.arange(len(self.tails)), count)
        share = (np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)) / np.repeat(count - 1, count)
        walked = share * self.effort[owner]
        inside = (walked <= left[self.tails[owner]]) | (self.effort[owner] - walked <= left[self.heads[owner]])
        inside |= (owner == edge) & (np.abs(share * self.metres[owner] - along) * ease[owner] <= limit - leg)
        owner, share = owner[inside], share[inside, None]
        points: Floats = self.points[self.tails[owner]] * (1 - share) + self.points[self.heads[owner]] * share
        return points

    def _join(
        self, origin: Snaps, places: Snaps, place_edges: Ints, efforts: Floats, metres: list[Floats], limit: float
    ) -> tuple[Floats, Floats]:
        edge, along, leg = int(origin.edge[0]), float(origin.along[0]), float(origin.leg[0])
        ease = self.effort[edge] / max(self.metres[edge], _LEAST)
        place_ease = self.effort[place_edges] / np.maximum(self.metres[place_edges], _LEAST)
        best = np.full(len(places.edge), np.inf)
        length = np.full(len(places.edge), np.inf)
        for out, effort, walked in zip((along, self.metres[edge] - along), efforts, metres, strict=True):
            for nodes, back in (
                (self.tails[place_edges], places.along),
                (self.heads[place_edges], self.metres[place_edges] - places.along),
            ):
                candidate = out * ease + effort[nodes] + back * place_ease
                better = candidate < best
                best = np.where(better, candidate, best)
                length = np.where(better, out + walked[nodes] + back, length)
        straight = np.abs(places.along - along)
        same = (places.edge == edge) & (straight * ease < best)
        best, length = np.where(same, straight * ease, best), np.where(same, straight, length)
        best, length = best + leg + places.leg, length + leg + places.leg
        outside = (places.edge < 0) | (best > limit + _LEAST)
        best[outside], length[outside] = np.inf, np.inf
        return best, length

    def _metres(self, effort: Floats, parents: NDArray[np.int32], source: np.int64) -> Floats:
        """Return the length of the easiest walks from `source`, by pointer doubling along their parents."""
        keys, extra = self._extra
        if not len(keys):
            return effort
        reached = np.flatnonzero(np.isfinite(effort))
        parent_nodes = np.where(reached == source, source, parents[reached]).astype(np.int64)
        parent = np.searchsorted(reached, parent_nodes)
        edge = np.minimum(reached, parent_nodes) * len(self.points) + np.maximum(reached, parent_nodes)
        found = np.minimum(np.searchsorted(keys, edge), len(keys) - 1)
        total = np.where(keys[found] == edge, extra[found], 0.0)
        while np.any(parent != parent[parent]):
            total = total + np.where(parent != np.arange(len(parent)), total[parent], 0.0)
            parent = parent[parent]
        metres = effort.copy()
        metres[reached] -= total
        return metres


def build(zone: int, points: Floats, tails: Ints, heads: Ints, factors: Floats) -> Streets:
    """Make a network of pieces of ways: `tails`, `heads` number `points`, `factors` are 1.0, or 1.8 on steps.

    Raises ValueError if nothing is left to walk on.
    """
    if not len(tails):
        raise ValueError("a walking network needs at least one edge")
    low, high = np.minimum(tails, heads), np.maximum(tails, heads)
    metres = np.hypot(*(points[low] - points[high]).T)
    effort = metres * factors
    order = np.lexsort((effort, high, low))
    order = order[low[order] != high[order]]
    low, high, metres, effort = low[order], high[order], metres[order], effort[order]
    first = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])] if len(low) else np.zeros(0, bool)
    low, high, metres, effort = low[first], high[first], metres[first], effort[first]
    pattern = csr_matrix((np.ones(len(low)), (low, high)), shape=(len(points), len(points)))
    _, part = connected_components(pattern, directed=False)
    used = np.zeros(len(points), bool)
    used[low], used[high] = True, True
    if not used.any():
        raise ValueError("a walking network needs at least one edge")
    largest = np.bincount(part[used]).argmax()
    keep = np.flatnonzero(used & (part == largest))
    number = np.full(len(points), -1, np.int64)
    number[keep] = np.arange(len(keep))
    inside = number[low] >= 0
    return Streets(zone, points[keep], number[low[inside]], number[high[inside]], metres[inside], effort[inside])
