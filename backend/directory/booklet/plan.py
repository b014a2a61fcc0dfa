"""The booklet's map: streets of the walking network, the community's buildings, numbered services. Drawn, without tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from backend.core import fonts
from backend.directory import network as networks
from backend.directory.booklet.contents import Contents, Entry
from backend.directory.booklet.words import say
from backend.directory.models import Network

Floats = NDArray[np.float64]
Point = tuple[float, float]

MARGIN = 120.0
MOST_EDGES = 20_000
PAPER, STREET, HOUSE, PINE, INK = (
    HexColor("#f6f3ec"),
    HexColor("#c3bcae"),
    HexColor("#8fb4b0"),
    HexColor("#0d5c58"),
    HexColor("#1c2326"),
)
SCALES = (50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True)
class Ground:
    """What is drawn: `box` is west, south, east, north; `streets` (n, 4) are ends of straight pieces; metres of one UTM zone."""

    box: tuple[float, float, float, float]
    streets: Floats


def ground(contents: Contents) -> Ground | None:
    """The piece of the streets round the community and its services; None when nothing has a place."""
    spots = [*contents.buildings, *(entry.spot for _, entries in contents.sections for entry in entries)]
    if not spots:
        return None
    points = np.array(spots, np.float64)
    (west, south), (east, north) = points.min(axis=0) - MARGIN, points.max(axis=0) + MARGIN
    pieces = [np.zeros((0, 4))]
    inside = Network.objects.filter(
        zone=contents.zone, version__gt=0, west__lte=east, east__gte=west, south__lte=north, north__gte=south
    )
    for network in inside.order_by("id"):
        streets = networks.streets_of(network)
        tails, heads = streets.points[streets.tails], streets.points[streets.heads]
        low, high = np.minimum(tails, heads), np.maximum(tails, heads)
        near = (low <= (east, north)).all(axis=1) & (high >= (west, south)).all(axis=1)
        pieces.append(np.column_stack((tails[near], heads[near])))
    return Ground((float(west), float(south), float(east), float(north)), np.concatenate(pieces)[:MOST_EDGES])


class Plan(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The map as a block of the page, as wide and as high as it is told."""

    def __init__(self, contents: Contents, drawn: Ground, width: float, height: float, size: float) -> None:
        super().__init__()
        self.contents, self.drawn, self.size = contents, drawn, size
        west, south, east, north = drawn.box
        self.scale = min(width / (east - west), height / (north - south))
        self.width, self.height = (east - west) * self.scale, (north - south) * self.scale

    def wrap(self, *_: Any) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.saveState()
        frame = canvas.beginPath()
        frame.rect(0, 0, self.width, self.height)
        canvas.clipPath(frame, stroke=0)
        canvas.setFillColor(PAPER)
        canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        self._streets(canvas)
        self._houses(canvas)
        self._numbers(canvas, self._names(canvas))
        self._scale(canvas)
        canvas.restoreState()
        canvas.setStrokeColor(STREET)
        canvas.setLineWidth(0.6)
        canvas.rect(0, 0, self.width, self.height, stroke=1, fill=0)

    def _at(self, spot: Point) -> Point:
        return (spot[0] - self.drawn.box[0]) * self.scale, (spot[1] - self.drawn.box[1]) * self.scale

    def _streets(self, canvas: Canvas) -> None:
        west, south = self.drawn.box[:2]
        path = canvas.beginPath()
        for x1, y1, x2, y2 in ((self.drawn.streets - (west, south, west, south)) * self.scale).round(1).tolist():
            path.moveTo(x1, y1)
            path.lineTo(x2, y2)
        canvas.setStrokeColor(STREET)
        canvas.setLineCap(1)
        canvas.setLineWidth(1.6)
        canvas.drawPath(path, stroke=1, fill=0)

    def _houses(self, canvas: Canvas) -> None:
        canvas.setFillColor(HOUSE)
        for spot in self.contents.buildings:
            x, y = self._at(spot)
            canvas.rect(x - 2.6, y - 2.6, 5.2, 5.2, stroke=0, fill=1)

    def _names(self, canvas: Canvas) -> list[Point]:
        """Write the compounds' names, each below the last where they would meet; returns points that they cover."""
        size, taken = min(self.size * 0.75, 9.0), list[Point]()
        canvas.setFont(fonts.printed(), size)
        canvas.setFillColor(INK)
        for name, spot in self.contents.compounds:
            half = canvas.stringWidth(name, fonts.printed(), size) / 2
            x, y = self._at(spot)
            x = min(max(x, half + 2), self.width - half - 2)
            covered = [(x + step, y) for step in np.arange(-half, half + 3, 3).tolist()]
            while any(abs(a - x) < half + 3 and abs(b - y) < size * 1.2 for a, b in taken) and y > size * 2:
                y -= size * 1.25
                covered = [(a, y) for a, _ in covered]
            taken += covered
            canvas.drawCentredString(x, y - size * 0.35, name)
        return taken

    def _numbers(self, canvas: Canvas, names: list[Point]) -> None:
        radius = self.size * 0.62
        corner = self.size * 2.1 + 4
        taken = [(float(x), corner / 2) for x in np.arange(0, self._bar() * self.scale + 18 + radius, radius)]
        for entry in self._entries():
            x, y = self._at(entry.spot)
            spot = _free((x, y), radius, taken, names, (self.width, self.height))
            taken.append(spot)
            if spot != (x, y):
                canvas.setStrokeColor(PINE)
                canvas.setLineWidth(0.5)
                canvas.line(x, y, *spot)
                canvas.setFillColor(PINE)
                canvas.circle(x, y, 1.3, stroke=0, fill=1)
            canvas.setFillColor(PINE)
            canvas.setStrokeColor(PAPER)
            canvas.setLineWidth(0.8)
            canvas.circle(*spot, radius, stroke=1, fill=1)
            canvas.setFillColor(HexColor("#ffffff"))
            canvas.setFont(fonts.printed(), radius * (1.15 if entry.number < 100 else 0.9))
            canvas.drawCentredString(spot[0], spot[1] - radius * 0.4, str(entry.number))

    def _entries(self) -> Iterator[Entry]:
        return (entry for _, entries in self.contents.sections for entry in entries)

    def _bar(self) -> int:
        """How many metres the scale shows."""
        return max([m for m in SCALES if m * self.scale <= self.width / 4], default=SCALES[0])

    def _scale(self, canvas: Canvas) -> None:
        metres = self._bar()
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.rect(4, 4, metres * self.scale + 14, self.size * 2.1, stroke=0, fill=1)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(1.2)
        canvas.line(10, 10, 10 + metres * self.scale, 10)
        canvas.setFillColor(INK)
        canvas.setFont(fonts.printed(), self.size * 0.8)
        canvas.drawString(10, 14, say("metres", self.contents.language, n=metres))
        x, y = self.width - 14, self.height - 12
        arrow = canvas.beginPath()
        arrow.moveTo(x, y)
        arrow.lineTo(x - 5, y - 14)
        arrow.lineTo(x + 5, y - 14)
        arrow.close()
        canvas.drawPath(arrow, stroke=0, fill=1)
        canvas.drawCentredString(x, y - 15 - self.size * 0.8, say("north", self.contents.language))


def _free(spot: Point, radius: float, taken: Sequence[Point], names: Sequence[Point], page: Point) -> Point:
    """The nearest spot round a point where a number covers no other; the point itself when there is none."""
    for ring in (0.0, 2.1, 3.4, 4.7, 6.0, 7.5):
        for step in range(12 if ring else 1):
            angle = step * pi / 6 + ring
            x, y = spot[0] + ring * radius * cos(angle), spot[1] + ring * radius * sin(angle)
            is_inside = radius < x < page[0] - radius and radius < y < page[1] - radius
            is_clear = all(hypot(x - a, y - b) >= 2.05 * radius for a, b in taken)
            if is_inside and is_clear and all(hypot(x - a, y - b) >= radius + 5 for a, b in names):
                return x, y
    return spot
