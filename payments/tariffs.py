"""The tiered tariff engine: pure arithmetic, exact `Decimal`, no database.

A tariff prices a quantity (kWh, m³, m²) in tiers that are cumulative within a window (a month or a calendar year). Upper bounds
are inclusive and the last tier is open. A large household's uplift widens every finite bound. A charge is rounded once, half
up, to whole fen; its tiers then share that total by largest remainder, so that the lines of a bill always add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
FEN_PER_YUAN = Decimal(100)


class TariffMistake(ValueError):
    """The tiers are not a tariff: bounds must rise, prices must not be negative, and only the last tier is open."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tier: `price` in yuan per unit for what lies at or below `upto` (None: without end) within the window."""

    upto: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """What one tier of a charge took: `tier` counts from 1, `exact` is in fen before rounding."""

    tier: int
    quantity: Decimal
    price: Decimal

    @property
    def exact(self) -> Decimal:
        return self.quantity * self.price * FEN_PER_YUAN


@dataclass(frozen=True, slots=True)
class Line:
    """A priced slice: `amount` in whole fen."""

    tier: int
    quantity: Decimal
    price: Decimal
    amount: int


def check(steps: Sequence[Step]) -> None:
    """Refuse tiers that do not make a tariff. Raises `TariffMistake`."""
    if not steps or steps[-1].upto is not None:
        raise TariffMistake("the last tier must be open")
    floor = ZERO
    for step in steps[:-1]:
        if step.upto is None or step.upto <= floor:
            raise TariffMistake("tier bounds must rise")
        floor = step.upto
    if any(step.price < 0 for step in steps):
        raise TariffMistake("a price cannot be negative")


def slices(steps: Sequence[Step], quantity: Decimal, *, used: Decimal = ZERO, uplift: Decimal = ZERO) -> list[Slice]:
    """Cut `quantity` into tiers, starting at what the window has `used` already; empty for nothing. Quantities in units."""
    check(steps)
    if quantity < 0 or used < 0 or uplift < 0:
        raise ValueError("quantities cannot be negative")
    cut: list[Slice] = []
    position, left = used, quantity
    for number, step in enumerate(steps, start=1):
        room = left if step.upto is None else max(step.upto + uplift - position, ZERO)
        taken = min(left, room)
        if taken > 0:
            cut.append(Slice(number, taken, step.price))
            position += taken
            left -= taken
        if left <= 0:
            break
    return cut


def fen(exact: Decimal) -> int:
    """Whole fen, half up."""
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def cost(steps: Sequence[Step], quantity: Decimal, *, used: Decimal = ZERO, uplift: Decimal = ZERO) -> int:
    """The charge in fen, rounded once."""
    return fen(sum((part.exact for part in slices(steps, quantity, used=used, uplift=uplift)), ZERO))


def lines(cut: Sequence[Slice]) -> list[Line]:
    """Price the slices of one charge: the total is rounded once, and the lines add up to it exactly."""
    amounts = allocate(fen(sum((part.exact for part in cut), ZERO)), [part.exact for part in cut])
    return [Line(part.tier, part.quantity, part.price, amount) for part, amount in zip(cut, amounts, strict=True)]


def allocate(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Share `total` fen by weight: each the floor of its exact part, the rest to the largest remainders (ties: the earlier)."""
    whole = sum(weights, ZERO)
    if whole <= 0:
        return [total, *([0] * (len(weights) - 1))] if weights else []
    exact = [total * weight / whole for weight in weights]
    shares = [int(part.to_integral_value(rounding=ROUND_FLOOR)) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda at: (shares[at] - exact[at], at))
    for at in by_remainder[: total - sum(shares)]:
        shares[at] += 1
    return shares


def prorate(quantity: Decimal, days: Sequence[int], places: Decimal = Decimal("0.0001")) -> list[Decimal]:
    """Share a quantity over stretches of days (a tariff changed between two readings); the parts add up exactly."""
    units = int((quantity / places).to_integral_value(rounding=ROUND_HALF_UP))
    parts = [share * places for share in allocate(units, [Decimal(count) for count in days])]
    parts[-1] += quantity - sum(parts, ZERO)
    return parts
