"""DC-09 over TCP and UDP: bytes in, a verb in a thread, the answer only after its commit; silence when there was none."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

import structlog

from backend.emergency.protocols import dc09
from backend.emergency.receivers.dc09_intake import take

IDLE_SECONDS = 900.0
LARGEST_BUFFER = 16 * 1024
MOST_CONNECTIONS = 2000
log = structlog.get_logger(__name__)


class Door:
    """Both sockets of one port."""

    def __init__(self, threads: Executor) -> None:
        self.threads = threads
        self.server: asyncio.Server | None = None
        self.transport: asyncio.DatagramTransport | None = None
        self.connections = 0
        self.running: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen on TCP and UDP with one port number; returns it. Port 0 takes one that is free for both."""
        for attempt in range(20):
            self.server = await asyncio.start_server(self._converse, host, port)
            chosen: int = self.server.sockets[0].getsockname()[1]
            try:
                self.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(host, chosen)
                )
            except OSError:
                self.server.close()
                if port or attempt == 19:
                    raise
                continue
            return chosen
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Stop listening; what is being stored is still answered."""
        if self.server is not None:
            self.server.close()
        if self.running:
            await asyncio.wait(self.running, timeout=5)
        if self.transport is not None:
            self.transport.close()

    async def answer(self, body: bytes) -> bytes | None:
        """What to send back for a frame's body; None is silence: the device will send it again."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.threads, take, body)
        except Exception as fault:
            log.error("dc09.not_stored", error=type(fault).__name__)
            return None

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.connections <= MOST_CONNECTIONS:
                await self._serve(reader, writer)
        except (OSError, TimeoutError):
            pass
        finally:
            self.connections -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = bytearray()
        while segment := await asyncio.wait_for(reader.read(4096), IDLE_SECONDS):
            buffer += segment
            for body in dc09.split(buffer):
                answered = await self.answer(body)
                if answered is not None:
                    writer.write(answered)
                    await writer.drain()
            if len(buffer) > LARGEST_BUFFER:
                buffer.clear()

    def spawn(self, body: bytes, address: Any) -> None:
        """Answer one datagram's frame."""

        async def reply() -> None:
            answered = await self.answer(body)
            if answered is not None and self.transport is not None:
                self.transport.sendto(answered, address)

        task = asyncio.ensure_future(reply())
        self.running.add(task)
        task.add_done_callback(self.running.discard)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, door: Door) -> None:
        self.door = door

    def datagram_received(self, data: bytes, address: Any) -> None:
        """One datagram holds whole frames."""
        for body in dc09.split(bytearray(data)):
            self.door.spawn(body, address)
