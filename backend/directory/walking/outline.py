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
_SMALL = 4


def outline(points: Floats) -> list[list[Floats]]:
    """Return polygons (outer ring, holes…; closed rings (k, 2) of metres) that cover all within 30 m of the points.

    Exact to half a cell of 15 m, holes of four cells and less filled. Outer rings run counter-clockwise, holes clockwise, as
    GeoJSON asks; no ring crosses or touches itself or another.
    """
    radius = int(np.ceil(WIDTH / CELL))
    low = points.min(axis=0) - (radius + 1) * CELL
    columns, rows = np.unique(((points - low) // CELL).astype(np.int64), axis=0).T
    cells = np.zeros((int(columns.max()) + radius + 2, int(rows.max()) + radius + 2), bool)
    cells[columns, rows] = True
    across, up = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    cells = _filled(ndimage.binary_dilation(cells, np.hypot(across, up) <= radius))
    parts, _ = ndimage.label(cells)
    polygons: dict[int, list[Floats]] = defaultdict(list)
    for ring, part in _rings(cells, parts):
        at = _bevelled(np.array(ring, np.float64)) * CELL + low
        if _area(ring) > 0:
            polygons[part].insert(0, at)
        else:
            polygons[part].append(at)
    return list(polygons.values())


def _filled(cells: Cells) -> Cells:
    """Fill small holes, and the corners at which cells touch only diagonally: there a ring would touch itself."""
    holes, _ = ndimage.label(~cells)
    small = np.bincount(holes.ravel()) <= _SMALL
    small[holes[0, 0]] = False
    cells = cells | small[holes]
    while True:
        a, b, c, d = cells[:-1, :-1], cells[1:, :-1], cells[:-1, 1:], cells[1:, 1:]
        rising, falling = a & d & ~b & ~c, b & c & ~a & ~d
        if not (rising.any() or falling.any()):
            return cells
        cells = cells.copy()
        cells[1:, :-1] |= rising
        cells[:-1, :-1] |= falling


def _bevelled(ring: Floats) -> Floats:
    """Return the closed ring through the middles of its unit steps, straight stretches as one: stairs become slopes."""
    middles = (ring[:-1] + ring[1:]) / 2
    before, after = middles - np.roll(middles, 1, axis=0), np.roll(middles, -1, axis=0) - middles
    turns = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) > 1e-9
    corners = middles[turns]
    return np.vstack((corners, corners[:1]))


def _rings(cells: Cells, parts: NDArray[np.int32]) -> list[tuple[list[Corner], int]]:
    """Walk round the cells in steps of one, with the inside on the left."""
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
        first = at = next(iter(steps))
        part, ring = next(iter(steps[first].values())), [first]
        while at in steps:
            move = next(iter(steps.pop(at)))
            at = (at[0] + move[0], at[1] + move[1])
            ring.append(at)
        rings.append((ring, part))
    return rings


def _area(ring: list[Corner]) -> float:
    (x1, y1), (x2, y2) = np.array(ring[:-1]).T, np.array(ring[1:]).T
    return float((x1 * y2 - x2 * y1).sum()) / 2
