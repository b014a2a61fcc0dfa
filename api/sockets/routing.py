"""The socket's addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.urls import path, re_path

from api.sockets.consumer import ClientConsumer


async def nowhere(scope: Any, receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Any other address: the handshake is refused."""
    await send({"type": "websocket.close"})


websocket_urlpatterns = [
    path("ws/v1", ClientConsumer.as_asgi()),
    re_path("", nowhere),  # type: ignore[arg-type]
]
