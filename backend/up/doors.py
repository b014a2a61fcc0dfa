"""Listening sockets made by whoever must know the port before the server runs, and handed down as descriptors."""

import os
import socket

VARIABLE = "YIKE_HTTP_FD"


class DoorTaken(SystemExit):
    """Another program listens on this port."""


def opened(host: str, port: int) -> socket.socket:
    """A listening, inheritable TCP socket; port 0 takes any free one. Raises `DoorTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        door = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as wrong:
        raise DoorTaken(
            f"Port {port} of {host} is not free ({wrong.strerror}). Choose another: make demo PORT=8001, or PORT=0 for any."
        ) from None
    door.set_inheritable(True)
    return door


def handed_down() -> socket.socket | None:
    """The socket our supervisor opened for us, if it did."""
    number = os.environ.pop(VARIABLE, "")
    return socket.socket(fileno=int(number)) if number else None


def free_port(wanted: int) -> int:
    """`wanted` when it is free on the loopback, else any free port."""
    try:
        with socket.create_server(("127.0.0.1", wanted)) as door:
            port: int = door.getsockname()[1]
            return port
    except OSError:
        return free_port(0)
