"""Who may call what: every operation of the API has a row, every cell of the row is tried.

A room's rows are in `matrix_<room>.py`: `ROWS[operation][actor] = status` and `CALLS[operation] = f(cast) -> Call`, which makes the
things that the call needs. Each cell runs on the same state, rolled back after it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

import tests.permissions
from api.app import api
from tests.cast import Cast, Http
from tests.permissions.call import Call

MODULES = [
    importlib.import_module(f"tests.permissions.{found.name}")
    for found in pkgutil.iter_modules(tests.permissions.__path__)
    if found.name.startswith("matrix_")
]
ROWS: dict[str, dict[str, int]] = {}
CALLS: dict[str, Callable[[Cast], Call]] = {}
for module in MODULES:
    ROWS |= module.ROWS
    CALLS |= getattr(module, "CALLS", {})


def operations() -> set[str]:
    """`POST /tickets/{ticket_id}/accept` for every operation that the API publishes."""
    paths = api.get_openapi_schema()["paths"]
    return {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in paths.items() for method in methods}


def test_every_operation_has_a_row() -> None:
    assert sorted(operations() - ROWS.keys()) == []


def test_no_row_is_left_of_an_operation_that_is_gone() -> None:
    assert sorted(ROWS.keys() - operations()) == []


def test_every_row_says_what_nobody_and_an_outsider_get() -> None:
    assert [name for name, row in ROWS.items() if not {"anonymous", "outsider"} <= row.keys()] == []


@pytest.mark.django_db
@pytest.mark.parametrize("operation", sorted(ROWS))
def test_an_operation_answers_each_actor_as_its_row_says(operation: str) -> None:
    cast = Cast()
    call = CALLS[operation](cast) if operation in CALLS else Call()
    method, path = operation.split(" ", 1)
    seen: dict[str, Any] = {}
    for actor in ROWS[operation]:
        http = Http(None if actor == "anonymous" else cast[actor])
        if http.member is not None:
            _ = http.member.session
        trial = transaction.atomic()
        trial._from_testcase = True  # type: ignore[attr-defined]  # durable verbs may run inside
        with trial:
            answer = http.request(method, call.fill(path), call.body, headers=call.headers, **call.options)
            seen[actor] = answer.status_code
            transaction.set_rollback(True)
    assert seen == ROWS[operation]
