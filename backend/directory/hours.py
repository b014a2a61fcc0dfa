"""Weekly opening hours: OpenStreetMap's `opening_hours` in, open-or-not at an instant out.

A week is kept as flat integers (weekday 0-6, minute it opens, minute it closes) because thousands of them are read for
one circle. A closing minute above 1440 means that the place closes after midnight.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from backend.directory.models import ServiceAtLocation

DAY = 24 * 60
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
RFC_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Span = tuple[int, int]


class UnreadableHours(ValueError):
    """The opening hours are outside the grammar that is understood (weekdays, times, public holidays)."""


@dataclass(frozen=True)
class Hours:
    """A regular week: spans of minutes for Monday … Sunday, and for public holidays (None: as on any weekday)."""

    week: tuple[tuple[Span, ...], ...]
    holiday: tuple[Span, ...] | None = None

    def flat(self) -> list[int]:
        """Return the week as (weekday, opens, closes) triples in one list."""
        return [number for day, spans in enumerate(self.week) for span in spans for number in (day, *span)]

    def flat_holiday(self) -> list[int] | None:
        """Return the holiday spans as (opens, closes) pairs in one list."""
        return None if self.holiday is None else [number for span in self.holiday for number in span]

    @classmethod
    def of(cls, week: Sequence[int], holiday: Sequence[int] | None) -> "Hours":
        """Read back what `flat` and `flat_holiday` gave."""
        days: list[list[Span]] = [[] for _ in DAYS]
        for day, opens, closes in zip(week[0::3], week[1::3], week[2::3], strict=True):
            days[day].append((opens, closes))
        return cls(
            tuple(tuple(spans) for spans in days),
            None if holiday is None else tuple(zip(holiday[0::2], holiday[1::2], strict=True)),
        )


@dataclass(frozen=True)
class Opening:
    """Whether a place is open at an instant; the bounds are of the present opening, else of the next one.

    Both bounds are None for a place that never closes, or that does not open within the next eight days.
    """

    open_now: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
_SPAN = r"\d{1,2}(?::\d{2})?\s*-\s*\d{1,2}(?::\d{2})?"
_RULE = re.compile(
    rf"\s*(?P<days>{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*)?\s*:?\s*"
    rf"(?P<times>off\b|closed\b|24/7|{_SPAN}(?:\s*,\s*{_SPAN})*)\s*(?:open\b)?\s*"
)
_COMMENT = re.compile(r'"[^"]*"')


def parse(text: str) -> Hours:
    """Read the common part of OpenStreetMap's `opening_hours` grammar.

    Understood: weekdays and their ranges, several spans a day, spans over midnight, `24/7`, `off`, `PH`, rules that
    override (`;`) and rules that add (`,`). Raises UnreadableHours for months, dates, school holidays, sunset, open ends.
    """
    week: list[list[Span]] = [[] for _ in DAYS]
    holiday: list[Span] | None = None
    plain = _COMMENT.sub("", text.split("||", maxsplit=1)[0]).strip()
    if not plain:
        raise UnreadableHours(text)
    for rule in filter(None, (part.strip() for part in plain.split(";"))):
        position, replaced = 0, set[int]()
        while position < len(rule):
            match = _RULE.match(rule, position)
            if match is None or match.end() == position:
                raise UnreadableHours(text)
            days, on_holidays = _days(match["days"], text)
            spans = _spans(match["times"], text)
            for day in days:
                week[day] = spans + (week[day] if day in replaced and spans else [])
                replaced.add(day)
            if on_holidays:
                holiday = spans
            position = match.end()
            if position < len(rule) and rule[position] == ",":
                position += 1
    return Hours(tuple(tuple(sorted(set(day))) for day in week), None if holiday is None else tuple(holiday))


def _days(text: str | None, whole: str) -> tuple[list[int], bool]:
    if text is None:
        return list(range(7)), False
    days: list[int] = []
    on_holidays = False
    for part in re.split(r"\s*,\s*", text.strip()):
        first, _, last = (name.strip() for name in part.partition("-"))
        if first == "PH":
            if last:
                raise UnreadableHours(whole)
            on_holidays = True
            continue
        if last == "PH":
            raise UnreadableHours(whole)
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 + 1 if last else 1
        days += [(start + step) % 7 for step in range(length)]
    return days, on_holidays


def _spans(text: str, whole: str) -> list[Span]:
    if text in ("off", "closed"):
        return []
    if text == "24/7":
        return [(0, DAY)]
    spans: list[Span] = []
    for part in text.split(","):
        opens, closes = (_minute(moment, whole) for moment in part.split("-"))
        if opens >= DAY:
            raise UnreadableHours(whole)
        spans.append((opens, closes if closes > opens else closes + DAY))
    return spans


def _minute(text: str, whole: str) -> int:
    hour, _, minute = text.strip().partition(":")
    value = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or value > 2 * DAY:
        raise UnreadableHours(whole)
    return value


def opening(hours: Hours, instant: datetime, zone: ZoneInfo) -> Opening:
    """Say whether `hours`, kept in local time of `zone`, are open at the aware `instant`."""
    local = instant.astimezone(zone)
    start: datetime | None = None
    end: datetime | None = None
    horizon = local + timedelta(days=8)
    back = 8 if any((0, DAY) in day for day in hours.week) else 1
    for opens, closes in _runs(hours, local.date(), back, zone):
        if start is not None and end is not None and opens <= end:
            end = max(end, closes)
        elif end is not None and end > local:
            break
        else:
            start, end = opens, closes
        if end > horizon and start <= local:
            return Opening(True)
    if start is None or end is None or end <= local:
        return Opening(False)
    return Opening(start <= local, start, end)


def spans_on(at: ServiceAtLocation, day: date) -> list[tuple[datetime, datetime]]:
    """Return when `at` is open on spans that begin on the local `day`: aware, in order; none when its hours are unknown."""
    if at.week is None:
        return []
    hours, zone = Hours.of(at.week, at.holiday), ZoneInfo(at.location.timezone)
    spans = hours.week[day.weekday()]
    if hours.holiday is not None and is_public_holiday(day, zone.key):
        spans = hours.holiday
    return [(_moment(day, opens, zone), _moment(day, closes, zone)) for opens, closes in spans]


def _runs(hours: Hours, today: date, back: int, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for step in range(-back, 10):
        day = today + timedelta(days=step)
        spans = hours.week[day.weekday()]
        if hours.holiday is not None and is_public_holiday(day, zone.key):
            spans = hours.holiday
        for opens, closes in spans:
            yield _moment(day, opens, zone), _moment(day, closes, zone)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)


@lru_cache(maxsize=4096)
def is_public_holiday(day: date, zone: str) -> bool:
    """Say whether `day` is a public holiday where the clock is `zone`; only China's calendar is known."""
    if zone != "Asia/Shanghai":
        return False
    try:
        is_free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(is_free and name is not None)
