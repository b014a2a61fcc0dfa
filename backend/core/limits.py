"""Rate limits: counters that several processes share, counted atomically and before the work.

In Postgres by default; on Valkey when `REDIS_URL` is set, falling back to Postgres while Valkey is gone. A hit is committed even
when the request is then refused, so call it outside a verb. Alarms are never limited.
"""

from __future__ import annotations

import hashlib
import math
import time
from functools import cache

import structlog
from django.db import connection, models
from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from backend.core.clock import now
from backend.core.errors import TooMany
from backend.env import env

log = structlog.get_logger(__name__)


class LimitCounter(models.Model):
    """Hits of one key in one window; the key is a hash."""

    key = models.BinaryField(max_length=32, primary_key=True)
    hits = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "core"


@cache
def _valkey() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(storage_from_string(env.redis_url, wrap_exceptions=True))


def hit(name: str, key: str, *, limit: int, per: int) -> None:
    """Count one hit of `key` under the limit called `name`: at most `limit` in a window of `per` seconds.

    Raises TooMany with `retry_after` seconds. Windows begin at multiples of `per`.
    """
    hashed = hashlib.sha256(f"{name}|{per}|{key}".encode()).hexdigest()
    if env.redis_url:
        try:
            _hit_valkey(hashed, limit, per)
            return
        except StorageError as gone:
            log.warning("limits.fallback", error=type(gone).__name__)
    _hit_postgres(hashed, limit, per)


def _hit_valkey(hashed: str, limit: int, per: int) -> None:
    item = RateLimitItemPerSecond(limit, per)
    if not _valkey().hit(item, hashed):
        reset = _valkey().get_window_stats(item, hashed).reset_time
        raise TooMany(retry_after=max(1, math.ceil(reset - time.time())))


def _hit_postgres(hashed: str, limit: int, per: int) -> None:
    moment = now()
    window = int(moment.timestamp()) // per
    left = per - int(moment.timestamp()) % per
    key = hashlib.sha256(f"{hashed}|{window}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_limitcounter (key, hits, ends_at) VALUES (%s, 1, %s::timestamptz + make_interval(secs => %s)) "
            "ON CONFLICT (key) DO UPDATE SET hits = core_limitcounter.hits + 1 RETURNING hits",
            [key, moment, left],
        )
        (hits,) = cursor.fetchone() or (0,)
    if hits > limit:
        raise TooMany(retry_after=max(1, left))


def forget_ended() -> int:
    """Delete the counters of windows that have ended."""
    return LimitCounter.objects.filter(ends_at__lt=now()).delete()[0]
