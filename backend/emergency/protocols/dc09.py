"""ANSI/SIA DC-09 frames: reading them off a byte stream, and building answers. Pure: no sockets, no database, no clock.

Frame: LF, 4 hex digits CRC, `0` and 3 hex digits length, then from the first quote
`"id"seq Rrcvr Lpref #acct[data][xdata]_time`, CR. CRC and length count the bytes from the first quote up to but not including CR;
the frame is never decoded before both agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LF, CR = b"\n", b"\r"
LONGEST = 4096
_PREFIX = 9
_SPAN = re.compile(rb"\n([0-9A-Fa-f]{4})0([0-9A-Fa-f]{3})")
_BODY = re.compile(
    rb'"(\*?)([A-Z0-9-]+)"(\d{4})(R[0-9A-Fa-f]{1,6})?(L[0-9A-Fa-f]{1,6})?(?:#([0-9A-Fa-f]{3,16}))?\[(.*)', re.DOTALL
)
_TIME = re.compile(rb"_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4})$")


class Unreadable(ValueError):
    """The CRC fits but the text is no DC-09 message."""


@dataclass(frozen=True)
class Frame:
    """A message whose CRC and length agreed. `data` is what follows the first `[`; for an encrypted one, hex text."""

    id: str
    seq: str
    receiver: str
    prefix: str
    account: str
    data: bytes
    is_encrypted: bool
    body: bytes

    @property
    def is_null(self) -> bool:
        """A supervision message: it says only that the device lives."""
        return self.id in ("NULL", "XNM")


@dataclass(frozen=True)
class Content:
    """Clear contents of a frame: the first block, the extended blocks by letter, and the device's time (UTC) if it gave one."""

    text: str
    extras: dict[str, str]
    at: datetime | None


def crc16(body: bytes) -> int:
    """CRC-16, reflected polynomial 0xA001, start 0 (DC-09 §5.5.1)."""
    crc = 0
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def wrap(body: bytes) -> bytes:
    """The whole frame around `body` (which starts with a quote)."""
    return LF + b"%04X" % crc16(body) + b"0%03X" % len(body) + body + CR


def split(buffer: bytearray) -> Iterator[bytes]:
    """Take every complete frame's body off the front of `buffer`, in place; whatever the segments were cut into.

    A frame with a wrong CRC or length is dropped without a word: silence makes the device send it again.
    """
    while True:
        start = buffer.find(LF)
        if start < 0:
            buffer.clear()
            return
        del buffer[:start]
        if len(buffer) < _PREFIX:
            return
        span = _SPAN.match(buffer)
        length = int(span[2], 16) if span else 0
        if span is None or length > LONGEST:
            del buffer[:1]
            continue
        end = _PREFIX + length
        if len(buffer) <= end:
            if _is_hopeless(buffer):
                del buffer[:1]
                continue
            return
        body = bytes(buffer[_PREFIX:end])
        if buffer[end : end + 1] == CR and crc16(body) == int(span[1], 16):
            del buffer[: end + 1]
            yield body
        else:
            del buffer[:1]


def _is_hopeless(buffer: bytearray) -> bool:
    """A wrong length promises bytes that never come: a whole frame behind it must not wait for them."""
    following = _SPAN.search(buffer, 1)
    return following is not None and CR + LF in buffer[: following.start() + 1]


def parse(body: bytes) -> Frame:
    """The parts of a body whose CRC agreed. Raises Unreadable."""
    match = _BODY.match(body)
    if match is None:
        raise Unreadable("not a DC-09 body")
    star, ident, seq, receiver, prefix, account, data = match.groups()
    return Frame(
        id=ident.decode("ascii"),
        seq=seq.decode("ascii"),
        receiver=(receiver or b"").decode("ascii"),
        prefix=(prefix or b"").decode("ascii"),
        account=(account or b"").decode("ascii").upper(),
        data=data,
        is_encrypted=bool(star),
        body=body,
    )


def content(data: bytes) -> Content:
    """Read `text][Xdata][Vdata]_HH:MM:SS,MM-DD-YYYY` (the part after the first bracket, decrypted). Raises Unreadable."""
    stamp = _TIME.search(data)
    at = moment(stamp[1]) if stamp else None
    rest = data[: stamp.start()] if stamp else data
    if not rest.endswith(b"]"):
        raise Unreadable("the data block does not end")
    first, *more = rest[:-1].split(b"][")
    extras = {block[:1].decode("utf-8", "replace"): block[1:].decode("utf-8", "replace") for block in more if block}
    return Content(first.decode("utf-8", "replace"), extras, at)


def moment(text: bytes) -> datetime | None:
    """The UTC time in `HH:MM:SS,MM-DD-YYYY`; None when it is no time at all."""
    try:
        return datetime.strptime(text.decode("ascii"), "%H:%M:%S,%m-%d-%Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def stamp(at: datetime) -> bytes:
    """`at` as DC-09 writes it, UTC."""
    return at.astimezone(UTC).strftime("_%H:%M:%S,%m-%d-%Y").encode()


def answer(word: str, frame: Frame) -> bytes:
    """A plain `ACK` or `DUH` that echoes sequence, receiver, prefix and account."""
    account = f"#{frame.account}" if frame.account else ""
    return wrap(f'"{word}"{frame.seq}{frame.receiver}{frame.prefix}{account}[]'.encode())


def refusal(at: datetime) -> bytes:
    """`NAK`: the encrypted message's time was outside the window; `at` lets the device set its clock. Never encrypted."""
    return wrap(b'"NAK"0000R0L0A0[]' + stamp(at))
