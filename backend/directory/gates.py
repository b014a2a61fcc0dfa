"""When a gate is shut for somebody without its key."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from backend.directory.hours import Hours, UnreadableHours, opening, parse
from backend.directory.walking.passage import Gate


def is_shut(gate: Gate, at: datetime, zone: ZoneInfo) -> bool:
    """Say whether not everybody passes at the aware instant. Hours that cannot be read say nothing."""
    if gate.access != "open":
        return True
    hours, shut = _hours(gate.hours), _hours(gate.shut)
    is_open = hours is None or opening(hours, at, zone).open_now
    return not is_open or (shut is not None and opening(shut, at, zone).open_now)


@lru_cache(maxsize=1000)
def _hours(text: str) -> Hours | None:
    try:
        return parse(text) if text else None
    except UnreadableHours:
        return None
