"""Readiness and metrics."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, Histogram, generate_latest

from backend.core import due, hints, worker
from backend.core.clock import now

METRICS_TYPE = CONTENT_TYPE_LATEST
MAX_SKEW_SECONDS = 1.0
REQUESTS = Histogram(
    "yike_request_seconds",
    "Time to answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10),
)
OVERDUE = Gauge("yike_due_overdue_rows", "Rows that are past their due time by more than their lease", ["loop"])
_migrated = False


def ready() -> tuple[str, dict[str, dict[str, Any]]]:
    """`ok`, `degraded` (only hints fail: everything goes on, a second later) or `failing`, and each check by its name."""
    checks = _checks()
    failing = {name for name, check in checks.items() if not check["ok"]}
    return ("failing" if failing - {"hints"} else "degraded" if failing else "ok"), checks


def _checks() -> dict[str, dict[str, Any]]:
    checks: dict[str, dict[str, Any]] = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (there,) = cursor.fetchone() or (now(),)
        checks["database"] = {"ok": True}
        skew = abs((there - now()).total_seconds())
        checks["clock"] = {"ok": skew <= MAX_SKEW_SECONDS, "skew_seconds": round(skew, 3)}
        checks["migrations"] = {"ok": _is_migrated()}
        checks["hints"] = {"ok": hints.can_send()}
        checks["worker"] = {"ok": worker.is_alive("worker")}
        checks["emergency"] = {"ok": worker.is_alive("emergency")}
    except DatabaseError as gone:
        checks["database"] = {"ok": False, "error": type(gone).__name__}
    return checks


def _is_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def may_scrape(request: HttpRequest) -> bool:
    """Metrics are for the inside: loopback and private addresses that did not come through a proxy."""
    if "X-Forwarded-For" in request.headers:
        return False
    address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "127.0.0.1")
    return address.is_loopback or address.is_private


def metrics() -> bytes:
    """Prometheus text, the due tables counted at each scrape."""
    for name, loop in due.loops().items():
        late = {f"{loop.field}__lt": now() - loop.lease}
        try:
            OVERDUE.labels(name).set(loop.model._default_manager.filter(**late).count())
        except DatabaseError:
            OVERDUE.labels(name).set(float("nan"))
    return generate_latest(REGISTRY)
