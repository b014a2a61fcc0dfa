"""Serves an ASGI application by uvicorn, on the supervisor's socket or one of its own."""

from __future__ import annotations

import argparse

from api.sockets.server import Server, configuration
from backend.core import ports
from backend.env import env
from backend.up import doors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--host` and `--port`."""
    parser.add_argument("--host", default=env.host)
    parser.add_argument("--port", type=int, default=env.port, help="0 takes any free port")


def serve(application: str, host: str, port: int, *, published_as: str) -> int:
    """Serve until SIGTERM; open sockets are sent away to come back, spread over two seconds."""
    door = doors.handed_down() or doors.opened(host, port)
    ports.publish(env.home_path, **{published_as: door.getsockname()[1]})
    server = Server(configuration(application, lifespan="on"))
    server.run(sockets=[door])
    return 0 if server.started else 3
