"""One connection's way out: send at once while the socket is writable, else queue, bounded, so that a stalled client stops nobody.

The `send` coroutine is stepped once in the caller. If it ends, the socket was writable and nothing else is needed (22 µs a frame);
only if it blocks does a task of this connection finish it and send what queued behind it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from api.sockets.codes import SLOW, Close
from api.sockets.protocol import Frame

Message = dict[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]

MAX_WAITING_BYTES = 1_048_576
MAX_WAITING_SECONDS = 20.0


class _Resume:
    """Lets a task finish a coroutine that was already stepped once and waits on `blocker`."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], blocker: Any) -> None:
        self.coroutine, self.blocker = coroutine, blocker

    def __await__(self) -> Generator[Any, None, None]:
        blocker = self.blocker
        try:
            while True:
                yield blocker
                try:
                    blocker = self.coroutine.send(None)
                except StopIteration:
                    return
        finally:
            self.coroutine.close()


class Outlet:
    """`send` is the ASGI send of one WebSocket; `gone` is called once when the outlet gave up on a stalled or broken client."""

    def __init__(self, send: Send, gone: Callable[[Close], None]) -> None:
        self._send, self._gone = send, gone
        self._waiting: deque[Message] = deque()
        self._waiting_bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._stalled_since = 0.0
        self._closing = False
        self.is_dead = False

    def push(self, frame: Frame) -> None:
        """Send one frame, text or binary, now or in order behind what waits."""
        if not self._closing:
            kind = "text" if isinstance(frame, str) else "bytes"
            self._put({"type": "websocket.send", kind: frame}, len(frame))

    def close(self, close: Close) -> None:
        """Close the socket after what waits; nothing is sent after this."""
        if not self._closing:
            self._closing = True
            self._put({"type": "websocket.close", "code": close.code, "reason": close.reason}, 0)

    def is_stalled(self, loop_time: float) -> bool:
        """Has the client read nothing for too long?"""
        return self._task is not None and loop_time - self._stalled_since > MAX_WAITING_SECONDS

    def abandon(self, why: Close) -> None:
        """Give the client up: drop what waits and tell the owner once."""
        if self.is_dead:
            return
        self.is_dead = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
        self._gone(why)

    def _put(self, message: Message, size: int) -> None:
        if self.is_dead:
            return
        if self._task is not None:
            self._waiting.append(message)
            self._waiting_bytes += size
            if self._waiting_bytes > MAX_WAITING_BYTES:
                self.abandon(SLOW)
            return
        step = self._send(message)
        try:
            blocker = step.send(None)
        except StopIteration:
            return
        except Exception:
            self.abandon(SLOW)
            return
        loop = asyncio.get_running_loop()
        self._stalled_since = loop.time()
        self._task = loop.create_task(self._finish(step, blocker))

    async def _finish(self, step: Coroutine[Any, Any, None], blocker: Any) -> None:
        loop = asyncio.get_running_loop()
        try:
            await _Resume(step, blocker)
            while self._waiting:
                message = self._waiting.popleft()
                self._waiting_bytes -= len(message.get("text") or message.get("bytes") or "")
                self._stalled_since = loop.time()
                await self._send(message)
        except Exception:
            self._task = None
            self.abandon(SLOW)
            return
        self._task = None
