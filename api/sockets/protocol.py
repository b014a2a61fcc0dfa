"""The Centrifuge client protocol v2: commands in, replies and pushes out, whatever the codec. Nothing here does I/O.

A command names one method; a command without anything is the answer to a ping. Codes and shapes follow the protocol's published
messages; what the client does with a code is written in `codes`. `codec_json` and `codec_protobuf` put it on the wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from api.sockets.codes import BAD_FRAME, CloseConnection, ReplyError

METHODS = frozenset(
    {
        "connect",
        "subscribe",
        "unsubscribe",
        "publish",
        "presence",
        "presence_stats",
        "history",
        "ping",
        "send",
        "rpc",
        "refresh",
        "sub_refresh",
    }
)
MAX_FRAME = 65_536
Frame = str | bytes


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `method` is empty for a pong, `id` is 0 for the one-way `send`."""

    id: int
    method: str
    params: dict[str, Any]

    @property
    def is_pong(self) -> bool:
        return not self.method

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Command:
        """From a decoded message that is not empty. Raises CloseConnection (3501)."""
        number = message.get("id", 0)
        methods = [key for key in message if key in METHODS]
        if type(number) is not int or not 0 <= number < 2**32 or len(methods) > 1:
            raise CloseConnection(BAD_FRAME)
        method = methods[0] if methods else "unknown"
        params = message.get(method)
        if params is None:
            params = {}
        if not isinstance(params, dict) or (number == 0 and method != "send"):
            raise CloseConnection(BAD_FRAME)
        return cls(0 if method == "send" else number, method, params if methods else {})


PONG = Command(0, "", {})


@dataclass(frozen=True, slots=True)
class Publication:
    """One stream event as readers get it: its offset in the stream, its data as JSON text, and the event's name for ourselves."""

    offset: int
    data: str
    event: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"data": json.loads(self.data), "offset": self.offset}


class Codec(Protocol):
    """How messages stand in WebSocket frames: text for JSON, bytes for Protobuf. Results may hold Publications."""

    @property
    def ping(self) -> Frame: ...

    def decode(self, frame: Frame) -> list[Command]:
        """The commands of a frame, in order. Raises CloseConnection (3501) when it is not the protocol at all."""
        ...

    def reply(self, number: int, method: str, result: Mapping[str, Any]) -> Frame: ...
    def error(self, number: int, refused: ReplyError) -> Frame: ...
    def push(self, channel: str, kind: str, body: Mapping[str, Any]) -> Frame: ...

    def publication(self, channel: str, publication: Publication) -> Frame:
        """The push of a publication, serialised once for all readers of the channel."""
        ...


def error_body(refused: ReplyError) -> dict[str, Any]:
    body: dict[str, Any] = {"code": refused.code, "message": refused.message}
    return body | {"temporary": True} if refused.temporary else body


def text(params: dict[str, Any], name: str) -> str:
    """A string parameter, empty when absent. Raises ReplyError 107."""
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ReplyError.bad_request()
    return value


def whole(params: dict[str, Any], name: str) -> int:
    """A whole number from 0, 0 when absent. Raises ReplyError 107."""
    value = params.get(name)
    if value is None:
        return 0
    if type(value) is not int or value < 0:
        raise ReplyError.bad_request()
    return value
