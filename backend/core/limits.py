"""Rate limits: counters that several processes share, counted atomically and before the work.

In Postgres by default; on Valkey when `REDIS_URL` is set, falling back to Postgres while Valkey is gone (its counts are then
lost: a limit may be used once more). A refused hit is not counted. A hit is committed at once, so call this outside a verb.
Alarms are never limited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection, models, transaction

from backend.core import limits_valkey
from backend.core.clock import now
from backend.core.errors import TooMany
from backend.core.limits_valkey import Gone
from backend.env import env

log = structlog.get_logger(__name__)
_valkey = limits_valkey.valkey


class LimitCounter(models.Model):
    """Hits of one key in one window; the key is a hash."""

    key = models.BinaryField(max_length=32, primary_key=True)
    hits = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "core"


@dataclass(frozen=True)
class Limit:
    """At most `limit` hits of `key` in `per` seconds.

    Windows begin at multiples of `per`; `is_moving`: the hits of the window before count too, by how much of it is within the last
    `per` seconds. `member`: what is counted are distinct members, each once a window.
    """

    name: str
    key: str
    limit: int
    per: int
    is_moving: bool = False
    member: str = ""

    @property
    def hashed(self) -> str:
        return hashlib.sha256(f"{self.name}|{self.per}|{self.key}".encode()).hexdigest()


def hit(name: str, key: str, *, limit: int, per: int, is_moving: bool = False) -> None:
    """Count one hit of `key` under the limit called `name`. Raises TooMany with `retry_after` seconds."""
    hit_all([Limit(name, key, limit, per, is_moving)])


def hit_all(wanted: Sequence[Limit]) -> None:
    """Count one hit under each of these, or under none: when one refuses, the hits before it are given back. Raises TooMany."""
    for place, one in enumerate(wanted):
        wait = _try(one)
        if wait is not None:
            for earlier in wanted[:place]:
                give_back(earlier)
            raise TooMany(retry_after=max(1, wait))


def give_back(one: Limit) -> None:
    """Take back one hit of the present window (a fixed window; others keep what they counted)."""
    if one.is_moving or one.member:
        return
    if env.redis_url:
        with suppress(Gone):
            _valkey().give_back(one.hashed, one.limit, one.per)
            return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_limitcounter SET hits = hits - 1 WHERE key = %s AND hits > 0", [_Window.of(one.per).key(one)]
        )


def seconds_until_free(one: Limit) -> int:
    """0 when a hit would be counted, else the seconds to wait; counts nothing (a fixed window)."""
    if env.redis_url:
        with suppress(Gone):
            return _valkey().seconds_until_free(one.hashed, one.limit, one.per)
    window = _Window.of(one.per)
    is_full = LimitCounter.objects.filter(key=window.key(one), hits__gte=one.limit).exists()
    return int(window.left) + 1 if is_full else 0


def _try(one: Limit) -> int | None:
    """None when the hit was counted, else the seconds to wait."""
    if env.redis_url:
        try:
            return _valkey().hit(one.hashed, one.limit, one.per, is_moving=one.is_moving, member=one.member)
        except Gone as gone:
            log.warning("limits.fallback", error=gone.why)
    return _hit_member(one) if one.member else _hit_postgres(one)


@dataclass(frozen=True)
class _Window:
    number: int
    per: int
    left: float

    @classmethod
    def of(cls, per: int) -> _Window:
        moment = now().timestamp()
        return cls(int(moment // per), per, per - moment % per)

    def key(self, one: Limit, *, before: int = 0, member: str = "") -> bytes:
        return hashlib.sha256(f"{one.hashed}|{self.number - before}|{member}".encode()).digest()


_HIT = """
WITH earlier AS (SELECT coalesce((SELECT floor(hits * %(share)s) FROM core_limitcounter WHERE key = %(before)s), 0) AS hits)
INSERT INTO core_limitcounter AS c (key, hits, ends_at)
SELECT %(key)s, 1, %(ends)s::timestamptz + make_interval(secs => %(left)s) FROM earlier WHERE earlier.hits < %(limit)s
ON CONFLICT (key) DO UPDATE SET hits = c.hits + 1 WHERE c.hits + (SELECT hits FROM earlier) < %(limit)s
RETURNING hits
"""


def _hit_postgres(one: Limit) -> int | None:
    window = _Window.of(one.per)
    values: dict[str, Any] = {
        "key": window.key(one),
        "before": window.key(one, before=1),
        "share": window.left / one.per if one.is_moving else 0.0,
        "limit": one.limit,
        "ends": now(),
        "left": window.left + (one.per if one.is_moving else 0),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HIT, values)
        return None if cursor.fetchone() else int(window.left) + 1


def _hit_member(one: Limit) -> int | None:
    """Under the lock of the counter's row: count a member that is new, unless the counter is full."""
    window = _Window.of(one.per)
    key, member = window.key(one), window.key(one, member=one.member)
    insert = (
        "INSERT INTO core_limitcounter AS c (key, hits, ends_at) "
        "VALUES (%s, %s, %s::timestamptz + make_interval(secs => %s)) ON CONFLICT (key) DO "
    )
    moment = now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert + "UPDATE SET hits = c.hits RETURNING hits", [key, 0, moment, window.left])
        (hits,) = cursor.fetchone() or (0,)
        cursor.execute(insert + "NOTHING RETURNING hits", [member, 1, moment, window.left])
        if cursor.fetchone() is None:
            return None
        if hits >= one.limit:
            cursor.execute("DELETE FROM core_limitcounter WHERE key = %s", [member])
            return int(window.left) + 1
        cursor.execute("UPDATE core_limitcounter SET hits = hits + 1 WHERE key = %s", [key])
        return None


def forget_ended() -> int:
    """Delete the counters of windows that have ended."""
    return LimitCounter.objects.filter(ends_at__lt=now()).delete()[0]
