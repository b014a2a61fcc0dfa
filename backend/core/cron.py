"""Work that comes round: run once an interval over all machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import models

from backend.core.clock import now

log = structlog.get_logger(__name__)


class CronMark(models.Model):
    """When a named piece of work is next due."""

    name = models.CharField(max_length=64, primary_key=True)
    next_at = models.DateTimeField()

    class Meta:
        app_label = "core"


@dataclass(frozen=True)
class Recurring:
    name: str
    interval: timedelta
    call: Callable[[], object]


_known: dict[str, Recurring] = {}


def every(*, seconds: float, name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Run a function every `seconds` in one worker of all."""

    def decorate(call: Callable[[], object]) -> Callable[[], object]:
        _known[name] = Recurring(name, timedelta(seconds=seconds), call)
        return call

    return decorate


def run_due() -> int:
    """Run what is due, each by whoever moves its mark first; returns how many ran here."""
    moment, count = now(), 0
    for work in list(_known.values()):
        CronMark.objects.get_or_create(name=work.name, defaults={"next_at": moment})
        due = CronMark.objects.filter(name=work.name, next_at__lte=moment)
        if due.update(next_at=moment + work.interval) == 0:
            continue
        count += 1
        try:
            work.call()
        except Exception:
            log.exception("cron.failed", name=work.name)
    return count
