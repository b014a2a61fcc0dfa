"""Lanes: the courier's due loops. Each channel has one for emergencies and one for the rest, and where codes go out one
for these, with threads of their own, so that an alarm waits neither behind a broadcast, nor behind people who log in, nor behind
another alarm whose provider is slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.db import OperationalError, connection

from backend.core.clock import now
from backend.core.due import DueLoop
from notifications.deliveries import CODE, EMERGENCY, FIRST, NORMAL, Delivery, lane_name

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=90)
# What a killed worker had in hand waits for so long; an emergency's batches are small, so that they are through before.
URGENT_LEASE = timedelta(seconds=30)
_CLAIM = """
UPDATE notifications_delivery SET due_at = %s, lease = %s, attempts = attempts + 1 WHERE (at, id) IN (
  SELECT at, id FROM notifications_delivery WHERE due_at IS NOT NULL AND due_at <= %s AND channel = ANY(%s) AND {urgency}
  ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING at, id
"""
# As the partial indexes say it: literals, so that the planner sees that they serve.
_MINE = {
    EMERGENCY: "urgency = 'emergency'",
    CODE: "urgency = 'code'",
    NORMAL: "urgency NOT IN ('emergency', 'code')",
}
Carry = Callable[[Sequence[Delivery]], None]


@dataclass(eq=False)
class Lane(DueLoop):
    """Takes up to `batch` due deliveries for each free thread and does not wait for the others before it takes more."""

    channels: tuple[str, ...] = ()
    urgency: str = EMERGENCY
    carry: Carry = field(kw_only=True)
    lease: timedelta = LEASE

    def claim(self, limit: int | None = None) -> list[Any]:
        """Take what is due now, the longest waiting first."""
        moment = now()
        sql = _CLAIM.format(urgency=_MINE[self.urgency])
        with connection.cursor() as cursor:
            cursor.execute(sql, [moment + self.lease, uuid4(), moment, list(self.channels), limit or self.batch])
            keys = cursor.fetchall()
        if not keys:
            return []
        times = [at for at, _ in keys]
        mine = Delivery.objects.filter(at__gte=min(times), at__lte=max(times), id__in=[key for _, key in keys])
        return list(mine.order_by("at", "id"))

    def next_due(self) -> Any:
        waiting = Delivery.objects.filter(channel__in=self.channels, due_at__isnull=False)
        is_urgent = self.urgency in FIRST
        mine = waiting.filter(urgency=self.urgency) if is_urgent else waiting.exclude(urgency__in=FIRST)
        return mine.order_by("due_at").values_list("due_at", flat=True).first()

    def run_one(self, row: Any) -> None:
        self.carry([row])

    def drain(self, rounds: int = 100) -> int:
        """Carry all that is due now, in this thread; returns how many deliveries were worked on."""
        count = 0
        for _ in range(rounds):
            rows = self.claim()
            if not rows:
                break
            self.carry(rows)
            count += len(rows)
        return count

    def run(self, stop: threading.Event) -> None:
        """The worker's thread."""
        free = threading.Semaphore(self.threads)
        with ThreadPoolExecutor(self.threads, thread_name_prefix=self.name) as pool:
            while not stop.is_set():
                if not free.acquire(timeout=1.0):
                    continue
                rows: list[Any] = []
                pause = 0.0
                try:
                    rows = self.claim()
                    pause = 0.0 if rows else self._pause()
                except OperationalError as gone:
                    log.warning("due.database", loop=self.name, error=type(gone).__name__)
                    pause = 0.5
                except Exception:
                    log.exception("due.loop", loop=self.name)
                    pause = 1.0
                connection.close()  # back to the pool: the others need it more than a loop that waits
                if rows:
                    pool.submit(self._carry_in_thread, rows, free)
                    continue
                free.release()
                self.wake.wait(pause)
                self.wake.clear()

    def _carry_in_thread(self, rows: Sequence[Delivery], free: threading.Semaphore) -> None:
        try:
            self.carry(rows)
        except Exception as failed:  # the rows are due again when their lease ends; a traceback may hold an address
            log.error("due.failed", loop=self.name, error=type(failed).__name__)
        finally:
            connection.close()
            free.release()
            self.wake.set()


def lane(channels: tuple[str, ...], urgency: str, carry: Carry, *, batch: int, threads: int) -> Lane:
    """The lane of these channels for this urgency, named as `deliveries.wake` calls it."""
    return Lane(
        lane_name(channels[0], urgency),
        Delivery,
        work=lambda row: carry([row]),
        batch=batch,
        threads=threads,
        lease=URGENT_LEASE if urgency in FIRST else LEASE,
        channels=channels,
        urgency=urgency,
        carry=carry,
        is_urgent=urgency in FIRST,
    )
