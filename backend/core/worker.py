"""The worker: every due loop in a thread of its own, hints to wake them, recurring work, and a heartbeat for readiness."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection, models

from backend.core import audit_sealing, cron, due, hints, idempotency, jobs, limits, partitions
from backend.core.clock import now

log = structlog.get_logger(__name__)
BEAT = timedelta(seconds=2)


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


def _wake(stop: threading.Event) -> None:
    listener = hints.Listener()
    while not stop.is_set():
        topics = listener.wait(1.0)
        for name, loop in due.loops().items():
            if f"due:{name}" in topics:
                loop.wake.set()
    listener.close()


def _live() -> None:
    beat("worker")
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


def run(stop: threading.Event) -> None:
    """Run until `stop` is set; then wait for what is in hand."""
    threads = [threading.Thread(target=loop.run, args=(stop,), name=name) for name, loop in due.loops().items()]
    threads += [threading.Thread(target=_wake, args=(stop,), name="wake")]
    for name, work in (("heartbeat", _live), ("cron", cron.run_due)):
        threads.append(threading.Thread(target=_again_and_again, args=(work, stop), name=name))
    for thread in threads:
        thread.start()
    log.info("worker.started", loops=sorted(due.loops()))
    stop.wait()
    for loop in due.loops().values():
        loop.wake.set()
    for thread in threads:
        thread.join(timeout=20)
