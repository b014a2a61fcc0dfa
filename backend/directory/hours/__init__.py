"""Opening hours: rules in RFC 5545 words with holidays, seasons and closures; what is open at an instant, and when next.

Hours live as `Schedule` and `Closure` rows; a service at a location repeats them as two short texts (`compiled`) that a list
reads at once. All times are of the place's own clock.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backend.directory.hours.compiled import dump, load, timetable
from backend.directory.hours.grammar import UnreadableHours, parse
from backend.directory.hours.timetable import HORIZON, Hours, Opening, Timetable

if TYPE_CHECKING:
    from backend.directory.models import ServiceAtLocation

__all__ = [
    "HORIZON",
    "Hours",
    "Opening",
    "Timetable",
    "UnreadableHours",
    "dump",
    "load",
    "opening",
    "opening_of",
    "parse",
    "spans_on",
    "timetable",
    "timetable_of",
]


def opening(hours: Hours, instant: datetime, zone: ZoneInfo) -> Opening:
    """Say whether these hours, kept in local time of `zone`, are open at the aware `instant`."""
    return _bare(hours, zone.key).opening(instant)


@lru_cache(maxsize=2000)
def _bare(hours: Hours, zone: str) -> Timetable:
    return Timetable(hours, (), ZoneInfo(zone))


def timetable_of(at: ServiceAtLocation) -> Timetable | None:
    """Return the timetable of a service at a location (its `location` is read too); None when its hours are unknown."""
    return None if at.hours is None else timetable(at.hours, at.closed, at.location.timezone)


def opening_of(at: ServiceAtLocation, instant: datetime) -> Opening | None:
    """Say whether it is open at the aware `instant`; None when its hours are unknown."""
    found = timetable_of(at)
    return None if found is None else found.opening(instant)


def spans_on(at: ServiceAtLocation, day: date) -> list[tuple[datetime, datetime]]:
    """Return when `at` is open on spans that begin on the local `day`: aware, in order, holidays, seasons, closures applied.

    Empty when its hours are unknown.
    """
    found = timetable_of(at)
    return [] if found is None else found.spans_on(day)
