"""The tariff engine: the reference's vectors, and what must hold for any tariff."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.tariffs import Step, TariffMistake, allocate, check, cost, fen, lines, prorate, slices

D = Decimal


def tiers(*pairs: tuple[str | None, str]) -> list[Step]:
    return [Step(D(upto) if upto else None, D(price)) for upto, price in pairs]


ELECTRICITY = tiers(("240", "0.4883"), ("400", "0.5383"), (None, "0.7883"))
WATER = tiers(("180", "5"), ("260", "7"), (None, "9"))
GAS = tiers(("350", "2.61"), ("500", "2.83"), (None, "4.23"))


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("239.99", 11719),
        ("240", 11719),
        ("240.01", 11720),
        ("300", 14949),
        ("400", 20332),
        ("400.01", 20333),
        ("500", 28215),
        ("1000", 67630),
    ],
)
def test_electricity_by_the_month(quantity: str, expected: int) -> None:
    assert cost(ELECTRICITY, D(quantity)) == expected


@pytest.mark.parametrize(
    ("used", "new", "expected"), [("170", "20", 12000), ("175", "100", 72000), ("0", "300", 182000)]
)
def test_water_by_the_year(used: str, new: str, expected: int) -> None:
    assert cost(WATER, D(new), used=D(used)) == expected


@pytest.mark.parametrize(
    ("used", "new", "expected"), [("340", "30", 8270), ("340", "200", 61980), ("0", "600", 176100)]
)
def test_gas_by_the_year(used: str, new: str, expected: int) -> None:
    assert cost(GAS, D(new), used=D(used)) == expected


def test_a_large_household_has_wider_tiers() -> None:
    assert cost(GAS, D(400), uplift=D(150)) == 104400
    assert cost(GAS, D(400)) == 105500


@pytest.mark.parametrize(("price", "expected"), [("24", 214800), ("30", 268500), ("2.80", 25060)])
def test_a_price_by_area(price: str, expected: int) -> None:
    assert cost(tiers((None, price)), D("89.50")) == expected


def test_the_upper_bound_belongs_to_its_tier() -> None:
    assert [part.tier for part in slices(ELECTRICITY, D(240))] == [1]
    assert [(part.tier, part.quantity) for part in slices(ELECTRICITY, D("240.01"))] == [(1, D(240)), (2, D("0.01"))]


def test_nothing_costs_nothing() -> None:
    assert cost(ELECTRICITY, D(0)) == 0
    assert lines(slices(ELECTRICITY, D(0))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        tiers(("240", "1")),
        tiers(("240", "1"), ("240", "2"), (None, "3")),
        tiers((None, "1"), (None, "2")),
        tiers((None, "-1")),
    ],
)
def test_what_is_no_tariff_is_refused(wrong: list[Step]) -> None:
    with pytest.raises(TariffMistake):
        check(wrong)


quantities = st.decimals(min_value=0, max_value=100_000, places=3)
prices = st.decimals(min_value=0, max_value=50, places=4)


@st.composite
def tariffs(draw: st.DrawFn, *, rising: bool = False) -> list[Step]:
    bounds = sorted(draw(st.sets(st.integers(1, 50_000), max_size=4)))
    asked = [draw(prices) for _ in range(len(bounds) + 1)]
    paid = sorted(asked) if rising else asked
    return [Step(D(upto), price) for upto, price in zip(bounds, paid, strict=False)] + [Step(None, paid[-1])]


@given(tariffs(), quantities, quantities, st.integers(0, 1000))
def test_slices_add_up_to_the_quantity(steps: list[Step], quantity: D, used: D, uplift: int) -> None:
    cut = slices(steps, quantity, used=used, uplift=D(uplift))
    assert sum((part.quantity for part in cut), D(0)) == quantity
    assert all(part.quantity > 0 for part in cut)


@given(tariffs(), quantities, quantities, quantities)
def test_two_bills_of_a_window_cost_what_one_would(steps: list[Step], used: D, first: D, second: D) -> None:
    def exact(quantity: D, before: D) -> D:
        return sum((part.exact for part in slices(steps, quantity, used=before)), D(0))

    assert exact(first, used) + exact(second, used + first) == exact(first + second, used)


@given(tariffs(), quantities, quantities)
def test_more_never_costs_less(steps: list[Step], quantity: D, more: D) -> None:
    assert cost(steps, quantity + more) >= cost(steps, quantity)


@given(tariffs(rising=True), quantities, quantities)
def test_later_units_are_never_cheaper_when_prices_rise(steps: list[Step], used: D, quantity: D) -> None:
    assert cost(steps, quantity, used=used) >= cost(steps, quantity)


@given(tariffs(), quantities, quantities)
def test_lines_add_up_to_the_charge_and_each_is_within_a_fen(steps: list[Step], used: D, quantity: D) -> None:
    cut = slices(steps, quantity, used=used)
    made = lines(cut)
    assert sum(line.amount for line in made) == cost(steps, quantity, used=used)
    assert all(abs(line.amount - part.exact) <= 1 for line, part in zip(made, cut, strict=True))


@given(st.integers(0, 10**9), st.lists(st.decimals(min_value=0, max_value=10**6, places=4), min_size=1, max_size=8))
def test_an_allocation_adds_up_exactly(total: int, weights: list[D]) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        assert all(share >= 0 and abs(share - total * w / whole) < 1 for share, w in zip(shares, weights, strict=True))


@given(quantities, st.lists(st.integers(0, 400), min_size=1, max_size=4).filter(any))
def test_pro_rata_parts_add_up_exactly(quantity: D, days: list[int]) -> None:
    parts = prorate(quantity, days)
    assert sum(parts, D(0)) == quantity
    assert all(part >= 0 for part in parts)


@given(st.decimals(min_value=0, max_value=10**7, places=6))
def test_fen_are_rounded_half_up(exact: D) -> None:
    assert fen(exact) == int(exact.quantize(D(1), rounding=ROUND_HALF_UP))
