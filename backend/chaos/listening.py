"""Phones that stay connected while everything is killed: the official Python client, and what each heard of its own stream."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from concurrent.futures import Future
from typing import Any, Self

import centrifuge  # type: ignore[import-untyped]

from backend.chaos.district import patiently
from backend.story.client import Api


class _Heard(centrifuge.ClientEventHandler):  # type: ignore[misc]
    def __init__(self) -> None:
        self.offsets: dict[str, list[int]] = defaultdict(list)
        self.subscribed: set[str] = set()
        self.reconnects = 0

    async def on_publication(self, ctx: Any) -> None:
        self.offsets[ctx.channel].append(ctx.pub.offset)

    async def on_subscribed(self, ctx: Any) -> None:
        self.subscribed.add(ctx.channel)

    async def on_connecting(self, ctx: Any) -> None:
        self.reconnects += 1


class Phones:
    """A client for each person, every second one in Protobuf, in a thread with an event loop of its own."""

    def __init__(self, base: str, people: list[Api]) -> None:
        self.base, self.people = base, people
        self.heard = {person.id: _Heard() for person in people}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.clients: list[Any] = []

    def __enter__(self) -> Self:
        self.thread.start()
        self._run(self._connect())
        patiently(lambda: all(self.channel(p) in self.heard[p.id].subscribed for p in self.people), 60)
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._disconnect())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def _run(self, work: Any) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self.loop)
        done.result(60)

    async def _connect(self) -> None:
        url = f"ws{self.base.removeprefix('http')}/ws/v1"
        for number, person in enumerate(self.people):
            client = centrifuge.Client(
                url,
                events=self.heard[person.id],
                token=person.token,
                proxy=None,
                max_reconnect_delay=1.0,
                use_protobuf=bool(number % 2),
            )
            self.clients.append(client)
            await client.connect()

    async def _disconnect(self) -> None:
        for client in self.clients:
            await client.disconnect()
        await asyncio.sleep(0.2)  # the sockets close in the loop's next rounds
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @staticmethod
    def channel(person: Api) -> str:
        """The stream that is the person's own."""
        return f"person:{person.id}"

    def offsets(self, person: Api) -> list[int]:
        """What was heard of it, in order."""
        return list(self.heard[person.id].offsets[self.channel(person)])

    @property
    def reconnects(self) -> int:
        """How often they lost their socket, all together."""
        return sum(one.reconnects - 1 for one in self.heard.values())
