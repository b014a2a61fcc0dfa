"""Scoped reads: a short transaction in which the walls know who reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connection, transaction

from backend.core.verb import in_a_verb


class Reader(Protocol):
    def scope_settings(self) -> dict[str, str]:
        """Settings `yike.person`, `yike.homes`, `yike.<area>_ids`, `yike.<area>_all` → comma-separated ids or `on`."""
        ...


@contextmanager
def reading(actor: Reader) -> Iterator[None]:
    """Set the reader's row scopes for the length of the block. Inside a verb the verb's own mark holds and nothing is set."""
    if in_a_verb():
        yield
        return
    with transaction.atomic():
        _set(actor.scope_settings())
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _set(dict.fromkeys(actor.scope_settings(), ""))


@contextmanager
def looking_up(reason: str) -> Iterator[None]:
    """Read past the walls for a named reason that comes before anybody is known (finding who a token belongs to)."""
    if in_a_verb():
        yield
        return
    with transaction.atomic():
        _set({"yike.verb": reason})
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _set({"yike.verb": ""})


def _set(settings: dict[str, str]) -> None:
    parts = ", ".join("set_config(%s, %s, true)" for _ in settings)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [value for pair in settings.items() for value in pair])
