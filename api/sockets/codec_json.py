"""The JSON codec: text frames, one JSON object a line; `{}` is a ping and its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from api.sockets.codes import BAD_FRAME, CloseConnection, ReplyError
from api.sockets.protocol import MAX_FRAME, PONG, Command, Frame, Publication, error_body


def dump(value: Any) -> str:
    """Compact JSON; Publications as their data and offset."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=Publication.as_json)


class JsonCodec:
    """See `protocol.Codec`."""

    ping = "{}"

    def decode(self, frame: Frame) -> list[Command]:
        if not isinstance(frame, str) or len(frame) > MAX_FRAME:
            raise CloseConnection(BAD_FRAME)
        return [self._command(line) for line in frame.split("\n") if line.strip()]

    @staticmethod
    def _command(line: str) -> Command:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise CloseConnection(BAD_FRAME) from None
        if not isinstance(message, dict):
            raise CloseConnection(BAD_FRAME)
        return Command.read(message) if message else PONG

    def reply(self, number: int, method: str, result: Mapping[str, Any]) -> str:
        return dump({"id": number, method: result})

    def error(self, number: int, refused: ReplyError) -> str:
        return dump({"id": number, "error": error_body(refused)})

    def push(self, channel: str, kind: str, body: Mapping[str, Any]) -> str:
        return dump({"push": {"channel": channel, kind: body}})

    def publication(self, channel: str, publication: Publication) -> str:
        return f'{{"push":{{"channel":{dump(channel)},"pub":{{"data":{publication.data},"offset":{publication.offset}}}}}}}'


JSON = JsonCodec()
