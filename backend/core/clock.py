"""The one clock. Every due time and deadline compares with `now()`, so that tests can move time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_shift = timedelta()


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """The calendar day in Beijing."""
    return now().astimezone(BEIJING).date()


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Move this process's clock for the length of the block (tests only; all threads see it)."""
    global _shift
    before = _shift
    _shift = before + by
    try:
        yield
    finally:
        _shift = before
