"""The worker: every due loop in a thread of its own, hints to wake them, recurring work, and a heartbeat for readiness.

What somebody waits for in an emergency has a process of its own (`EMERGENCY`): a broadcast that keeps every thread of the other
busy takes no turn of an interpreter from it. One process may do both (`ALL`).
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from django.db import DatabaseError, connection, models

from backend.core import audit_sealing, cron, due, hints, idempotency, jobs, limits, partitions
from backend.core.clock import now

log = structlog.get_logger(__name__)
BEAT = timedelta(seconds=2)
ALL, EMERGENCY, OTHER = LANES = ("all", "emergency", "other")
KINDS = {ALL: ("worker", "emergency"), EMERGENCY: ("emergency",), OTHER: ("worker",)}
"""Whose signs of life a worker of these lanes gives: readiness asks for both."""


class Heartbeat(models.Model):
    """The last sign of life of a process."""

    name = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=16, db_index=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "core"


cron.every(seconds=10, name="audit.seal")(audit_sealing.seal)
cron.every(seconds=3600, name="partitions.ahead")(partitions.ensure_months)
cron.every(seconds=300, name="idempotency.forget")(idempotency.forget_expired)
cron.every(seconds=300, name="limits.forget")(limits.forget_ended)
cron.every(seconds=600, name="jobs.forget")(jobs.forget_expired)
for loop in jobs.LOOPS:
    due.register(loop)


def beat(kind: str) -> None:
    """Note that a process of this kind lives."""
    Heartbeat.objects.update_or_create(
        name=f"{kind}@{socket.gethostname()}:{os.getpid()}", defaults={"kind": kind, "at": now()}
    )


def is_alive(kind: str, within: timedelta = timedelta(seconds=15)) -> bool:
    return Heartbeat.objects.filter(kind=kind, at__gte=now() - within).exists()


def loops_of(lanes: str) -> dict[str, due.DueLoop]:
    """The loops that a worker of these `LANES` runs, by name."""
    return {name: loop for name, loop in due.loops().items() if lanes in (ALL, EMERGENCY if loop.is_urgent else OTHER)}


def _wake(loops: dict[str, due.DueLoop], stop: threading.Event) -> None:
    listener = hints.Listener()
    while not stop.is_set():
        topics = listener.wait(1.0)
        for name, loop in loops.items():
            if f"due:{name}" in topics:
                loop.wake.set()
    listener.close()


def _live(lanes: str) -> None:
    for kind in KINDS[lanes]:
        beat(kind)
    Heartbeat.objects.filter(at__lt=now() - timedelta(hours=1)).delete()


def _again_and_again(work: Callable[[], object], stop: threading.Event) -> None:
    """Do it every `BEAT`. The heartbeat has a thread of its own: recurring work may wait long for somebody else's server, and a
    worker that seems dead would make every web process unready."""
    while not stop.is_set():
        try:
            work()
        except DatabaseError as gone:
            log.warning("worker.database", error=type(gone).__name__)
        finally:
            connection.close()
        stop.wait(BEAT.total_seconds())


def run(stop: threading.Event, lanes: str = ALL) -> None:
    """Run the loops of these `LANES` until `stop` is set; then wait for what is in hand. Recurring work is not `EMERGENCY`'s."""
    loops = loops_of(lanes)
    threads = [threading.Thread(target=loop.run, args=(stop,), name=name) for name, loop in loops.items()]
    threads += [threading.Thread(target=_wake, args=(loops, stop), name="wake")]
    works: list[tuple[str, Callable[[], object]]] = [("heartbeat", partial(_live, lanes))]
    if lanes != EMERGENCY:
        works.append(("cron", cron.run_due))
    for name, work in works:
        threads.append(threading.Thread(target=_again_and_again, args=(work, stop), name=name))
    for thread in threads:
        thread.start()
    log.info("worker.started", lanes=lanes, loops=sorted(loops))
    stop.wait()
    for loop in loops.values():
        loop.wake.set()
    for thread in threads:
        thread.join(timeout=20)
