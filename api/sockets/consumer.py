"""The WebSocket itself: Channels routes it here, nothing goes through a channel layer."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from api.sockets import runtime
from api.sockets.codec_json import JSON
from api.sockets.codec_protobuf import PROTOBUF
from api.sockets.codes import Close
from api.sockets.connection import Connection
from api.sockets.outlet import Outlet
from api.sockets.protocol import Codec

SUBPROTOCOL = "centrifuge-protobuf"
CLOSE_SECONDS = 5.0


class ClientConsumer(AsyncConsumer):  # type: ignore[misc]
    """One socket of `/ws/v1`."""

    channel_layer_alias = None
    connection: Connection | None = None
    is_abandoned = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.task = asyncio.current_task()
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if not self.is_abandoned:
                raise
        finally:
            if self.connection is not None:
                self.connection.leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels would first visit its single database thread at every frame."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        offered = self.scope.get("subprotocols") or ()
        codec: Codec = PROTOBUF if SUBPROTOCOL in offered or self._asks_for_protobuf() else JSON
        await self.base_send(
            {"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None}
        )
        hub = await runtime.hub()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.scope["headers"]}
        outlet = Outlet(self.base_send, self.gave_up)
        self.connection = Connection(hub, outlet, headers, codec, asyncio.get_running_loop().time())
        hub.connections.add(self.connection)

    def _asks_for_protobuf(self) -> bool:
        """Clients that cannot offer a subprotocol ask in the query: `format=protobuf` or `cf_protocol=protobuf`."""
        asked = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return any("protobuf" in asked.get(name, ()) for name in ("format", "cf_protocol"))

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.connection is not None:
            text = message.get("text")
            await self.connection.receive(message["bytes"] if text is None else text)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        if self.connection is not None:
            self.connection.is_closing = True
            self.connection.leave()
        raise StopConsumer

    def gave_up(self, why: Close) -> None:
        """The client reads nothing or is gone: try to say why, then end without waiting for it."""
        if self.connection is not None:
            self.connection.is_closing = True
            self.connection.leave()
        self.ending = asyncio.get_running_loop().create_task(self._end(why))

    async def _end(self, why: Close) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.base_send({"type": "websocket.close", "code": why.code, "reason": why.reason})
        except Exception:  # noqa: S110 - it was gone already
            pass
        if self.task is not None and not self.task.done():
            self.is_abandoned = True
            self.task.cancel()
