"""uvicorn, taught to say goodbye: sockets leave with a code that means "come back", spread over time, before the server closes."""

from __future__ import annotations

import socket

import uvicorn

from api.sockets import runtime


class Server(uvicorn.Server):
    """uvicorn's own shutdown would drop every client in the same instant."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await runtime.stop()
        await super().shutdown(sockets)


def configuration(application: object, **options: object) -> uvicorn.Config:
    """uvicorn's settings for sockets: the sans-I/O implementation, no compression (54 KB a socket), room for one frame."""
    defaults: dict[str, object] = {
        "ws": "websockets-sansio",
        "ws_per_message_deflate": False,
        "ws_max_size": 65_536,
        "lifespan": "off",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "timeout_graceful_shutdown": 3,
    }
    return uvicorn.Config(application, **(defaults | options))  # type: ignore[arg-type]
