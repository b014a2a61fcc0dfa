"""The statements that a piece of work sends to the database, and sending the same again without Django in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Json, Jsonb

from backend.core.ids import uuid7

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Statement:
    """As Django gave it to psycopg, with the rows that came back (None: no rows are returned by such a statement)."""

    sql: str
    params: Any
    rows: list[Any] | None


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Everything that goes through Django's connection in the block (BEGIN and COMMIT do not: psycopg sends them)."""
    statements: list[Statement] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        cursor = context["cursor"].cursor
        rows = None
        if cursor.description is not None and not many:
            rows = cursor.fetchall()
            if rows:
                cursor.scroll(0, mode="absolute")
        statements.extend(Statement(sql, one, rows) for one in (params if many else [params]))
        return result

    with connection.execute_wrapper(wrapper):
        yield statements


@dataclass
class Replay:
    """One more time, with fresh ids: what the first time made gets new names, and numbers that the database gave (the place
    in a stream) are taken from the new answers. Ids older than `since`, an id made before the first time, stay."""

    since: UUID
    ids: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def run(self, statements: list[Statement], cursor: Any) -> None:
        """Send them all through a psycopg cursor."""
        for statement in statements:
            cursor.execute(statement.sql, self.fresh(statement.params))
            if statement.rows is not None:
                self._learn(statement.rows, cursor.fetchall())

    def fresh(self, value: Any) -> Any:
        """The same value with the new ids and numbers."""
        match value:
            case bool() | None:
                return value
            case int():
                return self.numbers.get(value, value)
            case UUID():
                return UUID(self._fresh_id(str(value)))
            case str():
                return _UUID.sub(lambda found: self._fresh_id(found[0]), value)
            case bytes():
                return self._fresh_bytes(value)
            case memoryview():
                return self._fresh_bytes(bytes(value))
            case Json() | Jsonb():
                return type(value)(self.fresh(value.obj), dumps=value.dumps)
            case dict():
                return {key: self.fresh(one) for key, one in value.items()}
            case list():
                return [self.fresh(one) for one in value]
            case tuple():
                return tuple(self.fresh(one) for one in value)
        return value

    def _fresh_bytes(self, value: bytes) -> bytes:
        try:
            return bytes(self.fresh(value.decode()).encode())
        except UnicodeDecodeError:
            return value

    def _fresh_id(self, text: str) -> str:
        if text[:13] < str(self.since)[:13]:  # the first 48 bits of a UUIDv7 are its millisecond
            return text
        return self.ids.setdefault(text, str(uuid7()))

    def _learn(self, before: list[Any], now: list[Any]) -> None:
        for old_row, new_row in zip(before, now, strict=False):
            for old, new in zip(old_row, new_row, strict=False):
                if type(old) is int and type(new) is int and old != new:
                    self.numbers[old] = new
