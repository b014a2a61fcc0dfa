"""The way out of one connection: at once while the socket is writable, bounded behind a stalled client."""

from __future__ import annotations

import asyncio
from typing import Any

from api.sockets import codes, outlet
from api.sockets.codec_json import JSON, JsonCodec
from api.sockets.codes import Close
from api.sockets.hub import Feed, Hub, Member
from api.sockets.outlet import Outlet
from api.sockets.protocol import Codec, Frame, Publication
from api.sockets.reads import StreamState


class Wire:
    """A socket whose reader may stop."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.flows = asyncio.Event()
        self.flows.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.flows.wait()
        self.taken.append(message.get("text", message["type"]))


def test_a_writable_socket_gets_frames_at_once_and_a_stalled_one_in_order_later() -> None:
    async def story() -> None:
        wire, gone = Wire(), list[Close]()
        out = Outlet(wire.send, gone.append)
        out.push("1")
        assert wire.taken == ["1"]
        wire.flows.clear()
        for frame in ("2", "3", "4"):
            out.push(frame)
        out.close(codes.SHUTDOWN)
        out.push("after the close")
        assert wire.taken == ["1"]
        wire.flows.set()
        await asyncio.sleep(0.01)
        assert wire.taken == ["1", "2", "3", "4", "websocket.close"]
        assert gone == []

    asyncio.run(story())


def test_a_client_that_reads_nothing_is_given_up_when_too_much_waits() -> None:
    async def story() -> None:
        wire, gone = Wire(), list[Close]()
        out = Outlet(wire.send, gone.append)
        wire.flows.clear()
        frame = "x" * 100_000
        for _ in range(30):
            out.push(frame)
        assert gone == [codes.SLOW]
        assert out.is_dead
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        other = Outlet(wire.send, gone.append)
        other.push("1")
        assert not other.is_stalled(loop.time())
        assert other.is_stalled(loop.time() + outlet.MAX_WAITING_SECONDS + 1)
        wire.flows.set()
        await asyncio.sleep(0.01)

    asyncio.run(story())


class Listening:
    """A connection that only writes down."""

    def __init__(self, codec: Codec = JSON) -> None:
        self.codec = codec
        self.frames: list[Frame] = []
        self.closed: list[Close] = []

    def push(self, frame: Frame) -> None:
        self.frames.append(frame)

    def close(self, close: Close) -> None:
        self.closed.append(close)

    def tick(self, loop_time: float) -> None: ...


class Rows:
    """A stream in memory, read as the hub reads."""

    def __init__(self, top: int) -> None:
        self.top = top

    async def after(self, positions: dict[str, int]) -> dict[str, StreamState]:
        return {
            channel: StreamState("e", self.top, [Publication(n, str(n)) for n in range(position + 1, self.top + 1)])
            for channel, position in positions.items()
        }


def test_a_member_that_joined_behind_the_feed_is_caught_up_without_a_repeat_for_the_others() -> None:
    async def story() -> None:
        rows = Rows(5)
        hub = Hub(rows)  # type: ignore[arg-type]
        early, late = Listening(), Listening()
        first, second = hub.join("desk:1", early), hub.join("desk:1", late)
        hub.open(first, "e", 5)
        hub.open(second, "e", 2)
        hub.notice(["desk:1"])
        await hub._pass_on(["desk:1"])
        assert [first.position, second.position] == [5, 5]
        assert (len(early.frames), len(late.frames)) == (0, 3)
        rows.top = 7
        await hub._pass_on(["desk:1"])
        assert (len(early.frames), len(late.frames)) == (2, 5)

    asyncio.run(story())


class Counting(JsonCodec):
    """Counts what it serialises."""

    def __init__(self) -> None:
        self.count = 0

    def publication(self, channel: str, publication: Publication) -> str:
        self.count += 1
        return super().publication(channel, publication)


def test_an_event_is_serialised_once_a_codec_however_many_read_it() -> None:
    async def story() -> None:
        rows = Rows(0)
        hub = Hub(rows)  # type: ignore[arg-type]
        codecs = [Counting(), Counting()]
        readers = [Listening(codecs[number % 2]) for number in range(50)]
        for reader in readers:
            hub.open(hub.join("desk:1", reader), "e", 0)
        rows.top = 3
        await hub._pass_on(["desk:1"])
        assert [codec.count for codec in codecs] == [3, 3]
        assert all(len(reader.frames) == 3 for reader in readers)
        assert readers[0].frames[0] is readers[2].frames[0]

    asyncio.run(story())


def test_an_event_that_comes_while_the_history_is_read_is_not_lost() -> None:
    async def story() -> None:
        rows = Rows(3)
        hub = Hub(rows)  # type: ignore[arg-type]
        reader = Listening()
        member = hub.join("desk:1", reader)
        rows.top = 4
        await hub._pass_on(["desk:1"])
        assert reader.frames == []
        hub.open(member, "e", 3)
        assert hub._changed == {"desk:1"}
        await hub._pass_on(["desk:1"])
        assert member.position == 4

    asyncio.run(story())


def test_a_member_takes_only_what_follows_its_position() -> None:
    reader = Listening()
    member = Member("desk:1", reader)
    member.take(1, "before it is open")
    member.position = 3
    for offset in (3, 5, 4, 4, 5):
        member.take(offset, str(offset))
    assert reader.frames == ["4", "5"]
    assert Feed("desk:1").top is None
