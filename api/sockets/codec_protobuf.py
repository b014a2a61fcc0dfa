"""The Protobuf codec: binary frames of messages, each with its length before it; an empty message is a ping and its answer.

The field numbers are those of the protocol's published messages; payloads (`data`) hold the same JSON as in the other codec.
Messages that this server neither reads nor sends (delta, tags, emulation) have no table: they are skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.sockets.codes import BAD_FRAME, CloseConnection, ReplyError
from api.sockets.protocol import MAX_FRAME, PONG, Command, Frame, Publication, error_body
from api.sockets.wire import (
    BOOL,
    INT,
    PAYLOAD,
    TEXT,
    UINT,
    JsonText,
    Malformed,
    MapOf,
    Message,
    Repeated,
    delimited,
    read_varint,
)

EMPTY = Message({})
CHANNEL = Message({"channel": (1, TEXT)})
PUBLICATION = Message({"data": (4, PAYLOAD), "offset": (6, UINT)})
SUBSCRIBE_REQUEST = Message(
    {
        "channel": (1, TEXT),
        "token": (2, TEXT),
        "recover": (3, BOOL),
        "epoch": (6, TEXT),
        "offset": (7, UINT),
        "data": (8, PAYLOAD),
        "positioned": (9, BOOL),
        "recoverable": (10, BOOL),
        "join_leave": (11, BOOL),
        "flag": (14, INT),
    }
)
SUBSCRIBE_RESULT = Message(
    {
        "recoverable": (3, BOOL),
        "epoch": (6, TEXT),
        "publications": (7, Repeated(PUBLICATION)),
        "recovered": (8, BOOL),
        "offset": (9, UINT),
        "positioned": (10, BOOL),
        "was_recovering": (12, BOOL),
    }
)
CONNECT_REQUEST = Message(
    {
        "token": (1, TEXT),
        "data": (2, PAYLOAD),
        "subs": (3, MapOf(SUBSCRIBE_REQUEST)),
        "name": (4, TEXT),
        "version": (5, TEXT),
        "headers": (6, MapOf(TEXT)),
        "flag": (7, INT),
    }
)
CONNECT_RESULT = Message(
    {
        "client": (1, TEXT),
        "version": (2, TEXT),
        "expires": (3, BOOL),
        "ttl": (4, UINT),
        "data": (5, PAYLOAD),
        "subs": (6, MapOf(SUBSCRIBE_RESULT)),
        "ping": (7, UINT),
        "pong": (8, BOOL),
    }
)
REFRESH_RESULT = Message({"client": (1, TEXT), "version": (2, TEXT), "expires": (3, BOOL), "ttl": (4, UINT)})
POSITION = Message({"offset": (1, UINT), "epoch": (2, TEXT)})
HISTORY_REQUEST = Message({"channel": (1, TEXT), "limit": (7, INT), "since": (8, POSITION), "reverse": (9, BOOL)})
HISTORY_RESULT = Message({"publications": (1, Repeated(PUBLICATION)), "epoch": (2, TEXT), "offset": (3, UINT)})
ERROR = Message({"code": (1, UINT), "message": (2, TEXT), "temporary": (3, BOOL)})
PUSH = Message(
    {
        "channel": (2, TEXT),
        "pub": (4, PUBLICATION),
        "unsubscribe": (7, Message({"code": (2, UINT), "reason": (3, TEXT)})),
        "subscribe": (
            9,
            Message(
                {"recoverable": (1, BOOL), "epoch": (4, TEXT), "offset": (5, UINT), "positioned": (6, BOOL)},
            ),
        ),
    }
)
COMMAND = Message(
    {
        "id": (1, UINT),
        "connect": (4, CONNECT_REQUEST),
        "subscribe": (5, SUBSCRIBE_REQUEST),
        "unsubscribe": (6, CHANNEL),
        "publish": (7, Message({"channel": (1, TEXT), "data": (2, PAYLOAD)})),
        "presence": (8, CHANNEL),
        "presence_stats": (9, CHANNEL),
        "history": (10, HISTORY_REQUEST),
        "ping": (11, EMPTY),
        "send": (12, Message({"data": (1, PAYLOAD)})),
        "rpc": (13, Message({"data": (1, PAYLOAD), "method": (2, TEXT)})),
        "refresh": (14, Message({"token": (1, TEXT)})),
        "sub_refresh": (15, Message({"channel": (1, TEXT), "token": (2, TEXT)})),
    }
)
REPLY = Message(
    {
        "id": (1, UINT),
        "error": (2, ERROR),
        "push": (4, PUSH),
        "connect": (5, CONNECT_RESULT),
        "subscribe": (6, SUBSCRIBE_RESULT),
        "unsubscribe": (7, EMPTY),
        "history": (11, HISTORY_RESULT),
        "ping": (12, EMPTY),
        "rpc": (13, Message({"data": (1, PAYLOAD)})),
        "refresh": (14, REFRESH_RESULT),
    }
)


class ProtobufCodec:
    """See `protocol.Codec`."""

    ping = delimited(b"")

    def decode(self, frame: Frame) -> list[Command]:
        if not isinstance(frame, bytes) or len(frame) > MAX_FRAME:
            raise CloseConnection(BAD_FRAME)
        try:
            return [Command.read(COMMAND.decode(body)) if body else PONG for body in _split(frame)]
        except Malformed:
            raise CloseConnection(BAD_FRAME) from None

    def reply(self, number: int, method: str, result: Mapping[str, Any]) -> bytes:
        return delimited(REPLY.encode({"id": number, method: _plain(result)}))

    def error(self, number: int, refused: ReplyError) -> bytes:
        return delimited(REPLY.encode({"id": number, "error": error_body(refused)}))

    def push(self, channel: str, kind: str, body: Mapping[str, Any]) -> bytes:
        return delimited(REPLY.encode({"push": {"channel": channel, kind: body}}))

    def publication(self, channel: str, publication: Publication) -> bytes:
        return self.push(channel, "pub", _published(publication))


def _split(frame: bytes) -> list[bytes]:
    """The messages of a frame, their lengths taken off. Raises Malformed."""
    messages, at = [], 0
    while at < len(frame):
        length, at = read_varint(frame, at)
        if at + length > len(frame):
            raise Malformed("a message is cut off")
        messages.append(frame[at : at + length])
        at += length
    return messages


def _published(publication: Publication) -> dict[str, Any]:
    return {"data": JsonText(publication.data), "offset": publication.offset}


def _plain(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result with its Publications, also those of its subscriptions, as fields."""
    plain = dict(result)
    if "publications" in plain:
        plain["publications"] = [_published(one) for one in plain["publications"]]
    if "subs" in plain:
        plain["subs"] = {channel: _plain(one) for channel, one in plain["subs"].items()}
    return plain


PROTOBUF = ProtobufCodec()
