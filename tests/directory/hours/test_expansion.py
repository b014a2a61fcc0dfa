"""The engine against an independent expansion: dateutil's recurrence rules, painted minute by minute over two years.

Holidays and make-up days are the State Council's notices for 2025 and 2026, written down here.
`YIKE_HOURS_EXAMPLES=4000` runs thousands.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from dateutil import rrule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.clock import BEIJING
from backend.directory.hours import HORIZON, Opening, calendars, dump, timetable
from backend.directory.hours.compiled import dump_closures
from backend.directory.models import Schedule
from backend.directory.schedules import hours_of

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
MARGIN = 3
DAY = 1440
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
CODES = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
EXAMPLES = int(os.environ.get("YIKE_HOURS_EXAMPLES", "30"))

HOLIDAYS = (
    "2025-01-01/2025-01-01 2025-01-28/2025-02-04 2025-04-04/2025-04-06 2025-05-01/2025-05-05 2025-05-31/2025-06-02 "
    "2025-10-01/2025-10-08 2026-01-01/2026-01-03 2026-02-15/2026-02-23 2026-04-04/2026-04-06 2026-05-01/2026-05-05 "
    "2026-06-19/2026-06-21 2026-09-25/2026-09-27 2026-10-01/2026-10-07"
)
WORKED = "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"


def _between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


OFF = {day for span in HOLIDAYS.split() for day in _between(*(date.fromisoformat(end) for end in span.split("/")))}
MADE_UP = {date.fromisoformat(day) for day in WORKED.split()}

dates = st.dates(FIRST - timedelta(days=60), LAST)
season_day = st.sampled_from(["01-01", "02-28", "02-29", "04-30", "05-01", "06-15", "10-31", "11-15", "12-31"])
clock = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    """One schedule that the directory would accept, as the columns of its row."""
    freq = draw(st.sampled_from(["WEEKLY", "WEEKLY", "MONTHLY"]))
    told: dict[str, Any] = {"freq": freq, "layer": draw(st.integers(0, 3)), "adds": draw(st.booleans())}
    if draw(st.integers(0, 4)):
        told["opens_at"], told["closes_at"] = draw(clock), draw(clock)
    weekdays = draw(st.lists(st.sampled_from(NAMES), max_size=7, unique=True))
    if freq == "MONTHLY":
        numbers = draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]), max_size=2))
        weekdays += [f"{number}{draw(st.sampled_from(NAMES))}" for number in numbers]
        told["bymonthday"] = ",".join(
            str(n) for n in draw(st.lists(st.sampled_from([1, 10, 29, 31, -1, -31]), max_size=2))
        )
    told["byday"] = ",".join(weekdays)
    if draw(st.booleans()) or (freq == "MONTHLY" and not told["byday"] and not told["bymonthday"]):
        told["dtstart"] = draw(dates)
        told["interval"] = draw(st.integers(1, 3))
        ending = draw(st.sampled_from(["", "until", "count"]))
        if ending == "until":
            told["until"] = told["dtstart"] + timedelta(days=draw(st.integers(0, 500)))
        elif ending == "count":
            told["count"] = draw(st.integers(1, 40))
    if draw(st.integers(0, 3)) == 0:
        told["season_from"], told["season_to"] = draw(season_day), draw(season_day)
    if draw(st.integers(0, 3)) == 0:
        told["valid_from"] = draw(dates)
        told["valid_to"] = told["valid_from"] + timedelta(days=draw(st.integers(0, 300)))
    if draw(st.integers(0, 9)) == 0:
        told["byweekno"] = ",".join(str(n) for n in draw(st.lists(st.integers(1, 53), min_size=1, max_size=20)))
    told["days"] = draw(st.sampled_from(["all", "all", "all", "holidays", "workdays"]))
    return told


@st.composite
def closures(draw: st.DrawFn) -> tuple[datetime, datetime | None]:
    start = datetime.combine(draw(dates), draw(clock), BEIJING).astimezone(UTC)
    length = draw(st.none() | st.integers(1, 60 * 24 * 90))
    return start, None if length is None else start + timedelta(minutes=length)


def _rrule(row: Schedule, weekdays: list[str], *, bounded: bool) -> set[date]:
    """The days that the RFC words name; without a `dtstart` from before the two years.

    dateutil takes `MO,2TU` as Mondays that are second Tuesdays, RFC 5545 as either: the two kinds are expanded apart.
    """
    plain, nth = [w for w in weekdays if w in NAMES], [w for w in weekdays if w not in NAMES]
    named = sorted(
        _expanded(row, plain, bounded) | _expanded(row, nth, bounded)
        if plain and nth
        else _expanded(row, weekdays, bounded)
    )
    return set(named[: row.count] if bounded else named)


def _expanded(row: Schedule, weekdays: list[str], bounded: bool) -> set[date]:
    start = datetime.combine(row.dtstart or date(2024, 11, 4), time())
    words = rrule.rrule(
        {"WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}[row.freq],
        dtstart=start,
        interval=row.interval,
        wkst=rrule.MO,
        byweekday=[CODES[NAMES.index(w[-2:])](int(w[:-2]) if w[:-2] else None) for w in weekdays] or None,
        bymonthday=[int(n) for n in row.bymonthday.split(",") if n] or None,
        byweekno=[int(n) for n in row.byweekno.split(",") if n] or None,
        until=datetime.combine(min(row.until or LAST, LAST) if bounded else LAST, time()),
    )
    return {moment.date() for moment in words}


def _named(row: Schedule, make_up: str) -> set[date]:
    """The days that a schedule is for."""
    weekdays = [name for name in row.byday.split(",") if name]
    if not weekdays and row.dtstart is None and not row.bymonthday:
        weekdays = list(NAMES)
    named = _rrule(row, weekdays, bounded=True)
    if make_up:
        named = _made_up(row, weekdays, named, make_up)
    if row.season_from:
        year = [(date(2024, 1, 1) + timedelta(days=n)).strftime("%m-%d") for n in range(366)]
        first, last = year.index(row.season_from), year.index(row.season_to)
        inside = set(year[first : last + 1] if first <= last else year[first:] + year[: last + 1])
        named = {day for day in named if day.strftime("%m-%d") in inside}
    for kind, calendar in (("holidays", OFF), ("workdays", MADE_UP)):
        if row.days == kind:
            named &= calendar
    return {d for d in named if (row.valid_from or d) <= d <= (row.valid_to or d)}


def _made_up(row: Schedule, weekdays: list[str], named: set[date], make_up: str) -> set[date]:
    """A weekend that is worked counts as the weekday `make_up`, for rules that go by weekdays."""
    last = row.until or date.max
    if row.count is not None and len(named) == row.count:
        last = max(named)
    plain = [name for name in weekdays if name in NAMES]
    if not weekdays and not row.byweekno and row.freq == "WEEKLY" and row.dtstart:
        plain = [NAMES[row.dtstart.weekday()]]
    if not plain and not weekdays:
        return named
    any_day = _rrule(row, list(NAMES), bounded=False) if make_up in plain else set()
    nth = [name for name in weekdays if name not in NAMES]
    nths = _rrule(row, nth, bounded=False) if nth else set()
    return (named - MADE_UP) | {day for day in MADE_UP & (any_day | nths) if day <= last}


def _painted(
    rows: list[Schedule], closed: list[tuple[datetime, datetime | None]], make_up: str
) -> npt.NDArray[np.bool_]:
    """Open or not, every minute from the first midnight on."""
    named = [_named(row, make_up) for row in rows]
    open_ = np.zeros((len(DAYS) + 3) * DAY, bool)
    for number, day in enumerate(DAYS):
        holding = [row for row, days in zip(rows, named, strict=True) if day in days]
        for layer in sorted({row.layer for row in holding}, reverse=True):
            level = [row for row in holding if row.layer == layer]
            for row in level:
                if row.opens_at and row.closes_at:
                    start = number * DAY + row.opens_at.hour * 60 + row.opens_at.minute
                    length = (
                        (row.closes_at.hour - row.opens_at.hour) * 60 + row.closes_at.minute - row.opens_at.minute
                    ) % DAY
                    open_[start : start + (length or DAY)] = True
            if not all(row.adds for row in level):
                break
    for start_at, end_at in closed:
        begins, ends = _minute(start_at), len(open_) if end_at is None else _minute(end_at)
        if ends > 0:
            open_[max(begins, 0) : ends] = False
    return open_


ZERO = datetime.combine(FIRST, time(), BEIJING)


def _minute(instant: datetime) -> int:
    return int((instant - ZERO).total_seconds()) // 60


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=st.lists(schedules(), min_size=1, max_size=5),
    closed=st.lists(closures(), max_size=2),
    make_up=st.sampled_from(["", "", "MO", "FR"]),
)
def test_two_years_of_openings_agree_with_dateutil(
    told: list[dict[str, Any]], closed: list[tuple[datetime, datetime | None]], make_up: str
) -> None:
    rows = [Schedule(**one) for one in told]
    painted = _painted(rows, closed, make_up)
    kept = timetable(dump(hours_of(rows, make_up)), dump_closures(closed), "Asia/Shanghai")
    assert kept is not None
    low, high = MARGIN * DAY, (len(DAYS) - MARGIN) * DAY
    edges = [low, *(np.flatnonzero(np.diff(painted[low:high])) + low + 1).tolist(), high]
    for start, end in pairwise(edges):
        _agree(kept.opening(ZERO + timedelta(minutes=start)), painted, start, start, end, high)
        _agree(kept.opening(ZERO + timedelta(minutes=end - 1, seconds=59)), painted, end - 1, start, end, high)


def _agree(opening: Opening, painted: npt.NDArray[np.bool_], at: int, start: int, end: int, high: int) -> None:
    """Compare an answer at minute `at`, inside a stretch from `start` to `end` that is all open or all closed."""
    when = ZERO + timedelta(minutes=at)
    assert opening.open_now == painted[at], when
    if opening.open_now:
        if start > MARGIN * DAY:
            assert opening.opens_at == _told(start, at), when
        if end < high:
            assert opening.closes_at == _told(end, at), when
    elif end < high:
        assert opening.opens_at == _told(end, at), when


def _told(minute: int, at: int) -> datetime | None:
    """The instant of a minute, None beyond what is looked for."""
    return ZERO + timedelta(minutes=minute) if abs(minute - at // DAY * DAY) < (HORIZON - 1) * DAY else None


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(listed=st.lists(schedules(), min_size=1, max_size=5), day=st.sampled_from(DAYS[MARGIN:-MARGIN]))
def test_a_day_is_told_as_the_same_spans(listed: list[dict[str, Any]], day: date) -> None:
    rows = [Schedule(**one) for one in listed]
    kept = timetable(dump(hours_of(rows)), "", "Asia/Shanghai")
    assert kept is not None
    spans = kept.spans_on(day)
    assert all(start.date() == day and start < end for start, end in spans)
    painted = _painted(rows, [], "")
    for start, end in spans:
        assert painted[_minute(start) : _minute(end)].all()
    told = np.zeros_like(painted)
    for ordinal in (day - timedelta(days=1), day):
        for start, end in kept.spans_on(ordinal):
            told[_minute(start) : _minute(end)] = True
    first = _minute(datetime.combine(day, time(), BEIJING))
    assert (told[first : first + DAY] == painted[first : first + DAY]).all()


def test_the_calendar_is_that_of_the_notices() -> None:
    assert {day for day in DAYS if calendars.is_public_holiday(day, "Asia/Shanghai")} == OFF
    assert {day for day in DAYS if calendars.is_make_up_day(day, "Asia/Shanghai")} == MADE_UP
    assert not calendars.is_public_holiday(date(2026, 10, 1), "Europe/Helsinki")


def test_a_year_without_an_arrangement_has_its_statutory_days() -> None:
    assert calendars.is_public_holiday(date(2027, 1, 1), "Asia/Shanghai")
    assert not calendars.is_public_holiday(date(2027, 1, 2), "Asia/Shanghai")
