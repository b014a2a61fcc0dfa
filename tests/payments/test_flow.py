"""The steps of an attempt, and the state of a payment of several parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.flow import ACTIVE, SETTLED, STEPS, State, may, whole


def test_every_state_has_its_steps() -> None:
    assert set(STEPS) == set(State)


def test_money_that_arrived_never_becomes_unpaid() -> None:
    reached = {then for now in SETTLED for then in STEPS[now]}
    assert reached <= set(SETTLED)


def test_every_end_without_money_can_still_become_paid() -> None:
    assert may(State.FAILED, State.PAID)
    assert may(State.CANCELLED, State.PAID)


def test_nothing_goes_back_to_waiting() -> None:
    assert not any(may(now, then) for now in State if now not in ACTIVE for then in ACTIVE)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        (["paid"], "paid"),
        (["paid", "pending"], "pending"),
        (["creating", "pending"], "creating"),
        (["paid", "failed"], "failed"),
        (["paid", "cancelled"], "cancelled"),
        (["refunded", "refunded"], "refunded"),
        (["refunded", "paid"], "partly_refunded"),
        (["partly_refunded", "paid"], "partly_refunded"),
    ],
)
def test_a_payment_is_what_its_parts_are(parts: list[str], state: str) -> None:
    assert whole(parts) == state


@given(st.lists(st.sampled_from(State), min_size=1, max_size=5))
def test_a_payment_waits_as_long_as_a_part_waits(parts: list[State]) -> None:
    assert (whole(parts) in ACTIVE) == any(part in ACTIVE for part in parts)
