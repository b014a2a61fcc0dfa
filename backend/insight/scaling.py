"""From raw numbers to points: pure arithmetic, exact in decimals, the same for whoever repeats it by hand.

scaled = (raw − floor) ÷ (target − floor), cut off to 0–1. points = 100 × weight × scaled ÷ the weights of all indicators that
could be measured. What could not be measured takes no part and is said; with less than half of all weight measured there is no
index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

LEAST_MEASURED = Decimal("0.5")
FEW, NOTHING = "too-few-cases", "nothing-to-count"


@dataclass(frozen=True)
class Measured:
    """One indicator's raw number (None: nothing to count) with its settings."""

    raw: Decimal | None
    cases: int
    weight: Decimal
    floor: Decimal
    target: Decimal
    least: int


@dataclass(frozen=True)
class Line:
    """`raw` and `scaled` are None where `why_not` says why; `points` add up to the index."""

    raw: Decimal | None
    cases: int
    scaled: Decimal | None
    points: Decimal | None
    why_not: str


@dataclass(frozen=True)
class Index:
    """`points` 0–100 to two decimals, None when less than half of the weight could be `measured` (0–1)."""

    points: Decimal | None
    measured: Decimal
    lines: tuple[Line, ...]


def index(rows: Sequence[Measured]) -> Index:
    """The index of these indicators."""
    total = sum((row.weight for row in rows), Decimal(0))
    usable = sum((row.weight for row in rows if not _why_not(row)), Decimal(0))
    share = _round(usable / total, 4) if total else Decimal(0)
    is_enough = bool(total) and usable / total >= LEAST_MEASURED
    lines = tuple(_line(row, usable if is_enough else None) for row in rows)
    points = sum((line.points for line in lines if line.points is not None), Decimal(0)) if is_enough else None
    return Index(points, share, lines)


def _line(row: Measured, weights: Decimal | None) -> Line:
    if why := _why_not(row):
        return Line(None, row.cases, None, None, why)
    assert row.raw is not None
    part = min(max((row.raw - row.floor) / (row.target - row.floor), Decimal(0)), Decimal(1))
    points = None if weights is None else _round(100 * row.weight * part / weights, 2)
    return Line(row.raw, row.cases, _round(part, 4), points, "")


def _why_not(row: Measured) -> str:
    if row.raw is None:
        return NOTHING
    return FEW if row.cases < row.least else ""


def _round(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
