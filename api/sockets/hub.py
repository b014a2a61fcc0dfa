"""The hub: one per process. It reads each new stream event once, serialises it once a codec and hands it to its own connections.

Order and completeness rest on offsets alone. A member takes exactly the event after its position and ignores every other; a feed's
`top` is never above the position of a ready member, so whatever a member ignored as too early is read again. Hints say only where
to look; the sweep finds what a lost hint hid.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from api.sockets import admission, desks
from api.sockets.admission import Admission
from api.sockets.codes import INSUFFICIENT_STATE, SERVER_ERROR, SHUTDOWN, Close
from api.sockets.desks import Pair
from api.sockets.protocol import Codec, Frame, Publication
from api.sockets.reads import Reads, StreamState
from api.sockets.threads import run_first
from api.sockets.together import Together

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
BATCH = 200
YIELD_EVERY = 500
TICK_YIELD_EVERY = 50
CASTS_DOUBT = frozenset({"login.ended", "rights.changed"})
"""Events of a person's own channel after which their connections' rights are looked at again at once."""


class Listener(Protocol):
    """A live connection as the hub sees it."""

    @property
    def codec(self) -> Codec: ...
    def push(self, frame: Frame) -> None: ...
    def close(self, close: Close) -> None: ...
    def tick(self, loop_time: float) -> None: ...


class Member:
    """One subscription of one connection. `position` is the offset last sent; None until the reply with the history went out."""

    __slots__ = ("channel", "codec", "epoch", "listener", "position")

    def __init__(self, channel: str, listener: Listener) -> None:
        self.channel, self.listener, self.codec = channel, listener, listener.codec
        self.position: int | None = None
        self.epoch = ""

    def take(self, offset: int, frame: Frame) -> None:
        if self.position is not None and offset == self.position + 1:
            self.position = offset
            self.listener.push(frame)


class Feed:
    """What this process knows of one channel: its members and the offset up to which it has read (None: nothing yet)."""

    __slots__ = ("channel", "epoch", "is_hinted", "members", "top")

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.members: set[Member] = set()
        self.top: int | None = None
        self.epoch = ""
        self.is_hinted = False


async def _admissions(tokens: Sequence[str]) -> list[Admission | None]:
    return await run_first(admission.by_tokens, tokens)


class Hub:
    """Feeds and connections of this process. All methods run in its event loop."""

    def __init__(self, reads: Reads) -> None:
        self.reads = reads
        self.feeds: dict[str, Feed] = {}
        self.connections: set[Listener] = set()
        self.admit: Together[str, Admission | None] = Together(_admissions)
        self.sit: Together[Pair, None] = Together(self._sit)
        self.doubted: set[Listener] = set()
        self.doubt = asyncio.Event()
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(work()) for work in (self._pump, self._sweep, self._tick)]

    async def stop(self, *, within_seconds: float = 0.0) -> None:
        """Send every client away to reconnect, spread over `within_seconds`, then end."""
        waiting = list(self.connections)
        for number, connection in enumerate(waiting):
            connection.close(SHUTDOWN)
            if within_seconds and number % 50 == 49:
                await asyncio.sleep(within_seconds * 50 / len(waiting))
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def _sit(self, pairs: Sequence[Pair]) -> list[None]:
        await desks.keep_present(self.reads, set(pairs))
        return [None] * len(pairs)

    def join(self, channel: str, listener: Listener) -> Member:
        """Register first: from now on nothing that is committed to the channel can pass the new member unseen."""
        member = Member(channel, listener)
        self.feeds.setdefault(channel, Feed(channel)).members.add(member)
        return member

    def leave(self, member: Member) -> None:
        feed = self.feeds.get(member.channel)
        if feed is None:
            return
        feed.members.discard(member)
        if not feed.members:
            del self.feeds[member.channel]

    def open(self, member: Member, epoch: str, position: int) -> None:
        """The history up to `position` was sent: go live from there."""
        member.position, member.epoch = position, epoch
        feed = self.feeds.get(member.channel)
        if feed is None or member not in feed.members:
            return
        if feed.top is None:
            feed.top, feed.epoch = position, epoch
            if feed.is_hinted:
                self.notice([member.channel])
        elif position < feed.top:
            feed.top = position
            self.notice([member.channel])

    def notice(self, channels: Iterable[str]) -> None:
        """These streams may have something new."""
        local = [channel for channel in channels if channel in self.feeds]
        if local:
            self._changed.update(local)
            self._wake.set()

    def notice_all(self) -> None:
        """Hints may have been lost: look at every stream."""
        self.notice(list(self.feeds))

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._changed:
                batch = [self._changed.pop() for _ in range(min(BATCH, len(self._changed)))]
                try:
                    await self._pass_on(batch)
                except Exception as failed:
                    log.warning("streams unreadable, trying again", error=type(failed).__name__)
                    self._changed.update(batch)
                    await asyncio.sleep(0.5)

    async def _pass_on(self, channels: list[str]) -> None:
        after: dict[str, int] = {}
        for known in filter(None, map(self.feeds.get, channels)):
            if known.top is None:
                known.is_hinted = True
            else:
                after[known.channel] = known.top
        if not after:
            return
        for channel, state in (await self.reads.after(after)).items():
            feed = self.feeds.get(channel)
            if feed is None:
                continue
            start = after[channel]
            if state.epoch != feed.epoch or state.last < start or not state.follows(start):
                self._restart(feed, state)
                continue
            for publication in state.publications:
                await self._broadcast(feed, publication)
            if feed.top == start and state.publications:
                feed.top = state.publications[-1].offset
            if feed.top is None or feed.top < state.last:
                self._changed.add(channel)

    async def _broadcast(self, feed: Feed, publication: Publication) -> None:
        frames: dict[Codec, Frame] = {}
        for number, member in enumerate(list(feed.members), start=1):
            frame = frames.get(member.codec)
            if frame is None:
                frame = frames[member.codec] = member.codec.publication(feed.channel, publication)
            member.take(publication.offset, frame)
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        if publication.event in CASTS_DOUBT:
            self.doubted.update(member.listener for member in feed.members)
            self.doubt.set()

    def _restart(self, feed: Feed, state: StreamState) -> None:
        """The stream is not the one we knew (restored, pruned): its readers reconnect and learn that at their position."""
        log.warning("stream changed under its readers", channel_kind=feed.channel.partition(":")[0])
        feed.top, feed.epoch = state.last, state.epoch
        for member in list(feed.members):
            if member.position is not None and (member.epoch != state.epoch or member.position != state.last):
                member.listener.close(INSUFFICIENT_STATE)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            known = {c: feed.top for c, feed in self.feeds.items() if feed.top is not None}
            if not known:
                continue
            try:
                tops = await self.reads.tops(list(known))
            except Exception as failed:
                log.warning("sweep failed", error=type(failed).__name__)
                continue
            self.notice(c for c, (epoch, last) in tops.items() if last != known[c] or epoch != self._epoch(c))

    def _epoch(self, channel: str) -> str:
        feed = self.feeds.get(channel)
        return feed.epoch if feed else ""

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1.0)
            for number, connection in enumerate(list(self.connections), start=1):
                try:
                    connection.tick(loop.time())
                except Exception:
                    log.exception("a connection's tick failed")
                    connection.close(SERVER_ERROR)
                if number % TICK_YIELD_EVERY == 0:
                    await asyncio.sleep(0)
