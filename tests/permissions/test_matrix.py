"""Who may call what: every operation of the API × every role, and no word of a stranger in any answer.

A room's rows are in `matrix_<room>.py`: `ROWS[operation][role] = status` and `CALLS[operation] = f(cast) -> Call`, which makes the
things that the call needs. What a row does not say is said by `expected`. Each cell runs on the same state, rolled back after it.
"""

from __future__ import annotations

import pytest

from tests.permissions.expected import expected
from tests.permissions.rows import CALLS, ROWS, operations, rules
from tests.permissions.trial import tried
from tests.permissions.world import World
from tests.whole_cast import ROLES


def test_every_operation_has_a_row() -> None:
    assert sorted(operations() - ROWS.keys()) == []


def test_no_row_is_left_of_an_operation_that_is_gone() -> None:
    assert sorted(ROWS.keys() - operations()) == []


def test_every_operation_declares_a_rule() -> None:
    assert sorted(operations() - {name for name, rule in rules().items() if rule is not None}) == []


def test_every_row_says_what_nobody_and_an_outsider_get() -> None:
    assert [name for name, row in ROWS.items() if not {"anonymous", "outsider"} <= row.keys()] == []


def test_rows_name_only_roles_that_exist() -> None:
    assert {name: unknown for name, row in ROWS.items() if (unknown := row.keys() - set(ROLES))} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("operation", sorted(ROWS))
def test_an_operation_answers_each_role_as_expected(operation: str) -> None:
    world, rule, row = World(), rules()[operation], ROWS[operation]
    seen = tried(world, operation, CALLS.get(operation))
    assert {role: answer.status for role, answer in seen.items()} == {role: expected(rule, row, role) for role in ROLES}
    assert {role: heard for role, answer in seen.items() if (heard := answer.heard)} == {}
