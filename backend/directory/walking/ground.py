"""A network as told, before it is built: positions, pieces of ways, gates on nodes, entrances. Gates cut their node in two."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backend.directory.walking.passage import NEVER, WHEELS, Barrier, Gate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Door:
    """An entrance: node `ref`, degrees, `kind` and `wheelchair` as tagged, and the outline of its building (k, 2) in degrees."""

    ref: int
    lon: float
    lat: float
    kind: str
    wheelchair: str
    outline: Floats


@dataclass
class Ground:
    """`lonlat` (n, 2); `tails`, `heads` number it, `foot` and `wheels` are efforts a metre (m,), `NEVER` where one cannot pass.

    `gates` are by the edge's number. What `barriers` (by node number) stand on it is worked in by `fenced`.
    """

    lonlat: Floats
    tails: Ints
    heads: Ints
    foot: Floats
    wheels: Floats
    gates: dict[int, Gate] = field(default_factory=dict)
    doors: list[Door] = field(default_factory=list)

    @classmethod
    def plain(cls, lonlat: Floats, tails: Ints, heads: Ints, factors: Floats) -> "Ground":
        """Streets of which only the effort on foot is known: what takes more than its metres is steps, and not for wheels."""
        return cls(lonlat, tails, heads, factors, np.where(factors > 1, NEVER, factors * WHEELS))

    def fenced(self, barriers: Mapping[int, Barrier]) -> "Ground":
        """Return the same with barriers on its nodes: every way that comes to one ends at a node of its own.

        These nodes lie at the same place and an edge of no length through the barrier joins them to its node; on foot or on wheels
        it cannot be passed if the barrier cannot. A barrier that only one way comes to stands in nobody's way.
        """
        real = {node: what for node, what in barriers.items() if not what.is_nothing}
        pieces = defaultdict[int, list[tuple[int, int]]](list)
        for end, nodes in enumerate((self.tails, self.heads)):
            for piece in np.flatnonzero(np.isin(nodes, list(real))).tolist():
                if self.tails[piece] != self.heads[piece]:
                    pieces[int(nodes[piece])].append((piece, end))
        tails, heads = self.tails.copy(), self.heads.copy()
        copies, through = list[int](), list[tuple[int, int, Barrier]]()
        for node in sorted(pieces):
            for piece, end in pieces[node][1:]:
                number = len(self.lonlat) + len(copies)
                copies.append(node)
                (heads if end else tails)[piece] = number
                if real[node].foot:
                    through.append((node, number, real[node]))
        first = len(tails)
        on_foot = np.ones(len(through))
        on_wheels = np.array([1.0 if what.wheels else NEVER for _, _, what in through])
        gates = {first + i: what.gate for i, (_, _, what) in enumerate(through) if what.gate is not None}
        return Ground(
            np.vstack((self.lonlat, self.lonlat[copies])) if copies else self.lonlat,
            np.r_[tails, np.array([tail for tail, _, _ in through], np.int64)],
            np.r_[heads, np.array([head for _, head, _ in through], np.int64)],
            np.r_[self.foot, on_foot],
            np.r_[self.wheels, on_wheels],
            self.gates | gates,
            self.doors,
        )
