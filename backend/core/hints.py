"""Hints: "something new is there" between processes. Rows decide; a hint that is lost costs a second, never a row.

Topics are short words such as `stream:desk:<id>` or `due:courier`. Carried by `NOTIFY yike` on Postgres, or by Valkey pub/sub when
`REDIS_URL` is set. Sending happens after the commit, in a thread of its own, gathered for 5 ms.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

import psycopg
import redis
import redis.asyncio
import structlog
from django.db import connection

from backend.env import env

CHANNEL = "yike"
GATHER_SECONDS = 0.005
log = structlog.get_logger(__name__)


def dsn() -> dict[str, Any]:
    """psycopg's connection arguments for this process's database."""
    given = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {key: given[name] for key, name in names.items() if given.get(name)}


class _Sender(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="hints", daemon=True)
        self.waiting: set[str] = set()
        self.lock = threading.Lock()
        self.wake = threading.Event()
        self.stopped = False
        self.postgres: psycopg.Connection[Any] | None = None
        self.valkey: redis.Redis | None = redis.Redis.from_url(env.redis_url) if env.redis_url else None

    def add(self, topics: Iterable[str]) -> None:
        with self.lock:
            self.waiting.update(topics)
        self.wake.set()

    def run(self) -> None:
        while not self.stopped:
            if not self.wake.wait(timeout=2):
                self._close()
                continue
            time.sleep(GATHER_SECONDS)
            with self.lock:
                topics, self.waiting = self.waiting, set()
                self.wake.clear()
            if topics:
                self._send(sorted(topics))

    def _send(self, topics: list[str]) -> None:
        try:
            if self.valkey is not None:
                with self.valkey.pipeline(transaction=False) as pipe:
                    for topic in topics:
                        pipe.publish(CHANNEL, topic)
                    pipe.execute()
                return
            if self.postgres is None or self.postgres.closed:
                self.postgres = psycopg.connect(**dsn(), autocommit=True)
            self.postgres.execute("SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic", [CHANNEL, topics])
        except (psycopg.Error, redis.RedisError) as lost:
            log.warning("hints.lost", count=len(topics), error=type(lost).__name__)
            self._close()

    def _close(self) -> None:
        if self.postgres is not None:
            self.postgres.close()
            self.postgres = None


_sender: _Sender | None = None
_guard = threading.Lock()


def send(topics: Iterable[str]) -> None:
    """Send the topics soon; never raises and never waits for the carrier."""
    global _sender
    topics = set(topics)
    if not topics:
        return
    with _guard:
        if _sender is None or not _sender.is_alive():
            _sender = _Sender()
            _sender.start()
    _sender.add(topics)


def close() -> None:
    """Stop the sender and close its connection (end of a test run)."""
    global _sender
    with _guard:
        if _sender is not None:
            _sender.stopped = True
            _sender.wake.set()
            _sender.join(timeout=3)
            _sender._close()
            _sender = None


class Listener:
    """Hints for a thread: `wait(seconds)` returns the topics that came, an empty set after the time or a lost connection."""

    def __init__(self) -> None:
        self.postgres: psycopg.Connection[Any] | None = None
        self.pubsub: Any = None

    def wait(self, seconds: float) -> set[str]:
        try:
            return self._wait_valkey(seconds) if env.redis_url else self._wait_postgres(seconds)
        except (psycopg.Error, redis.RedisError, OSError) as lost:
            log.warning("hints.deaf", error=type(lost).__name__)
            self.close()
            time.sleep(min(seconds, 0.5))
            return set()

    def _wait_postgres(self, seconds: float) -> set[str]:
        if self.postgres is None:
            self.postgres = psycopg.connect(**dsn(), autocommit=True)
            self.postgres.execute(f"LISTEN {CHANNEL}")
        first = {n.payload for n in self.postgres.notifies(timeout=seconds, stop_after=1)}
        return first | {n.payload for n in self.postgres.notifies(timeout=0)} if first else first

    def _wait_valkey(self, seconds: float) -> set[str]:
        if self.pubsub is None:
            self.pubsub = redis.Redis.from_url(env.redis_url, socket_timeout=None).pubsub()  # type: ignore[no-untyped-call]
            self.pubsub.subscribe(CHANNEL)
        topics: set[str] = set()
        message = self.pubsub.get_message(timeout=seconds)
        while message is not None:
            if message["type"] == "message":
                topics.add(message["data"].decode())
            message = self.pubsub.get_message(timeout=0)
        return topics

    def close(self) -> None:
        for carrier in (self.postgres, self.pubsub):
            if carrier is not None:
                carrier.close()
        self.postgres = self.pubsub = None


async def listen(seconds: float = 1.0) -> AsyncIterator[set[str]]:
    """Hints for an event loop: yields the topics that came, an empty set at least every `seconds` (the time to sweep).

    A lost connection is made again; after it, one empty set is yielded at once, since anything may have been missed.
    """
    import asyncio

    while True:
        try:
            source = _listen_valkey(seconds) if env.redis_url else _listen_postgres(seconds)
            yield set()
            async for topics in source:
                yield topics
        except (psycopg.Error, redis.RedisError, OSError) as lost:
            log.warning("hints.deaf", error=type(lost).__name__)
            yield set()
            await asyncio.sleep(min(seconds, 0.5))


async def _listen_postgres(seconds: float) -> AsyncIterator[set[str]]:
    async with await psycopg.AsyncConnection.connect(**dsn(), autocommit=True) as listening:
        await listening.execute(f"LISTEN {CHANNEL}")
        while True:
            topics = {n.payload async for n in listening.notifies(timeout=seconds, stop_after=1)}
            if topics:
                topics |= {n.payload async for n in listening.notifies(timeout=0)}
            yield topics


async def _listen_valkey(seconds: float) -> AsyncIterator[set[str]]:
    valkey = redis.asyncio.Redis.from_url(env.redis_url, socket_timeout=None)
    async with valkey, valkey.pubsub() as listening:
        await listening.subscribe(CHANNEL)
        while True:
            topics: set[str] = set()
            message = await listening.get_message(timeout=seconds)
            while message is not None:
                if message["type"] == "message":
                    topics.add(message["data"].decode())
                message = await listening.get_message(timeout=0)
            yield topics
