"""From raw numbers to points: what anybody may repeat by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.insight.scaling import Measured, index

D = Decimal
SHARES = st.decimals(0, 1, places=4)
ROWS = st.lists(
    st.builds(
        Measured,
        raw=st.none() | st.decimals(-2, 5, places=4),
        cases=st.integers(0, 50),
        weight=st.decimals("0.01", 100, places=2),
        floor=SHARES,
        target=st.decimals("1.5", 3, places=4) | st.decimals(-3, "-0.5", places=4),
        least=st.integers(1, 20),
    ),
    min_size=1,
    max_size=12,
)


def row(
    raw: str | None, weight: str = "10", floor: str = "0", target: str = "1", cases: int = 9, least: int = 1
) -> Measured:
    return Measured(None if raw is None else D(raw), cases, D(weight), D(floor), D(target), least)


def test_by_hand() -> None:
    found = index([row("0.75", "30", "0.5"), row("0.9", "10", target="0.9"), row("0.2", "10", "0.5", "0.1")])
    # (0.75−0.5)/(1−0.5) = 0.5 of 30, all of 10, and where less is better (0.2−0.5)/(0.1−0.5) = 0.75 of 10, out of 50
    assert [line.scaled for line in found.lines] == [D("0.5000"), D("1.0000"), D("0.7500")]
    assert [line.points for line in found.lines] == [D("30.00"), D("20.00"), D("15.00")]
    assert (found.points, found.measured) == (D("65.00"), D("1.0000"))


def test_what_cannot_be_measured_takes_no_part_and_says_why() -> None:
    found = index([row("0.5", "30"), row(None, "10"), row("0.1", "10", cases=4, least=5)])
    assert [line.why_not for line in found.lines] == ["", "nothing-to-count", "too-few-cases"]
    assert [line.points for line in found.lines] == [D("50.00"), None, None]
    assert (found.points, found.measured) == (D("50.00"), D("0.6000"))
    assert found.lines[2].raw is None, "too few cases tell nothing, not even the number"


def test_with_less_than_half_measured_there_is_no_index() -> None:
    found = index([row("0.5", "10"), row(None, "11")])
    assert found.points is None
    assert found.lines[0].scaled == D("0.5000")
    assert found.lines[0].points is None


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_points_stay_between_0_and_100_and_are_the_sum_of_the_lines(rows: list[Measured]) -> None:
    found = index(rows)
    if found.points is None:
        assert found.measured <= D("0.5")
        return
    parts = [line.points for line in found.lines if line.points is not None]
    assert found.points == sum(parts)
    assert all(0 <= part <= 100 for part in parts)
    assert found.points <= 100 + D("0.01") * len(parts), "each line is rounded by itself"
