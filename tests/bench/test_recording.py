"""Recording statements, and sending them once more under fresh ids."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from psycopg.types.json import Jsonb

from backend.core.ids import uuid7
from bench.circle import _numbered
from bench.load import percentile
from bench.recording import Replay, recorded

BEFORE = UUID("01900000-0000-7000-8000-000000000001")
SINCE = UUID("01900000-1000-7000-8000-000000000000")


def test_ids_that_the_first_time_made_are_new_the_second_time_and_alike_everywhere() -> None:
    replay, made = Replay(SINCE), uuid7()
    first = replay.fresh([made, BEFORE, str(made), f'{{"about":"/x/{made}"}}'.encode(), Jsonb({"id": str(made)}), True])
    new = first[0]
    assert new not in (made, BEFORE)
    assert first[1] == BEFORE
    assert first[2] == str(new)
    assert first[3] == f'{{"about":"/x/{new}"}}'.encode()
    assert first[4].obj == {"id": str(new)}
    assert first[5] is True


def test_numbers_that_the_database_gave_are_taken_from_the_new_answers() -> None:
    class Cursor:
        def __init__(self) -> None:
            self.sent: list[Any] = []

        def execute(self, sql: str, params: Any) -> None:
            self.sent.append(params)

        def fetchall(self) -> list[Any]:
            return [("desk", 43)]

    from bench.recording import Statement

    cursor = Cursor()
    statements = [Statement("UPDATE … RETURNING", [], [("desk", 42)]), Statement("INSERT", [[42, 7]], None)]
    Replay(SINCE).run(statements, cursor)
    assert cursor.sent[1] == [[43, 7]]


@pytest.mark.django_db
def test_the_rows_are_recorded_and_still_read() -> None:
    with recorded() as statements, connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [5])
        assert cursor.fetchall() == [(5,)]
        cursor.execute("SELECT 1 WHERE false")
        assert cursor.fetchall() == []
    assert [(one.params, one.rows) for one in statements] == [([5], [(5,)]), (None, [])]


def test_placeholders_are_numbered_for_asyncpg() -> None:
    assert _numbered("a = %s AND b LIKE '%%x' AND c = %s") == "a = $1 AND b LIKE '%x' AND c = $2"


def test_percentiles_are_the_nearest_rank_in_milliseconds() -> None:
    seconds = [n / 1000 for n in range(1, 101)]
    assert (percentile(seconds, 0.5), percentile(seconds, 0.99), percentile([], 0.5)) == (50, 99, 0)
