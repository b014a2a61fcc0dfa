"""ASGI lifespan: the hub starts with the first socket and ends with the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from api.sockets import runtime

Event = dict[str, Any]


async def lifespan(
    scope: Event, receive: Callable[[], Awaitable[Event]], send: Callable[[Event], Awaitable[None]]
) -> None:
    """Answer start-up at once; at shutdown end what is still open."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.shutdown":
            await runtime.stop(0.0)
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
