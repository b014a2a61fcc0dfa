"""How hints travel on Postgres; `carriers_valkey` is its twin for Valkey, imported only where `REDIS_URL` is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

import psycopg
from django.db import connection

CHANNEL = "yike"
LOST: tuple[type[Exception], ...] = (psycopg.Error, OSError)


class Sender(Protocol):
    def send(self, topics: list[str]) -> None: ...
    def close(self) -> None: ...


class Receiver(Protocol):
    def wait(self, seconds: float) -> set[str]: ...
    def close(self) -> None: ...


def dsn() -> dict[str, Any]:
    """psycopg's connection arguments for this process's database."""
    given = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    plain = {key: value for key, value in given.get("OPTIONS", {}).items() if key != "pool"}
    return plain | {key: given[name] for key, name in names.items() if given.get(name)}


class PostgresSender:
    def __init__(self) -> None:
        self.connection: psycopg.Connection[Any] | None = None

    def send(self, topics: list[str]) -> None:
        """NOTIFY each topic; raises what is in LOST."""
        if self.connection is None or self.connection.closed:
            self.connection = psycopg.connect(**dsn(), autocommit=True)
        self.connection.execute("SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic", [CHANNEL, topics])

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class PostgresReceiver:
    def __init__(self) -> None:
        self.connection = psycopg.connect(**dsn(), autocommit=True)
        self.connection.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float) -> set[str]:
        """The topics that came, empty after `seconds`."""
        first = {n.payload for n in self.connection.notifies(timeout=seconds, stop_after=1)}
        return first | {n.payload for n in self.connection.notifies(timeout=0)} if first else first

    def close(self) -> None:
        self.connection.close()


async def listen(seconds: float) -> AsyncIterator[set[str]]:
    """Topics as they come, an empty set at least every `seconds`."""
    async with await psycopg.AsyncConnection.connect(**dsn(), autocommit=True) as listening:
        await listening.execute(f"LISTEN {CHANNEL}")
        while True:
            topics = {n.payload async for n in listening.notifies(timeout=seconds, stop_after=1)}
            if topics:
                topics |= {n.payload async for n in listening.notifies(timeout=0)}
            yield topics
