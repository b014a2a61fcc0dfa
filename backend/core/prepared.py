"""Reads that every other request repeats: prepared once a connection, so that the server plans them once and not each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class _Prepared(psycopg.Cursor[tuple[Any, ...]]):
    """Parameters go to the server by themselves, beside the statement."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, prepare=True, **options)


def rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a fixed read. `sql` must not be built of values: each different text is planned and kept by the server."""
    connection.ensure_connection()
    with CursorWrapper(_Prepared(connection.connection), connection) as cursor:
        cursor.execute(sql, params)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
