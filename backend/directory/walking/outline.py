"""The outline of what is reached, for drawing: cells near the walked streets, and the rings round them."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]
Corner = tuple[int, int]

CELL = 15.0
WIDTH = 30.0


def outline(points: Floats) -> list[list[Floats]]:
    """Return polygons (outer ring, holes…; closed rings (k, 2) of metres) that cover all within 30 m of the points.

    Exact to half a cell of 15 m. Outer rings run counter-clockwise, holes clockwise, as GeoJSON asks.
    """
    radius = int(np.ceil(WIDTH / CELL))
    low = points.min(axis=0) - (radius + 1) * CELL
    columns, rows = np.unique(((points - low) // CELL).astype(np.int64), axis=0).T
    cells = np.zeros((int(columns.max()) + radius + 2, int(rows.max()) + radius + 2), bool)
    cells[columns, rows] = True
    across, up = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    cells = ndimage.binary_dilation(cells, np.hypot(across, up) <= radius)
    parts, _ = ndimage.label(cells)
    polygons: dict[int, list[Floats]] = defaultdict(list)
    for ring, part in _rings(cells, parts):
        at = np.array(ring, np.float64) * CELL + low
        if _area(ring) > 0:
            polygons[part].insert(0, at)
        else:
            polygons[part].append(at)
    return list(polygons.values())


def _rings(cells: Cells, parts: NDArray[np.int32]) -> list[tuple[list[Corner], int]]:
    """Walk round the cells with the inside on the left; at a corner where two parts touch, turn left and stay on one."""
    steps: dict[Corner, dict[Corner, int]] = defaultdict(dict)
    for (dx, dy), start, move in (
        ((0, -1), (0, 0), (1, 0)),
        ((1, 0), (1, 0), (0, 1)),
        ((0, 1), (1, 1), (-1, 0)),
        ((-1, 0), (0, 1), (0, -1)),
    ):
        edge = cells & ~np.roll(cells, (-dx, -dy), axis=(0, 1))
        for x, y in np.argwhere(edge).tolist():
            steps[x + start[0], y + start[1]][move] = int(parts[x, y])
    rings: list[tuple[list[Corner], int]] = []
    while steps:
        first = next(iter(steps))
        move = next(iter(steps[first]))
        part, ring, at = steps[first][move], [first], first
        while True:
            del steps[at][move]
            if not steps[at]:
                del steps[at]
            at = (at[0] + move[0], at[1] + move[1])
            if at == first:
                break
            turns = ((-move[1], move[0]), move, (move[1], -move[0]))
            turned = next(turn for turn in turns if turn in steps[at])
            if turned != move:
                ring.append(at)
            move = turned
        rings.append(([*ring, first], part))
    return rings


def _area(ring: list[Corner]) -> float:
    (x1, y1), (x2, y2) = np.array(ring[:-1]).T, np.array(ring[1:]).T
    return float((x1 * y2 - x2 * y1).sum()) / 2
