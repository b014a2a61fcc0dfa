"""Public holidays, make-up working days (调休) and school holidays: what a day is called where the clock is so.

China's yearly arrangement comes from `chinesecalendar`; `calendar.csv` adds what an operator knows beyond it (a new year's
arrangement, a city's school holidays) and wins over it. Elsewhere no calendar is known: every day is an ordinary one.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

import chinese_calendar

FILE = Path(__file__).parent.parent / "calendar.csv"
CHINA = "Asia/Shanghai"
HOLIDAY, WORKDAY, SCHOOL = "holiday", "workday", "school"
KINDS = frozenset({HOLIDAY, WORKDAY, SCHOOL})
_ONE = timedelta(days=1)


@lru_cache(maxsize=8192)
def kinds(day: date, zone: str) -> frozenset[str]:
    """Return what `day` is where the clock is `zone`: any of `holiday`, `workday` (a weekend that is worked), `school`."""
    told = _told(zone).get(day, frozenset())
    if told & {HOLIDAY, WORKDAY} or zone != CHINA:
        return told
    try:
        is_free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # a year whose arrangement is not published yet
        return told
    if name is None:
        return told
    return told | {HOLIDAY if is_free else WORKDAY}


def is_public_holiday(day: date, zone: str) -> bool:
    """Say whether `day` is a public holiday there, the days off that belong to it included."""
    return HOLIDAY in kinds(day, zone)


def is_make_up_day(day: date, zone: str) -> bool:
    """Say whether `day` is a Saturday or Sunday that is worked for a holiday."""
    return WORKDAY in kinds(day, zone)


def knows_school_holidays(zone: str) -> bool:
    """Say whether any school holiday is known where the clock is `zone`."""
    return any(SCHOOL in told for told in _told(zone).values())


@cache
def _told(zone: str) -> dict[date, frozenset[str]]:
    days: dict[date, frozenset[str]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["zone"] != zone:
                continue
            if row["kind"] not in KINDS:
                raise ValueError(f"{FILE.name}: unknown kind {row['kind']}")
            day, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
            while day <= last:
                days[day] = days.get(day, frozenset()) | {row["kind"]}
                day += _ONE
    return days
