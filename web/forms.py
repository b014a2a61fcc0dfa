"""Reading the pages' forms: days, ids, choices."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from backend.core.clock import BEIJING, now
from backend.core.errors import FieldError, Invalid, NotFound


def uuid_of(text: str | None) -> UUID:
    """An id from a form. Raises NotFound."""
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound from None


def end_of(day: str | None) -> datetime | None:
    """The end (UTC-comparable) of a day in Beijing as a date field sends it; None when it is empty. Raises Invalid."""
    if not day:
        return None
    try:
        parsed = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a moment
        return datetime.combine(parsed + timedelta(days=1), time(), BEIJING)
    except (ValueError, OverflowError):
        raise Invalid(FieldError("/until", "date-invalid", "this is not a day", "日期不正确")) from None


def needed_end_of(day: str | None) -> datetime:
    """As `end_of`, of a field that must be filled."""
    found = end_of(day)
    if found is None:
        raise Invalid(FieldError("/until", "required", "say until when", "请填写截止日期"))
    return found


def day_in(days: int) -> str:
    """The date so many days from now, for a date field."""
    return f"{(now().astimezone(BEIJING) + timedelta(days=days)):%Y-%m-%d}"


def one_of(text: str | None, allowed: tuple[str, ...], fallback: str) -> str:
    return text if text in allowed else fallback
