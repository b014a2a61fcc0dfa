"""Calendar months in Beijing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from backend.core.clock import BEIJING, today


def first_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def after(month: date) -> date:
    """The first day of the next month."""
    return first_of(month + timedelta(days=32))


def last() -> date:
    """The month that is over: its first day."""
    return first_of(first_of(today()) - timedelta(days=1))


def bounds(month: date) -> tuple[datetime, datetime]:
    """When a month begins and ends, aware, Beijing time; the end is exclusive."""
    return datetime.combine(month, time(), BEIJING), datetime.combine(after(month), time(), BEIJING)
