"""Due tables: rows that wait for a time, taken by any worker on any machine, never lost and never ended in silence.

A claim pushes the row's due time to the end of a lease and marks it with a token, in one statement (`FOR UPDATE SKIP LOCKED`). The
work runs outside a transaction and calls verbs. A worker that dies leaves a row that is due again when its lease ends.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import OperationalError, close_old_connections, connection, models

from backend.core.clock import now

log = structlog.get_logger(__name__)
MAX_SLEEP = 1.0


class DueRow(models.Model):
    """`due_at` null: nothing waits. `lease`: the token of the claim that holds the row. `last_error`: a class name, no data."""

    due_at = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        abstract = True


@dataclass(eq=False)
class DueLoop:
    """One kind of waiting row.

    `only` limits the loop to rows whose columns have these values, `skip` leaves such rows out: two loops may share a table.
    `work(row)` may set the row's due time itself (to wait again) or clear it; when it leaves it as claimed, the row is done. What
    it raises keeps the row due, later each time (up to `longest`), with the class name in `last_error`. `is_urgent`:
    somebody waits for help or for a code, so a worker of its own runs it (`backend.core.worker`).
    """

    name: str
    model: type[models.Model]
    work: Callable[[Any], object]
    lease: timedelta = timedelta(seconds=30)
    batch: int = 20
    field: str = "due_at"
    threads: int = 1
    first_retry: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)
    only: dict[str, str] = default(default_factory=dict)
    skip: dict[str, str] = default(default_factory=dict)
    is_urgent: bool = False
    wake: threading.Event = default(default_factory=threading.Event, repr=False)

    def claim(self, limit: int | None = None) -> list[Any]:
        """Take what is due now: rows with their due time pushed to the end of the lease."""
        meta = self.model._meta
        table, due = f'"{meta.db_table}"', f'"{self.field}"'
        keys = ", ".join(f'"{f.attname}"' for f in meta.pk_fields)
        mine = "".join(f' AND "{column}" = %s' for column in self.only)
        mine += "".join(f' AND "{column}" <> %s' for column in self.skip)
        moment = now()
        back = "*" if len(meta.pk_fields) == 1 else keys
        sql = (  # names of our own tables and columns; values are parameters
            f"UPDATE {table} SET {due} = %s, lease = %s, attempts = attempts + 1 WHERE ({keys}) IN "  # noqa: S608
            f"(SELECT {keys} FROM {table} WHERE {due} <= %s{mine} ORDER BY {due} LIMIT %s FOR UPDATE SKIP LOCKED) "
            f"RETURNING {back}"
        )
        values: list[Any] = [
            moment + self.lease,
            uuid4(),
            moment,
            *self.only.values(),
            *self.skip.values(),
            limit or self.batch,
        ]
        rows = self.model._default_manager
        if len(meta.pk_fields) == 1:
            return sorted(rows.raw(sql, values), key=lambda row: str(row.pk))
        with connection.cursor() as cursor:  # Django's raw() knows no composite keys
            cursor.execute(sql, values)
            claimed = cursor.fetchall()
        return list(rows.filter(pk__in=claimed).order_by("pk")) if claimed else []

    def next_due(self) -> datetime | None:
        rows = self.model._default_manager.filter(**self.only)
        for column, value in self.skip.items():
            rows = rows.exclude(**{column: value})
        found: datetime | None = rows.aggregate(at=models.Min(self.field))["at"]
        return found

    def run_one(self, row: Any) -> None:
        """Work on a claimed row and settle its due time."""
        claimed_until, lease = getattr(row, self.field), row.lease
        mine = self.model._default_manager.filter(pk=row.pk, lease=lease)
        try:
            self.work(row)
        except Exception as failed:
            code = getattr(failed, "code", "")
            wait = min(self.first_retry * 2 ** min(row.attempts - 1, 20), self.longest) * _jitter()
            log.warning(
                "due.failed", loop=self.name, attempts=row.attempts, error=type(failed).__name__, code=str(code)
            )
            mine.update(**{self.field: now() + wait, "last_error": f"{type(failed).__name__} {code}".strip()[:120]})
        else:
            mine.filter(**{self.field: claimed_until}).update(**{self.field: None, "lease": None, "last_error": ""})

    def drain(self, rounds: int = 100) -> int:
        """Run all that is due now, in this thread; returns how many rows were worked on."""
        count = 0
        for _ in range(rounds):
            rows = self.claim()
            if not rows:
                break
            for row in rows:
                self.run_one(row)
            count += len(rows)
        return count

    def run(self, stop: threading.Event) -> None:
        """The worker's thread: claim, work, sleep until the next due row or a hint."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix=f"due-{self.name}") as pool:
            while not stop.is_set():
                try:
                    rows = self.claim()
                    list(pool.map(self._run_in_thread, rows))
                    pause = 0.0 if rows else self._pause()
                except OperationalError as gone:
                    log.warning("due.database", loop=self.name, error=type(gone).__name__)
                    connection.close()
                    pause = 0.5
                except Exception:
                    log.exception("due.loop", loop=self.name)
                    pause = 1.0
                if pause:
                    close_old_connections()
                    self.wake.wait(pause)
                    self.wake.clear()

    def _run_in_thread(self, row: Any) -> None:
        try:
            self.run_one(row)
        finally:
            connection.close()

    def _pause(self) -> float:
        upcoming = self.next_due()
        if upcoming is None:
            return MAX_SLEEP
        return min(max((upcoming - now()).total_seconds(), 0.001), MAX_SLEEP)


def _jitter() -> float:
    return random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing


_loops: dict[str, DueLoop] = {}


def register(loop: DueLoop) -> DueLoop:
    """Make the worker run this loop (from AppConfig.ready); a second registration of a name replaces the first."""
    _loops[loop.name] = loop
    return loop


def loops() -> dict[str, DueLoop]:
    return dict(_loops)


def holds(row: Any, lease: UUID | None) -> bool:
    """Whether the row is still held by this claim (for a work that must be fenced)."""
    return lease is not None and type(row)._default_manager.filter(pk=row.pk, lease=lease).exists()
