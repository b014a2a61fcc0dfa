"""The test's end of the wire: the official Python client, with what it heard written down."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import centrifuge
from django.db import connection

from backend.core.verb import emit, verb
from backend.people.actor import Actor
from tests.cast import Cast

R = TypeVar("R")


def logged_in() -> Cast:
    """The cast, each with a login: inside an event loop Django lets nobody make one."""
    cast = Cast()
    for member in cast.members.values():
        _ = member.session
    return cast


def plain(payload: Any) -> Any:
    """A payload as the test compares it: the Protobuf client hands out and takes bytes, which hold JSON."""
    return json.loads(payload) if isinstance(payload, bytes) else payload


class Heard(centrifuge.ClientEventHandler):
    """Server-side channels, and what happened to the connection."""

    def __init__(self) -> None:
        self.publications: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        self.subscribed: dict[str, Any] = {}
        self.unsubscribed: list[str] = []
        self.connecting: list[int] = []
        self.disconnected: list[int] = []
        self.errors: list[Any] = []

    async def on_publication(self, ctx: Any) -> None:
        self.publications[ctx.channel].append((ctx.pub.offset, plain(ctx.pub.data)))

    async def on_subscribed(self, ctx: Any) -> None:
        self.subscribed[ctx.channel] = ctx

    async def on_unsubscribed(self, ctx: Any) -> None:
        self.unsubscribed.append(ctx.channel)

    async def on_connecting(self, ctx: Any) -> None:
        self.connecting.append(ctx.code)

    async def on_disconnected(self, ctx: Any) -> None:
        self.disconnected.append(ctx.code)

    async def on_error(self, ctx: Any) -> None:
        self.errors.append(ctx.error)

    def offsets(self, channel: str) -> list[int]:
        return [offset for offset, _ in self.publications[channel]]


class Followed(centrifuge.SubscriptionEventHandler):
    """One client-side subscription."""

    def __init__(self) -> None:
        self.publications: list[tuple[int, Any]] = []
        self.subscribed: list[Any] = []
        self.unsubscribed: list[tuple[int, str]] = []

    async def on_publication(self, ctx: Any) -> None:
        self.publications.append((ctx.pub.offset, plain(ctx.pub.data)))

    async def on_subscribed(self, ctx: Any) -> None:
        self.subscribed.append(ctx)

    async def on_unsubscribed(self, ctx: Any) -> None:
        self.unsubscribed.append((ctx.code, ctx.reason))


@asynccontextmanager
async def connected(url: str, token: str = "", **options: Any) -> AsyncIterator[tuple[centrifuge.Client, Heard]]:
    """A connected client; disconnected at the end."""
    heard = Heard()
    client = centrifuge.Client(url, events=heard, token=token, proxy=None, max_reconnect_delay=0.5, **options)
    await client.connect()
    await client.ready(timeout=10)
    try:
        yield client, heard
    finally:
        transport = client._conn
        await client.disconnect()
        if transport is not None:
            await transport.wait_closed()
        await asyncio.sleep(0.05)  # the event loop closes the socket in its next rounds


async def follow(client: centrifuge.Client, channel: str) -> Followed:
    """Subscribe to a desk or board and wait for the answer."""
    followed = Followed()
    await client.new_subscription(channel, events=followed).subscribe()
    await until(lambda: followed.subscribed or followed.unsubscribed)
    return followed


async def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - anything may be waited for
            await asyncio.sleep(0.02)


async def threaded(call: Callable[[], R]) -> R:
    """Call the domain from an async test, in a thread with a connection of its own."""

    def work() -> R:
        try:
            return call()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(None, work)


@verb("test.said", audited=False)
def say(actor: Actor, *, channel: str, count: int = 1, start: int = 1) -> None:
    """Append `count` numbered events to a channel."""
    for number in range(start, start + count):
        emit(channel, "test.said", about="/api/v1/nothing", data={"n": number})


async def publish(channel: str, count: int = 1, start: int = 1) -> None:
    await threaded(lambda: say(Actor.system("test"), channel=channel, count=count, start=start))
