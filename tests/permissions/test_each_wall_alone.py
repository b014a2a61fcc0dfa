"""Each of the two walls taken away in turn: the other one holds by itself."""

from __future__ import annotations

import pytest

from tests.permissions.expected import expected
from tests.permissions.rows import CALLS, ROWS, rules
from tests.permissions.sights import BUILT_ON_THEM, SIGHTS, by_shape, taken_away
from tests.permissions.test_canaries import leaks, read_everything
from tests.permissions.trial import tried
from tests.permissions.world import World

WITNESSES = (
    "wang", "tenant", "neighbour", "outsider", "pending", "ended_tenant", "delegate_pay", "delegate_report", "delegate_alarms",
    "otp_manager", "former_dispatcher", "dispatcher", "other_dispatcher", "manager", "other_company_manager",
    "ended_company_manager", "technician", "finance", "other_finance", "cashier", "community_worker", "other_community_worker",
    "grid_worker", "care_worker", "hotline_agent", "subdistrict_officer", "auditor", "admin", "kiosk",
)  # fmt: skip
"""Everybody whom the edge lets through somewhere, one of each kind."""


def test_every_function_that_says_who_sees_which_rows_is_listed() -> None:
    assert sorted(by_shape() - set(SIGHTS) - BUILT_ON_THEM.keys()) == []


def test_no_function_is_listed_that_is_gone() -> None:
    assert sorted((set(SIGHTS) | BUILT_ON_THEM.keys()) - by_shape()) == []


@pytest.mark.django_db(transaction=True)
def test_with_no_sight_left_the_row_walls_let_nobody_hear_a_stranger() -> None:
    world = World()
    with taken_away():
        found = read_everything(world, roles=WITNESSES)
    assert found
    assert leaks(found) == {}


@pytest.mark.django_db(transaction=True)
def test_without_either_wall_strangers_are_heard() -> None:
    """The two tests beside this one would be worthless if nothing could leak."""
    world = World()
    with taken_away():
        found = read_everything(world, "yike_system", roles=("outsider", "manager"))
    assert len(leaks(found)) > 10


@pytest.mark.django_db
@pytest.mark.parametrize("operation", sorted(ROWS))
def test_with_no_row_wall_left_an_operation_answers_each_role_the_same(operation: str) -> None:
    world, rule, row = World(), rules()[operation], ROWS[operation]
    seen = tried(world, operation, CALLS.get(operation), database_role="yike_system", roles=WITNESSES)
    assert {role: answer.status for role, answer in seen.items()} == {
        role: expected(rule, row, role) for role in WITNESSES
    }
    assert {role: answer.heard for role, answer in seen.items() if answer.heard} == {}
