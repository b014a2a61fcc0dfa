"""Opening hours as HSDS schedules: the regular rules, and dated rows for the days on which something else holds.

HSDS has no exception dates, seasons or public holidays. So regular rules leave as they are (RFC 5545), and every day of the coming
year on which the place really opens otherwise gets rows without `freq`, from `valid_from` to `valid_to`, which alone count on those
dates; one without times says closed (part of our profile).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from api.hsds.identity import made
from backend.core.clock import now
from backend.directory.hours import Hours, Timetable, load, timetable
from backend.directory.hours.calendars import is_make_up_day, is_public_holiday
from backend.directory.hours.words import sentence
from backend.directory.models import Schedule, ServiceAtLocation

AHEAD = 366
ONE = timedelta(days=1)
WHY = {
    "holiday": ("法定节假日", "public holiday"),
    "workday": ("调休上班日", "make-up working day"),
    "other": ("当日以此为准", "on these dates this alone holds"),
}
Times = tuple[tuple[str, str], ...]
Otherwise = tuple[date, date, Times, str]


def offset_hours(zone: ZoneInfo) -> float:
    """The UTC offset that holds there now, in hours: 8, 5.5."""
    seconds = (now().astimezone(zone).utcoffset() or timedelta()).total_seconds()
    return int(seconds // 3600) if seconds % 3600 == 0 else seconds / 3600


def of(at: ServiceAtLocation, language: str) -> list[dict[str, Any]]:
    """The schedules of one service at one place; none when its hours are unknown."""
    zone = ZoneInfo(at.location.timezone)
    here = now().astimezone(zone)
    same = {"service_at_location_id": str(at.id), "timezone": offset_hours(zone)}
    shown = [_rule(row, same, here.isoformat()[-6:], language) for row in _regular(list(at.schedules.all()))]
    if at.hours is not None:
        for first, last, times, why in exceptions(at.hours, at.closed or "", zone.key, here.date()):
            shown += _dated(at, first, last, times, WHY[why][language == "en"], same)
    return shown


def _regular(rows: list[Schedule]) -> list[Schedule]:
    """The rules that HSDS can say: of the lowest layer, for all days, without a season."""
    lowest = min((row.layer for row in rows), default=0)
    return [row for row in rows if row.layer == lowest and row.days == Schedule.Days.ALL and not row.season_from]


def _rule(row: Schedule, same: dict[str, Any], offset: str, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(row.id),
        "freq": row.freq,
        "interval": row.interval,
        "wkst": "MO",
        "byday": row.byday,
        "bymonthday": row.bymonthday,
        "byweekno": row.byweekno,
        "dtstart": row.dtstart and row.dtstart.isoformat(),
        "until": row.until and row.until.isoformat(),
        "count": row.count,
        "opens_at": row.opens_at and f"{row.opens_at:%H:%M}{offset}",
        "closes_at": row.closes_at and f"{row.closes_at:%H:%M}{offset}",
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        "valid_to": row.valid_to and row.valid_to.isoformat(),
        "description": sentence(row, language),
    }
    return {name: value for name, value in (found | same).items() if value is not None and value != ""}


@lru_cache(maxsize=4096)
def exceptions(hours: str, closed: str, zone: str, today: date) -> tuple[Otherwise, ...]:
    """The dates from `today` on for a year on which the regular rules do not tell the truth: (first, last, times, why)."""
    told = load(hours)
    lowest = min((rule.layer for rule in told.rules), default=0)
    plain = tuple(rule for rule in told.rules if rule.layer == lowest and rule.on == "all" and rule.season is None)
    if len(plain) == len(told.rules) and told.make_up is None and not closed:
        return ()
    real = timetable(hours, closed, zone)
    regular = Timetable(Hours(plain), (), ZoneInfo(zone))
    if real is None:  # they speak of school holidays that nobody has told us
        return ()
    found: list[Otherwise] = []
    for step in range(AHEAD):
        day = today + step * ONE
        spans, usual = real.spans_on(day), regular.spans_on(day)
        if spans == usual:
            continue
        why = "holiday" if is_public_holiday(day, zone) else "workday" if is_make_up_day(day, zone) else "other"
        times = tuple((_clock(opens), _clock(closes)) for opens, closes in spans)
        if found and found[-1][1] + ONE == day and found[-1][2:] == (times, why):
            found[-1] = (found[-1][0], day, times, why)
        else:
            found.append((day, day, times, why))
    return tuple(found)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}{at.isoformat()[-6:]}"


def _dated(
    at: ServiceAtLocation,
    first: date,
    last: date,
    times: Times,
    why: str,
    same: dict[str, Any],
) -> list[dict[str, Any]]:
    dates = {
        "valid_from": first.isoformat(),
        "valid_to": last.isoformat(),
        "notes": why,
    }
    if not times:
        return [{"id": made("closed", at.id, first)} | same | dates]
    return [
        {
            "id": made("dated", at.id, first, opens),
            "opens_at": opens,
            "closes_at": closes,
        }
        | same
        | dates
        for opens, closes in times
    ]
