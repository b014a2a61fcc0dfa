"""What every test may use: the cast, HTTP clients, a clock that moves, threads at a barrier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from backend.core import clock, grants, hints
from tests import cast as casting


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, migrated by its owner, with the rights of the two working roles."""
    with django_db_blocker.unblock():
        grants.grant(connection)
    yield
    hints.close()


@pytest.fixture
def cast(db: None) -> casting.Cast:
    return casting.Cast()


@pytest.fixture
def client_for() -> Callable[..., casting.Http]:
    """`client_for(cast.wang)`, or `client_for(None)` for nobody."""
    return casting.Http


@pytest.fixture
def barrier() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    return casting.barrier


@pytest.fixture
def moved_clock() -> Callable[[timedelta], AbstractContextManager[None]]:
    """`with moved_clock(timedelta(minutes=5)): …`"""
    return clock.moved
