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
    with _told(actor.scope_settings()):
        yield


@contextmanager
def looking_up(reason: str) -> Iterator[None]:
    """Read past the walls for a named reason that comes before anybody is known (finding who a token belongs to)."""
    if in_a_verb():
        yield
        return
    with _told({"yike.verb": reason}):
        yield


@contextmanager
def _told(settings: dict[str, str]) -> Iterator[None]:
    """A transaction (or a savepoint of the one that is open) with these settings; after it, what was set before holds again."""
    if not connection.in_atomic_block:
        with transaction.atomic():
            _set(settings)  # they end with the transaction
            yield
        return
    with transaction.atomic():
        before = _set(settings)
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _set(before)


def _set(settings: dict[str, str]) -> dict[str, str]:
    """Set them until the transaction ends; returns what they were, read before (a target list is worked off in its order)."""
    parts = ", ".join("current_setting(%s, true), set_config(%s, %s, true)" for _ in settings)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [word for name, value in settings.items() for word in (name, name, value)])
        row = cursor.fetchone() or ()
    return {name: was or "" for name, was in zip(settings, row[::2], strict=True)}
