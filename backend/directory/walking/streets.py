"""A walking network as arrays, and the shortest walks on it.

Definition (docs of the circle): edges are straight pieces of ways, measured in metres of one UTM zone; steps count 1.8
times ("effort"); of parallel edges the easiest counts; only the largest connected part is walked on; a place joins the
network at the nearest point of an edge within 150 m and the leg to it is straight. Seconds are effort divided by pace.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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

    `points` (n, 2) are eastings and northings; `tails` < `heads` (m,) number them, in order; `metres` and `effort` are (m,).
    `numbers` (n,) rise: what the nodes are called where they are kept. `closed` edges cannot be walked now, but places join them.
    """

    zone: int
    points: Floats
    tails: Ints
    heads: Ints
    metres: Floats
    effort: Floats
    numbers: Ints
    closed: frozenset[int] = frozenset()

    @cached_property
    def graph(self) -> csr_matrix:
        """The symmetric matrix of effort between neighbours."""
        size = len(self.points)
        walked = np.ones(len(self.tails), bool)
        walked[list(self.closed)] = False
        weights, tails, heads = np.maximum(self.effort, _LEAST)[walked], self.tails[walked], self.heads[walked]
        ends = (np.r_[tails, heads], np.r_[heads, tails])
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

    @cached_property
    def keys(self) -> Ints:
        """Tail and head of each edge in one number; they rise."""
        keys: Ints = self.tails * len(self.points) + self.heads
        return keys

    def closing(self, edges: frozenset[int]) -> "Streets":
        """Return the same streets with these edges closed."""
        other = replace(self, closed=edges)
        other.__dict__["index"] = self.index
        return other

    @cached_property
    def parts(self) -> NDArray[np.int32]:
        """The number (n,) of the connected part each node is in, with the closed edges left out."""
        parts: NDArray[np.int32] = connected_components(self.graph, directed=False)[1]
        return parts

    def way_out(self, edge: int) -> frozenset[int]:
        """Return the closed edges that lead out of the part an edge is in; none if that is the largest part."""
        part = self.parts[self.tails[edge]]
        if part == np.bincount(self.parts).argmax():
            return frozenset()
        closed = np.array(sorted(self.closed), np.int64)
        leads = (self.parts[self.tails[closed]] == part) | (self.parts[self.heads[closed]] == part)
        return frozenset(closed[leads].tolist())

    def kept(self, tails: Ints, heads: Ints, along: Floats, leg: Floats) -> Snaps:
        """Return the joins (k,) that were kept by their nodes' names; edge -1 where there is no such edge (any more)."""
        low, high = (np.searchsorted(self.numbers, ends) for ends in (tails, heads))
        keys = low * len(self.points) + high
        edge = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        last = len(self.numbers) - 1
        known = self.numbers[np.minimum(low, last)] == tails
        known &= (self.numbers[np.minimum(high, last)] == heads) & (self.keys[edge] == keys)
        return Snaps(np.where(known, edge, -1), along, leg)

    def snap(self, places: Floats) -> Snaps:
        """Join places (k, 2) to the network; those farther than 150 m from it get edge -1."""
        return self.index.snap(places)

    def walks(self, origin: Snaps, places: Snaps, limit: float) -> tuple[Floats, Floats]:
        """Return effort and metres (k,) of the easiest walk from one origin to each place; inf beyond `limit` effort."""
        if origin.edge[0] >= 0:
            return self.from_one(origin, limit)(places)
        return np.full(len(places.edge), np.inf), np.full(len(places.edge), np.inf)

    def from_one(self, origin: Snaps, limit: float) -> Callable[[Snaps], tuple[Floats, Floats]]:
        """Walk once from one origin on the network; returns what tells effort and metres (k,) to places, as `walks` does."""
        ends = [self.tails[origin.edge[0]], self.heads[origin.edge[0]]]
        efforts, parents = dijkstra(self.graph, indices=ends, limit=limit + _LEAST, return_predecessors=True)
        walks = [_Walks(self, efforts[i], parents[i], np.int64(end)) for i, end in enumerate(ends)]

        def to(places: Snaps) -> tuple[Floats, Floats]:
            effort, metres = np.full(len(places.edge), np.inf), np.full(len(places.edge), np.inf)
            placed = np.flatnonzero(places.edge >= 0)
            effort[placed], metres[placed] = self._join(origin, places.some(placed), walks)
            far = effort > limit + _LEAST
            effort[far], metres[far] = np.inf, np.inf
            return effort, metres

        return to

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
        count = np.maximum(np.ceil(self.metres / _SAMPLE).astype(np.int64), 1) + 1
        owner = np.repeat(np.arange(len(self.tails)), count)
        share = (np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)) / np.repeat(count - 1, count)
        walked = share * self.effort[owner]
        inside = (walked <= left[self.tails[owner]]) | (self.effort[owner] - walked <= left[self.heads[owner]])
        inside[np.isin(owner, list(self.closed))] = False
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
