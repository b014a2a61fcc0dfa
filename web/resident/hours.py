"""Opening hours as a person reads them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from backend.directory.hours import Timetable
from backend.directory.hours.calendars import is_make_up_day, is_public_holiday
from backend.directory.hours.words import EN_SHORT, ZH_DAYS, day_of
from web.templatetags.yike import lang

MARKS = {"zh": ("节假日", "调休上班"), "en": ("holiday", "make-up working day")}


def coming(timetable: Timetable | None, instant: datetime) -> list[tuple[str, str]]:
    """(day, "08:00–12:00, 13:00–17:00") for the seven days from `instant` on, empty text where it is closed; nothing when unknown.

    Holidays and closures are applied; a holiday, and a weekend that is worked for one, says so.
    """
    if timetable is None:
        return []
    today = instant.astimezone(timetable.zone).date()
    days = [today + timedelta(days=step) for step in range(7)]
    return [(_name(day, timetable.zone.key), _spans(timetable, day)) for day in days]


def _name(day: date, zone: str) -> str:
    names, holiday, worked = (EN_SHORT if lang() == "en" else ZH_DAYS), *MARKS["en" if lang() == "en" else "zh"]
    mark = holiday if is_public_holiday(day, zone) else worked if is_make_up_day(day, zone) else ""
    return " ".join(part for part in (names[day.weekday()], day_of(day, lang()), mark) if part)


def _spans(timetable: Timetable, day: date) -> str:
    spans = timetable.spans_on(day)
    return ", ".join(f"{start:%H:%M}–{_end(start, end)}" for start, end in spans)


def _end(start: datetime, end: datetime) -> str:
    return "24:00" if end.date() > start.date() and (end.hour, end.minute) == (0, 0) else f"{end:%H:%M}"
