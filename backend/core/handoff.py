"""Handoff: when one verb must be followed by a verb of another room.

The first verb writes a Handoff row (unique key, due now) in its own transaction; the worker runs what `@follows` its kind,
idempotently under that key. A kill in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models

from backend.core.clock import now
from backend.core.due import DueLoop, DueRow, register
from backend.core.rows import Row

_followers: dict[str, Callable[[dict[str, Any], str], object]] = {}


class Handoff(Row, DueRow):
    """One thing that must still follow. `data` holds ids only."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=160, unique=True)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "core"
        indexes = [models.Index(fields=["due_at"], name="handoff_due", condition=models.Q(due_at__isnull=False))]


def follows(
    kind: str,
) -> Callable[[Callable[[dict[str, Any], str], object]], Callable[[dict[str, Any], str], object]]:
    """Register what follows a kind of handoff: `f(data, key)` calls one verb that does nothing the second time."""

    def decorate(call: Callable[[dict[str, Any], str], object]) -> Callable[[dict[str, Any], str], object]:
        _followers[kind] = call
        return call

    return decorate


def kinds() -> frozenset[str]:
    return frozenset(_followers)


def write(kind: str, *, key: str, data: dict[str, Any]) -> None:
    """Insert the row, due now; the same key again changes nothing."""
    Handoff.objects.bulk_create([Handoff(kind=kind, key=key, data=data, due_at=now())], ignore_conflicts=True)


def follow(row: Handoff) -> None:
    """Run what follows this row; raises KeyError when nobody does (the row stays due and is seen in the metrics)."""
    _followers[row.kind](row.data, row.key)


loop = register(DueLoop("handoff", Handoff, follow, lease=timedelta(seconds=60), is_urgent=True))
