"""The hub of this process: made when the first socket comes, ended when the server stops."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from weakref import WeakKeyDictionary

from api.sockets.guard import stand_guard
from api.sockets.hub import Hub
from api.sockets.reads import Reads
from backend.core import hints

SPREAD_SECONDS = 2.0
_STREAM = "stream:"


class _Running:
    """A hub with its pool and its ear for hints."""

    def __init__(self) -> None:
        self.reads = Reads()
        self.hub = Hub(self.reads)
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.reads.start()
        self.hub.start()
        self.tasks = [asyncio.create_task(self._listen()), asyncio.create_task(stand_guard(self.hub))]

    async def stop(self, spread_seconds: float) -> None:
        await self.hub.stop(within_seconds=spread_seconds)
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.reads.stop()

    async def _listen(self) -> None:
        async for topics in hints.listen():
            self.hub.notice(topic.removeprefix(_STREAM) for topic in topics if topic.startswith(_STREAM))


_running: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[_Running]] = WeakKeyDictionary()


async def _begin() -> _Running:
    running = _Running()
    await running.start()
    return running


async def hub() -> Hub:
    """The running loop's hub."""
    loop = asyncio.get_running_loop()
    begun = _running.get(loop)
    if begun is None or (begun.done() and begun.exception() is not None):
        begun = _running[loop] = loop.create_task(_begin())
    return (await asyncio.shield(begun)).hub


async def stop(spread_seconds: float = SPREAD_SECONDS) -> None:
    """Send all clients away with 3001 (they reconnect with jitter), spread over some seconds, and end the hub."""
    begun = _running.pop(asyncio.get_running_loop(), None)
    if begun is not None:
        await (await begun).stop(spread_seconds)
