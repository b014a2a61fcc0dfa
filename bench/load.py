"""A small HTTP load client: `python -m bench.load URL --seconds S --connections N` prints one line of JSON.

It runs as a process of its own. Each connection sends one prepared GET after the other and reads just enough of the answer to
know that it is whole and 200, so that the client costs little of the two cores it shares with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Tally:
    """Seconds of every answer that arrived in time, in order of arrival; and how many were not 200."""

    ends: float
    seconds: list[float] = field(default_factory=list)
    failed: int = 0


class Connection(asyncio.Protocol):
    """One kept-alive connection with one request in flight."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self.request, self.tally = request, tally
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.left = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.buffer, self.left = b"", -1
        self.sent = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.left >= 0:
            self.left -= len(data)
        else:
            self.buffer += data
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            if at < 0:
                self.tally.failed += 1
                self.transport.close()
                return
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            self.left = length - (len(self.buffer) - end - 4)
            self.good = head[9:12] == b"200"
        if self.left <= 0:
            self._finished()

    def _finished(self) -> None:
        now = time.perf_counter()
        if now >= self.tally.ends:
            self.transport.close()
            return
        if self.good:
            self.tally.seconds.append(now - self.sent)
        else:
            self.tally.failed += 1
        self._send()

    def connection_lost(self, reason: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def percentile(seconds: list[float], share: float) -> float:
    """The nearest-rank percentile in milliseconds; 0 for no values."""
    if not seconds:
        return 0.0
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000


async def run(url: str, seconds: float, connections: int, headers: dict[str, str]) -> dict[str, float]:
    """Requests a second, p50 and p99 in milliseconds, and failures, of `connections` clients over `seconds`."""
    parts = urlsplit(url)
    lines = [f"GET {parts.path}{'?' + parts.query if parts.query else ''} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    tally = Tally(time.perf_counter() + seconds)
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(
            lambda: Connection(request, tally), parts.hostname or "127.0.0.1", parts.port or 80
        )
        for _ in range(connections)
    ]
    await asyncio.wait([protocol.done for _, protocol in opened], timeout=seconds + 15)
    return {
        "rps": len(tally.seconds) / seconds,
        "p50": percentile(tally.seconds, 0.5),
        "p99": percentile(tally.seconds, 0.99),
        "failed": tally.failed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--header", action="append", default=[], help="Name: value")
    options = parser.parse_args()
    headers = dict(line.split(": ", 1) for line in options.header)
    print(json.dumps(asyncio.run(run(options.url, options.seconds, options.connections, headers))))


if __name__ == "__main__":
    main()
