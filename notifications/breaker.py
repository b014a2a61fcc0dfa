"""Circuit breakers, one for each provider, shared by all workers: who fails five times running is left alone for a while.

The state is a row and each change one statement. When the pause is over exactly one worker sends one letter as a trial; its outcome
closes the circuit or doubles the pause. Counters, not decisions of people: written outside verbs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog
from django.db import connection, models

from backend.core.clock import now

log = structlog.get_logger(__name__)
THRESHOLD = 5
PAUSE, LONGEST = timedelta(seconds=30), timedelta(minutes=10)
TRIAL = timedelta(seconds=30)


class Stand(Enum):
    """What may be sent through a circuit now: everything, one letter, nothing."""

    CLOSED = "closed"
    TRIAL = "trial"
    OPEN = "open"


class ProviderCircuit(models.Model):
    """`retry_at` null: closed. `opened` counts the pauses in a row. Holds no personal data."""

    name = models.CharField(max_length=120, primary_key=True)
    failures = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        app_label = "notifications"


_FAILED = """
INSERT INTO notifications_providercircuit AS c (name, failures, opened, retry_at, last_error, changed_at)
VALUES (%(name)s, %(count)s, CASE WHEN %(count)s >= %(most)s THEN 1 ELSE 0 END,
        CASE WHEN %(count)s >= %(most)s THEN %(now)s::timestamptz + %(pause)s ELSE NULL END, %(error)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET
  failures = least(c.failures + excluded.failures, 1000000), last_error = excluded.last_error, changed_at = excluded.changed_at,
  opened = c.opened + CASE WHEN {opens} THEN 1 ELSE 0 END,
  retry_at = CASE WHEN {opens}
    THEN %(now)s::timestamptz + least(%(pause)s * power(2, least(c.opened, 10))::float8, %(longest)s) ELSE c.retry_at END
RETURNING opened, retry_at
""".replace("{opens}", "(%(is_trial)s OR (c.retry_at IS NULL AND c.failures + excluded.failures >= %(most)s))")


def admit(name: str) -> tuple[Stand, datetime | None]:
    """Whether letters may go through this circuit, and if not, from when (UTC). A trial is given to one caller of all."""
    found = ProviderCircuit.objects.filter(name=name).first()
    if found is None or found.retry_at is None:
        return Stand.CLOSED, None
    if found.retry_at > now():
        return Stand.OPEN, found.retry_at
    until = now() + TRIAL
    mine = ProviderCircuit.objects.filter(name=name, retry_at=found.retry_at).update(retry_at=until)
    return (Stand.TRIAL, None) if mine else (Stand.OPEN, until)


def succeeded(name: str) -> None:
    """The provider answered as it should: close the circuit."""
    troubled = ProviderCircuit.objects.filter(name=name).exclude(failures=0, retry_at=None)
    if troubled.update(failures=0, opened=0, retry_at=None, changed_at=now()):
        log.info("provider.recovered", circuit=name)


def failed(name: str, *, count: int = 1, error: str = "", is_trial: bool = False) -> None:
    """The provider failed `count` times running, seen from here."""
    values: dict[str, Any] = {
        "name": name,
        "count": count,
        "most": THRESHOLD,
        "now": now(),
        "pause": PAUSE,
        "longest": LONGEST,
        "error": error[:80],
        "is_trial": is_trial,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, values)
        opened, retry_at = cursor.fetchone() or (0, None)
    if retry_at is not None:
        log.warning("provider.left_alone", circuit=name, pauses=opened, error=error[:80])


def circuits() -> list[ProviderCircuit]:
    """Every circuit that ever failed, by name: the operators' view of the channels' health."""
    return list(ProviderCircuit.objects.order_by("name"))
