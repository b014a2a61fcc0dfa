"""Many light WebSocket clients in one process: `python -m bench.listeners URL --count N` and what they are to say, on stdin.

The first line of stdin is a JSON list of the text frames that every client sends, each after the answer to the one before (an
empty list: it only listens). On stdout: one JSON line when all are ready, then one for each round: the seconds (monotonic clock of
the machine) at which its clients got the frame that holds `"round":<n>`, as p50, p99 and last, and how many got it. It ends when
stdin ends. The clients answer pings, and read just enough of a frame to know it, so that they cost little beside the server.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.load import percentile

ROUND_SECONDS = 30.0
ROUND = re.compile(rb'"round":\s*(\d+)')


@dataclass
class Crowd:
    """All clients: what they say, and when each heard which round."""

    count: int
    says: list[bytes]
    ready: int = 0
    lost: int = 0
    heard: dict[int, list[float]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, number: int) -> None:
        times = self.heard.setdefault(number, [])
        times.append(time.monotonic())
        if len(times) >= self.count:
            self.changed.set()


def masked(text: bytes, opcode: int = 1) -> bytes:
    """A client's frame; the mask is all zeros, which a server may not mind."""
    length = len(text)
    size = bytes([0x80 | length]) if length < 126 else bytes([0x80 | 126]) + length.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + size + bytes(4) + text


class Listener(asyncio.Protocol):
    """One WebSocket."""

    def __init__(self, head: bytes, crowd: Crowd) -> None:
        self.head, self.crowd = head, crowd
        self.buffer = b""
        self.is_open = False
        self.said = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.head)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if not self.is_open:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self.buffer[:40]:
                raise RuntimeError(self.buffer[:200])
            self.buffer, self.is_open = self.buffer[end + 4 :], True
            self._say()
        while (frame := self._frame()) is not None:
            self._read(frame)

    def _frame(self) -> bytes | None:
        """The payload of the next whole frame; what the server sends here is shorter than 64 KiB and never fragmented."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + length:
            return None
        self.opcode = buffer[0] & 15
        self.buffer = buffer[start + length :]
        return buffer[start : start + length]

    def _read(self, frame: bytes) -> None:
        if self.opcode == 9:
            self.transport.write(masked(frame, 10))
        elif frame == b"{}":
            self.transport.write(masked(b"{}"))
        else:
            for number in ROUND.findall(frame):
                self.crowd.hear(int(number))
            if frame.startswith(b'{"id"'):
                if b'"error"' in frame:
                    raise RuntimeError(frame[:200])
                self._say()

    def _say(self) -> None:
        if self.said < len(self.crowd.says):
            self.transport.write(masked(self.crowd.says[self.said]))
            self.said += 1
        elif not self.ready.done():
            self.crowd.ready += 1
            self.ready.set_result(None)

    def connection_lost(self, reason: Exception | None) -> None:
        self.crowd.lost += 1
        if not self.ready.done():
            self.ready.set_exception(RuntimeError(f"a client lost its socket before it was ready: {reason}"))


async def run(url: str, count: int, at_once: int, says: list[str]) -> None:
    parts = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    crowd = Crowd(count, [said.encode() for said in says])
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with gate:
            _, listener = await loop.create_connection(lambda: Listener(head, crowd), parts.hostname, parts.port)
            await asyncio.wait_for(listener.ready, 60)

    begun = time.monotonic()
    await asyncio.gather(*(one() for _ in range(count)))
    tell({"ready": crowd.ready, "seconds": time.monotonic() - begun})
    stdin = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    while line := await stdin.readline():
        await _round(crowd, int(line))


async def _round(crowd: Crowd, number: int) -> None:
    """Wait until all have heard this round, and say when they did."""
    try:
        async with asyncio.timeout(ROUND_SECONDS):
            while len(crowd.heard.get(number, ())) < crowd.count:
                crowd.changed.clear()
                await crowd.changed.wait()
    except TimeoutError:
        pass
    times = sorted(crowd.heard.get(number, ()))
    told = {
        "p50": percentile(times, 0.5) / 1000,
        "p99": percentile(times, 0.99) / 1000,
        "last": max(times, default=0.0),
    }
    tell(told | {"round": number, "heard": len(times), "lost": crowd.lost})


def tell(said: dict[str, float]) -> None:
    print(json.dumps(said), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.listeners", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--at-once", type=int, default=64, help="clients that are connecting at the same time")
    options = parser.parse_args()
    says = json.loads(sys.stdin.buffer.raw.readline())
    asyncio.run(run(options.url, options.count, options.at_once, says))


if __name__ == "__main__":
    main()
