"""The Centrifuge client protocol v2, JSON codec: commands in, replies and pushes out. Nothing here does I/O.

One WebSocket text frame holds one JSON object a line. A command is `{"id": n, "<method>": {…}}`; `{}` is the answer to a ping.
Codes and shapes follow the protocol's published messages; what the client does with a code is written in `codes`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

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
PING = "{}"
MAX_FRAME = 65_536


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `method` is empty for a pong, `id` is 0 for the one-way `send`."""

    id: int
    method: str
    params: dict[str, Any]

    @property
    def is_pong(self) -> bool:
        return not self.method


@dataclass(frozen=True, slots=True)
class Publication:
    """One stream event as readers get it: its offset in the stream and its data as JSON text."""

    offset: int
    data: str

    def as_json(self) -> dict[str, Any]:
        return {"data": json.loads(self.data), "offset": self.offset}

    def frame(self, channel: str) -> str:
        """The push of this publication, serialised once for all readers of the channel."""
        return f'{{"push":{{"channel":{dump(channel)},"pub":{{"data":{self.data},"offset":{self.offset}}}}}}}'


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def decode(frame: str) -> list[Command]:
    """The commands of a text frame, in order. Raises CloseConnection (3501) when it is not the protocol at all."""
    if len(frame) > MAX_FRAME:
        raise CloseConnection(BAD_FRAME)
    return [_command(line) for line in frame.split("\n") if line.strip()]


def _command(line: str) -> Command:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise CloseConnection(BAD_FRAME) from None
    if not isinstance(message, dict):
        raise CloseConnection(BAD_FRAME)
    if not message:
        return Command(0, "", {})
    number = message.get("id", 0)
    methods = [key for key in message if key in METHODS]
    if type(number) is not int or not 0 <= number < 2**32 or len(methods) > 1:
        raise CloseConnection(BAD_FRAME)
    if not methods:
        return Command(_numbered(number), "unknown", {})
    (method,) = methods
    params = message[method]
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise CloseConnection(BAD_FRAME)
    return Command(0 if method == "send" else _numbered(number), method, params)


def _numbered(number: int) -> int:
    if number == 0:
        raise CloseConnection(BAD_FRAME)
    return number


def reply(number: int, method: str, result: dict[str, Any]) -> str:
    return dump({"id": number, method: result})


def error(number: int, refused: ReplyError) -> str:
    body: dict[str, Any] = {"code": refused.code, "message": refused.message}
    if refused.temporary:
        body["temporary"] = True
    return dump({"id": number, "error": body})


def push(channel: str, kind: str, body: dict[str, Any]) -> str:
    return dump({"push": {"channel": channel, kind: body}})


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
