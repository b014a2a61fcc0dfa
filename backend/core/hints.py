"""Hints: "something new is there" between processes. Rows decide; a hint that is lost costs a second, never a row.

Topics are short words such as `stream:desk:<id>` or `due:courier`. Carried by `NOTIFY yike` on Postgres, or by Valkey pub/sub when
`REDIS_URL` is set. Sending happens after the commit, in a thread of its own, gathered for 5 ms.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from importlib import import_module
from typing import Any

import structlog

from backend.core import carriers
from backend.core.carriers import Receiver, Sender
from backend.env import env

GATHER_SECONDS = 0.005
IDLE_SECONDS = 2.0
log = structlog.get_logger(__name__)


def _carrier() -> Any:
    """The module that carries hints here; the client library of Valkey is loaded only where it is used."""
    return import_module("backend.core.carriers_valkey") if env.redis_url else carriers


def _sender() -> Sender:
    made: Sender = _carrier().ValkeySender() if env.redis_url else carriers.PostgresSender()
    return made


def _receiver() -> Receiver:
    made: Receiver = _carrier().ValkeyReceiver() if env.redis_url else carriers.PostgresReceiver()
    return made


class _Post(threading.Thread):
    """The thread that sends; its connection is closed when nothing was sent for a while."""

    def __init__(self) -> None:
        super().__init__(name="hints", daemon=True)
        self.waiting: set[str] = set()
        self.lock = threading.Lock()
        self.wake = threading.Event()
        self.stopped = False
        self.lost = _carrier().LOST
        self.sender = _sender()

    def add(self, topics: Iterable[str]) -> None:
        with self.lock:
            self.waiting.update(topics)
        self.wake.set()

    def run(self) -> None:
        while not self.stopped:
            if not self.wake.wait(timeout=IDLE_SECONDS):
                self.sender.close()
                continue
            time.sleep(GATHER_SECONDS)
            with self.lock:
                topics, self.waiting = self.waiting, set()
                self.wake.clear()
            if topics:
                self._send(sorted(topics))
        self.sender.close()

    def _send(self, topics: list[str]) -> None:
        try:
            self.sender.send(topics)
        except self.lost as lost:
            log.warning("hints.lost", count=len(topics), error=type(lost).__name__)
            self.sender.close()


_post: _Post | None = None
_guard = threading.Lock()


def send(topics: Iterable[str]) -> None:
    """Send the topics soon; never raises and never waits for the carrier."""
    global _post
    topics = set(topics)
    if not topics:
        return
    with _guard:
        if _post is None or not _post.is_alive():
            _post = _Post()
            _post.start()
    _post.add(topics)


def can_send() -> bool:
    """Whether the carrier takes a hint now (asked by the readiness check)."""
    sender = _sender()
    try:
        sender.send(["ready"])
    except _carrier().LOST:
        return False
    finally:
        sender.close()
    return True


def close() -> None:
    """Stop the sender and close its connection (end of a test run)."""
    global _post
    with _guard:
        if _post is not None:
            _post.stopped = True
            _post.wake.set()
            _post.join(timeout=5)
            _post = None


class Listener:
    """Hints for a thread: `wait(seconds)` returns the topics that came, an empty set after the time or a lost connection."""

    def __init__(self) -> None:
        self.receiver: Receiver | None = None

    def wait(self, seconds: float) -> set[str]:
        try:
            self.receiver = self.receiver or _receiver()
            return self.receiver.wait(seconds)
        except _carrier().LOST as lost:
            log.warning("hints.deaf", error=type(lost).__name__)
            self.close()
            time.sleep(min(seconds, 0.5))
            return set()

    def close(self) -> None:
        if self.receiver is not None:
            self.receiver.close()
            self.receiver = None


async def listen(seconds: float = 1.0) -> AsyncIterator[set[str]]:
    """Hints for an event loop: yields the topics that came, an empty set at least every `seconds` (the time to sweep).

    A lost connection is made again; after it, one empty set is yielded at once, since anything may have been missed.
    """
    while True:
        try:
            source = _carrier().listen(seconds)
            yield set()
            async for topics in source:
                yield topics
        except _carrier().LOST as lost:
            log.warning("hints.deaf", error=type(lost).__name__)
            yield set()
            await asyncio.sleep(min(seconds, 0.5))
