"""What a signal's bytes mean. Pure: no database. Raises Uninterpretable (or anything else) when they mean nothing we know.

The raw bytes are stored before anything here runs; a fault here costs the meaning for a while, never the call for help.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backend.core.errors import Invalid
from backend.core.geo import to_wgs84
from backend.emergency.kinds import PRIORITY, Kind, Priority
from backend.emergency.protocols import dc09
from backend.emergency.protocols.contact_id import CONTACT_ID, HEARTBEAT, TEST, Event, read_contact_id, read_sia_dcs

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_DEGREES = re.compile(r"(\d{2,3})([EWNS])(\d{1,2}(?:\.\d+)?)$")


class Uninterpretable(Exception):
    """These bytes say nothing that this room knows."""


@dataclass(frozen=True)
class Meaning:
    """`kind` None: no incident follows (a heartbeat, a test). `detail` is personal (position, value, note) and gets sealed."""

    word: str
    kind: Kind | None = None
    code: str = ""
    is_restore: bool = False
    at: datetime | None = None
    battery: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def priority(self) -> Priority:
        return PRIORITY[self.kind or Kind.UNIDENTIFIED]


def interpret(protocol: str, raw: bytes) -> Meaning:
    """The meaning of `raw` as it came over `protocol` (`https`, `dc09`, `mqtt`)."""
    return _READERS[protocol](raw)


def moment(text: Any) -> datetime | None:
    """An ISO 8601 time with an offset, in UTC; None for anything else, and for a year in which no device of ours lives."""
    try:
        at = datetime.fromisoformat(str(text))
        return _plausible(at.astimezone(UTC)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _plausible(at: datetime | None) -> datetime | None:
    """The time, unless its year is absurd: the end of time cannot even be shown in Beijing's."""
    return at if at is not None and EARLIEST <= at <= LATEST else None


def position(lon: Any, lat: Any, crs: str = "wgs84") -> dict[str, float]:
    """`{lon, lat}` in WGS-84 degrees; empty when it is no place on the earth."""
    try:
        x, y = to_wgs84(float(lon), float(lat), crs)
    except (Invalid, TypeError, ValueError, OverflowError):
        return {}
    return {"lon": x, "lat": y}


def percent(value: Any) -> int | None:
    """A battery's charge, 0 to 100; None for anything that is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(100, max(0, round(value)))


def _meaning(word: str | None, code: str, **more: Any) -> Meaning:
    if word in (HEARTBEAT, TEST):
        return Meaning(word, None, code, **more)
    if word not in Kind.values:
        raise Uninterpretable(f"unknown kind, code {code[:16]!r}")
    return Meaning(word, Kind(word), code, **more)


def _read_json(raw: bytes) -> Meaning:
    body = json.loads(raw)
    if not isinstance(body, dict):
        raise Uninterpretable("the body is no object")
    code = str(body.get("code") or "")[:32]
    word = body.get("kind")
    if word is None and code:
        word = CONTACT_ID.get(code)
    detail: dict[str, Any] = position(body.get("lon"), body.get("lat"))
    for name in ("value", "unit", "note"):
        if body.get(name) is not None:
            detail[name] = str(body[name])[:200]
    at, battery = moment(body.get("at")), percent(body.get("battery"))
    return _meaning(word if isinstance(word, str) else None, code, at=at, battery=battery, detail=detail)


def _read_dc09(raw: bytes) -> Meaning:
    frame = dc09.parse(raw)
    content = dc09.content(frame.data)
    at = _plausible(content.at)
    if frame.is_null:
        return Meaning(HEARTBEAT, at=at)
    event = _event(frame.id, content.text)
    if event is None:
        raise Uninterpretable(f"no event in a {frame.id[:8]} block")
    detail: dict[str, Any] = {"zone": event.zone} if event.zone else {}
    lon, lat = (_degrees(content.extras.get(axis, "")) for axis in "XY")
    if lon is not None and lat is not None:
        detail |= position(lon, lat)
    if content.extras.get("I"):
        detail["note"] = content.extras["I"][:200]
    return _meaning(event.kind, event.code, is_restore=event.is_restore, at=at, detail=detail)


def _event(ident: str, text: str) -> Event | None:
    return read_contact_id(text) if ident == "ADM-CID" else read_sia_dcs(text)


def _degrees(text: str) -> float | None:
    match = _DEGREES.match(text)
    if match is None:
        return None
    whole = int(match[1]) + float(match[3]) / 60
    return -whole if match[2] in "WS" else whole


_READERS: dict[str, Callable[[bytes], Meaning]] = {
    "https": _read_json,
    "mqtt": _read_json,
    "phone": _read_json,
    "dc09": _read_dc09,
}
