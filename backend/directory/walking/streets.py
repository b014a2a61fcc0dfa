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
from scipy.spatial import cKDTree

from backend.directory.walking.snapping import EdgeIndex, Snaps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS = 1.8
PACES = {"standard": 4 / 3, "slow": 1.0}
_LEAST = 1e-6
_BLOCK = 32
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
    def ease(self) -> Floats:
        """Effort a metre of each edge: 1, or 1.8 on steps."""
        ratio: Floats = self.effort / np.maximum(self.metres, _LEAST)
        return ratio

    @cached_property
    def index(self) -> EdgeIndex:
        """Finds the nearest edge of a place."""
        return EdgeIndex(self.points[self.tails], self.points[self.heads])

    @cached_property
    def hard_edges(self) -> tuple[Ints, Floats]:
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
        effort, metres = np.full(len(places.edge), np.inf), np.full(len(places.edge), np.inf)
        for _, near, efforts, lengths in self.walks_from_each(origin, places, limit):
            effort[near], metres[near] = efforts, lengths
        return effort, metres

    def walks_from_each(
        self, origins: Snaps, places: Snaps, limit: float
    ) -> Iterator[tuple[int, Ints, Floats, Floats]]:
        """Yield (number of the origin, numbers of the places within `limit` effort, their effort, their metres).

        Only origins on the network are yielded. The matrices of a block of 32 origins are held at a time: at most 64 rows of a
        float and an integer a node.
        """
        on_network, placed = np.flatnonzero(origins.edge >= 0), np.flatnonzero(places.edge >= 0)
        tree = cKDTree(self._where(places.some(placed))) if len(placed) else None
        for start in range(0, len(on_network), _BLOCK):
            block = on_network[start : start + _BLOCK]
            ends = np.c_[self.tails[origins.edge[block]], self.heads[origins.edge[block]]]
            sources, rows = np.unique(ends, return_inverse=True)
            efforts, parents = dijkstra(self.graph, indices=sources, limit=limit + _LEAST, return_predecessors=True)
            for number, row in zip(block.tolist(), rows.reshape(ends.shape), strict=True):
                origin = origins.one(number)
                ball = tree.query_ball_point(self._where(origin)[0], limit + _LEAST) if tree else []
                near = placed[np.sort(np.array(ball, np.int64))]
                walks = [_Walks(self, efforts[i], parents[i], sources[i]) for i in row]
                effort, metres = self._join(origin, places.some(near), walks)
                inside = effort <= limit + _LEAST
                yield number, near[inside], effort[inside], metres[inside]

    def _where(self, snaps: Snaps) -> Floats:
        """Return the points (k, 2) at which places join."""
        tails, heads = self.points[self.tails[snaps.edge]], self.points[self.heads[snaps.edge]]
        share = snaps.along / np.maximum(self.metres[snaps.edge], _LEAST)
        where: Floats = tails + share[:, None] * (heads - tails)
        return where

    def reached(self, origin: Snaps, limit: float) -> Floats:
        """Return points (k, 2), at most 10 m apart, along everything within `limit` effort of one origin on the network."""
        edge, along, leg = int(origin.edge[0]), float(origin.along[0]), float(origin.leg[0])
        ease = self.ease
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

    def _join(self, origin: Snaps, places: Snaps, walks: list["_Walks"]) -> tuple[Floats, Floats]:
        edge, along, leg = int(origin.edge[0]), float(origin.along[0]), float(origin.leg[0])
        ease = self.ease
        best, length = np.full(len(places.edge), np.inf), np.full(len(places.edge), np.inf)
        for out, walk in zip((along, self.metres[edge] - along), walks, strict=True):
            for nodes, back in (
                (self.tails[places.edge], places.along),
                (self.heads[places.edge], self.metres[places.edge] - places.along),
            ):
                effort, metres = walk.to(nodes)
                candidate = out * ease[edge] + effort + back * ease[places.edge]
                better = candidate < best
                best, length = np.where(better, candidate, best), np.where(better, out + metres + back, length)
        straight = np.abs(places.along - along)
        same = (places.edge == edge) & (straight * ease[edge] < best)
        best, length = np.where(same, straight * ease[edge], best), np.where(same, straight, length)
        return best + leg + places.leg, length + leg + places.leg


class _Walks:
    """The easiest walks from one node: effort and parent of every node, as Dijkstra leaves them."""

    def __init__(self, streets: Streets, effort: Floats, parents: NDArray[np.int32], source: np.int64) -> None:
        self.effort = effort
        self.reached = np.flatnonzero(np.isfinite(effort))
        self.extra = self._more_than_metres(streets, parents, source)

    def to(self, nodes: Ints) -> tuple[Floats, Floats]:
        """Return effort and metres to these nodes (inf where there is no way)."""
        effort = self.effort[nodes]
        if self.extra is None:
            return effort, effort
        at = np.minimum(np.searchsorted(self.reached, nodes), len(self.reached) - 1)
        return effort, effort - np.where(np.isfinite(effort), self.extra[at], 0.0)

    def _more_than_metres(self, streets: Streets, parents: NDArray[np.int32], source: np.int64) -> Floats | None:
        """Return how much more than its metres each walk costs, summed along its parents by pointer doubling."""
        keys, extra = streets.hard_edges
        if not len(keys):
            return None
        parent_nodes = np.where(self.reached == source, source, parents[self.reached]).astype(np.int64)
        edge = np.minimum(self.reached, parent_nodes) * len(streets.points) + np.maximum(self.reached, parent_nodes)
        found = np.minimum(np.searchsorted(keys, edge), len(keys) - 1)
        total: Floats = np.where(keys[found] == edge, extra[found], 0.0)
        parent, self_ = np.searchsorted(self.reached, parent_nodes), np.arange(len(self.reached))
        while np.any(parent != parent[parent]):
            total = total + np.where(parent != self_, total[parent], 0.0)
            parent = parent[parent]
        return total


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
