"""A bare ASGI broadcaster, the least that can be done: accepts WebSockets, and sends what is posted to it to all of them.

`python -m bench.broadcaster --port P`, with uvicorn's settings as Yike's sockets process has them.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]

listeners: set[Send] = set()


async def application(scope: Event, receive: Callable[[], Awaitable[Event]], send: Send) -> None:
    """`GET /` says 200; `POST /` broadcasts its body; a WebSocket listens."""
    if scope["type"] == "websocket":
        await _listen(receive, send)
    elif scope["type"] == "http":
        text = (await receive()).get("body", b"").decode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})
        if text:
            await _broadcast(text)


async def _listen(receive: Callable[[], Awaitable[Event]], send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    listeners.add(send)
    try:
        while (await receive())["type"] != "websocket.disconnect":
            pass
    finally:
        listeners.discard(send)


async def _broadcast(text: str) -> None:
    for number, send in enumerate(list(listeners), start=1):
        await send({"type": "websocket.send", "text": text})
        if number % 500 == 0:
            await asyncio.sleep(0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.broadcaster", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(
        application,  # type: ignore[arg-type]
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
