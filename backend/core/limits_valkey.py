"""Counters on Valkey, by the library `limits`; while Valkey does not answer, it is left alone for a few seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any, TypeVar

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from backend.env import env

R = TypeVar("R")
AWAY_SECONDS = 5.0
TIMEOUT_SECONDS = 0.5

_MEMBER = """
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return -1 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return redis.call('TTL', KEYS[1]) end
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('SCARD', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return -1
"""
_GIVE_BACK = "if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end return 0"


class Gone(Exception):
    """Valkey does not answer; `why` is a class name."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Valkey:
    """Counters on the Valkey that `REDIS_URL` names. Every call raises Gone when it does not answer."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
        self.away_until = 0.0

    @cached_property
    def storage(self) -> RedisStorage:
        return RedisStorage(
            self.url, wrap_exceptions=True, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )

    @cached_property
    def fixed(self) -> FixedWindowRateLimiter:
        return FixedWindowRateLimiter(self.storage)

    @cached_property
    def moving(self) -> SlidingWindowCounterRateLimiter:
        return SlidingWindowCounterRateLimiter(self.storage)

    def hit(self, hashed: str, limit: int, per: int, *, is_moving: bool = False, member: str = "") -> int | None:
        """None when the hit was counted, else the seconds to wait. A refused hit of a fixed window is given back."""
        if member:
            wait = int(self._called(lambda: self._script(_MEMBER, self._key(hashed), member, limit, per)))
            return None if wait < 0 else wait
        item = RateLimitItemPerSecond(limit, per)
        limiter = self.moving if is_moving else self.fixed
        if self._called(lambda: limiter.hit(item, hashed)):
            return None
        if not is_moving:
            self.give_back(hashed, limit, per)
        reset = self._called(lambda: limiter.get_window_stats(item, hashed).reset_time)
        return max(1, math.ceil(reset - time.time()))

    def seconds_until_free(self, hashed: str, limit: int, per: int) -> int:
        """0 when a hit of a fixed window would be counted, else the seconds to wait."""
        item = RateLimitItemPerSecond(limit, per)
        if self._called(lambda: self.fixed.test(item, hashed)):
            return 0
        reset = self._called(lambda: self.fixed.get_window_stats(item, hashed).reset_time)
        return max(1, math.ceil(reset - time.time()))

    def give_back(self, hashed: str, limit: int, per: int) -> None:
        """Take back one hit of a fixed window."""
        key = self.storage.prefixed_key(RateLimitItemPerSecond(limit, per).key_for(hashed))
        self._called(lambda: self._script(_GIVE_BACK, key))

    def _key(self, hashed: str) -> str:
        return self.storage.prefixed_key(f"members/{hashed}")

    def _script(self, text: str, key: str, *values: Any) -> Any:
        return self.storage.storage.register_script(text)(keys=[key], args=list(values))

    def _called(self, call: Callable[[], R]) -> R:
        if time.monotonic() < self.away_until:
            raise Gone("Away")
        try:
            return call()
        except (StorageError, RedisError) as failed:
            self.away_until = time.monotonic() + AWAY_SECONDS
            raise Gone(type(failed).__name__) from None


@cache
def valkey() -> Valkey:
    """This process's Valkey (`cache_clear` forgets it)."""
    return Valkey(env.redis_url)
