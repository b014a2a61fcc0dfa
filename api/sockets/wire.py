"""Protobuf on the wire, as far as the socket needs it: messages are dicts, described by tables of field numbers.

Encoding is that of proto3: a scalar at its default is left out, unknown fields are skipped when read, the last of a repeated
scalar counts. Source: the encoding chapter of the Protocol Buffers documentation. `PAYLOAD` fields are bytes that hold JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10


class Malformed(ValueError):
    """These bytes are not the message that they should be."""


class JsonText(str):
    """JSON that is written already: a payload that needs no second serialising."""

    __slots__ = ()


def varint(number: int) -> bytes:
    """A whole number in groups of seven bits, lowest first; a negative one as its 64-bit complement."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at this position and the position behind it. Raises Malformed."""
    number = 0
    for place in range(LONGEST_VARINT):
        if at >= len(data):
            raise Malformed("a number is cut off")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number & ((1 << 64) - 1), at
    raise Malformed("a number is too long")


def delimited(body: bytes) -> bytes:
    """A message with its length before it, as it stands in a frame."""
    return varint(len(body)) + body


@dataclass(frozen=True)
class Kind:
    """A scalar's wire type, how it is written and read, and its default, which is never written (None: always written)."""

    wire_type: int
    write: Callable[[Any], bytes]
    read: Callable[[Any], Any]
    default: Any = None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed("a text is not UTF-8") from None


def _payload(data: bytes) -> Any:
    """The JSON in a payload; what is no JSON stays bytes, so that the command that carries it can be refused by itself."""
    try:
        return json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return data


def _dumped(value: Any) -> bytes:
    return (
        value if isinstance(value, JsonText) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    ).encode()


UINT = Kind(VARINT, varint, int, 0)
INT = Kind(VARINT, varint, lambda number: number - (1 << 64) if number >> 63 else number, 0)
BOOL = Kind(VARINT, lambda value: varint(int(value)), bool, False)
TEXT = Kind(LENGTH, lambda value: delimited(value.encode()), _text, "")
PAYLOAD = Kind(LENGTH, lambda value: delimited(_dumped(value)), _payload)


@dataclass(frozen=True)
class Repeated:
    """A list of messages."""

    of: Message


@dataclass(frozen=True)
class MapOf:
    """A map from text to a message or a scalar; on the wire a list of (key 1, value 2)."""

    of: Message | Kind

    @property
    def entry(self) -> Message:
        return Message({"key": (1, TEXT), "value": (2, self.of)})


class Message:
    """Field name → (number, type). Nesting is bounded by the tables themselves."""

    def __init__(self, fields: Mapping[str, tuple[int, Kind | Message | Repeated | MapOf]]) -> None:
        self.fields = dict(fields)
        self._by_number = {number: (name, kind) for name, (number, kind) in fields.items()}

    def encode(self, value: Mapping[str, Any]) -> bytes:
        """The message's bytes. Raises KeyError for a field that it does not have."""
        out = bytearray()
        for name, content in value.items():
            number, kind = self.fields[name]
            if isinstance(kind, Repeated):
                for one in content:
                    out += _field(number, kind.of, one)
            elif isinstance(kind, MapOf):
                for key, one in content.items():
                    out += _field(number, kind.entry, {"key": key, "value": one})
            elif content is not None or kind is PAYLOAD:
                out += _field(number, kind, content)
        return bytes(out)

    def decode(self, data: bytes) -> dict[str, Any]:
        """The fields that are there. Raises Malformed."""
        found: dict[str, Any] = {}
        at = 0
        while at < len(data):
            tag, at = read_varint(data, at)
            raw, at = _read(data, at, tag & 7)
            known = self._by_number.get(tag >> 3)
            if known is not None:
                _keep(found, *known, raw, tag & 7)
        return found


def _field(number: int, kind: Message | Kind, value: Any) -> bytes:
    if isinstance(kind, Message):
        return varint(number << 3 | LENGTH) + delimited(kind.encode(value))
    if kind.default is not None and value == kind.default:
        return b""
    return varint(number << 3 | kind.wire_type) + kind.write(value)


def _read(data: bytes, at: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == VARINT:
        return read_varint(data, at)
    if wire_type == LENGTH:
        length, at = read_varint(data, at)
    elif wire_type in (FIXED64, FIXED32):
        length = 8 if wire_type == FIXED64 else 4
    else:
        raise Malformed("no such wire type")
    if at + length > len(data):
        raise Malformed("a field is cut off")
    return data[at : at + length], at + length


def _keep(found: dict[str, Any], name: str, kind: Any, raw: int | bytes, wire_type: int) -> None:
    if wire_type != (kind.wire_type if isinstance(kind, Kind) else LENGTH):
        raise Malformed("a field has another type")
    if isinstance(kind, Kind):
        found[name] = kind.read(raw)
    elif isinstance(kind, Repeated):
        found.setdefault(name, []).append(kind.of.decode(_bytes(raw)))
    elif isinstance(kind, MapOf):
        entry = kind.entry.decode(_bytes(raw))
        found.setdefault(name, {})[entry.get("key", "")] = entry.get(
            "value", {} if isinstance(kind.of, Message) else ""
        )
    else:
        found[name] = kind.decode(_bytes(raw))


def _bytes(raw: int | bytes) -> bytes:
    assert isinstance(raw, bytes)
    return raw
