"""OpenStreetMap's `opening_hours` grammar, read into rules.

Understood: weekdays, their ranges and places in the month (`Su[1]`, `Fr[-1]`), `PH` and `SH`, months and dates with or without
a year, weeks of the year, several spans a day, spans over midnight, `24/7`, `off`; rules that override (`;`) and that add (`,`).
Not understood, and said so: sunrise, open ends, easter, offsets of days, `unknown`. Source: the specification on the OSM wiki.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count

from backend.directory.hours.rules import ALL_DAYS, DAY, MonthDay, Nth, Rule, Span
from backend.directory.hours.timetable import Hours, joined

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class UnreadableHours(ValueError):
    """The opening hours are outside the grammar that is understood."""


_COMMENT = re.compile(r'"[^"]*"')
_NUMBER = r"(\d{1,2})(?!\d|:\d)"
_MONTH = rf"({'|'.join(MONTHS)})\b"
_DATE = re.compile(
    rf"(?:(\d{{4}})\s+)?{_MONTH}(?:\s+{_NUMBER})?"
    rf"(?:\s*-\s*(?:(?:(\d{{4}})\s+)?{_MONTH}(?:\s+{_NUMBER})?|{_NUMBER}))?",
    re.IGNORECASE,
)
_MORE = re.compile(_NUMBER + r"(?!\s*-)")
_WEEKS = re.compile(
    r"week\s*(\d{1,2}(?:-\d{1,2}(?:/\d{1,2})?)?(?:\s*,\s*\d{1,2}(?:-\d{1,2}(?:/\d{1,2})?)?)*)(?![\d:])", re.IGNORECASE
)
_NAME = rf"(?:{'|'.join(DAYS)})"
_DAY = re.compile(
    rf"(?:(ph|sh)(?![a-z])|({_NAME})(?![a-z])(?:\s*-\s*({_NAME})(?![a-z])|\s*\[\s*(-?[1-5](?:\s*(?:,|-)\s*-?[1-5])*)\s*\])?)",
    re.IGNORECASE,
)
_SPAN = r"\d{1,2}(?::\d{2})?\s*-\s*\d{1,2}(?::\d{2})?"
_TIMES = re.compile(rf"(off\b|closed\b|24/7|{_SPAN}(?:\s*,\s*{_SPAN})*)\s*(?:open\b)?", re.IGNORECASE)
_GAP, _COMMA, _COLON = re.compile(r"\s*"), re.compile(r"\s*,\s*"), re.compile(r"\s*:?\s*")


@dataclass
class _Days:
    """The selectors of one rule: whole rules but for their spans, and weekdays to put into each."""

    ranges: list[Rule] = field(default_factory=list)
    weeks: frozenset[int] = frozenset()
    plain: set[Nth] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)

    def rules(self, spans: tuple[Span, ...], layer: int, adds: bool) -> list[Rule]:
        byday = frozenset(self.plain) or (frozenset() if self.kinds else frozenset((0, day) for day in ALL_DAYS))
        freq = "MONTHLY" if any(which for which, _ in byday) else "WEEKLY"
        made = [Rule(byday=byday, freq=freq)] if byday else []
        made += [Rule(on=kind) for kind in self.kinds]
        return [
            replace(
                rule, spans=spans, layer=layer, adds=adds, byweekno=self.weeks,
                season=when.season, valid_from=when.valid_from, valid_to=when.valid_to,
            )
            for rule in made
            for when in self.ranges or [Rule()]
        ]  # fmt: skip


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def rule(self, layer: int, adds: bool) -> list[Rule]:
        """Read one rule: selectors, then times. Raises UnreadableHours."""
        days = _Days()
        self.take(_GAP)
        self._wide(days)
        self.take(_COLON)
        while found := self.take(_DAY):
            _day(found, days)
            if not self._comma_before(_DAY):
                break
        self.take(_COLON)
        times = self.take(_TIMES)
        if times is None:
            raise UnreadableHours(self.text)
        spans = _spans(times[1].lower())
        self.take(_GAP)
        return days.rules(spans, layer, adds and bool(spans))

    def _wide(self, days: _Days) -> None:
        if weeks := self.take(_WEEKS):
            days.weeks = _weeks(weeks[1])
            self.take(_GAP)
            return
        while found := self.take(_DATE):
            days.ranges.append(_range(found))
            while found[3] and not any(found.groups()[3:]) and self._comma_before(_MORE):
                days.ranges.append(_same_month(found, self.take(_MORE)))
            if not self._comma_before(_DATE):
                break
        self.take(_GAP)

    def _comma_before(self, pattern: re.Pattern[str]) -> bool:
        """Step over a comma if what follows it is another of these."""
        comma = _COMMA.match(self.text, self.at)
        if comma is None or pattern.match(self.text, comma.end()) is None:
            return False
        self.at = comma.end()
        return True


def parse(text: str) -> Hours:
    """Read a value of `opening_hours`; alternatives after `||` and comments are left aside. Raises UnreadableHours."""
    plain = _COMMENT.sub("", text.split("||", maxsplit=1)[0]).strip()
    layers, rules = count(), list[Rule]()
    for part in filter(None, (part.strip() for part in plain.split(";"))):
        reader, adds = _Reader(part), False
        while reader.at < len(part):
            rules += reader.rule(next(layers), adds)
            adds = True
            reader.take(_COMMA)
    if not rules:
        raise UnreadableHours(text)
    return flattened(Hours(tuple(rules)))


def flattened(hours: Hours) -> Hours:
    """Say the ordinary week in one layer, days with the same spans together, so that it can be read without the layers."""
    first = min((rule.layer for rule in hours.rules if not _is_plain(rule)), default=None)
    plain = [rule for rule in hours.rules if first is None or rule.layer < first]
    week = Hours(tuple(plain))
    days: dict[tuple[Span, ...], set[Nth]] = {}
    for weekday in range(7):
        spans = week.spans(date.fromordinal(weekday + 1), "")  # 1 January of year 1 was a Monday
        days.setdefault(spans, set()).add((0, weekday))
    ordinary = [Rule(spans, frozenset(names)) for spans, names in days.items() if spans]
    rest = [rule for rule in hours.rules if rule not in plain]
    if not ordinary and not rest:
        ordinary = [Rule(byday=frozenset((0, day) for day in ALL_DAYS))]
    numbers = {layer: number for number, layer in enumerate(sorted({rule.layer for rule in rest}), 1)}
    return Hours((*ordinary, *(replace(rule, layer=numbers[rule.layer]) for rule in rest)), hours.make_up)


def _is_plain(rule: Rule) -> bool:
    return rule == Rule(rule.spans, rule.byday, rule.layer, rule.adds) and not any(which for which, _ in rule.byday)


def _day(found: re.Match[str], days: _Days) -> None:
    kind, first, last, which = found.groups()
    if kind:
        days.kinds.append("holidays" if kind.lower() == "ph" else "school")
        return
    start = DAYS.index(first.lower())
    length = (DAYS.index(last.lower()) - start) % 7 + 1 if last else 1
    numbers = _nths(which) if which else [0]
    days.plain |= {(number, (start + step) % 7) for step in range(length) for number in numbers}


def _nths(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.replace(" ", "").split(","):
        if span := re.fullmatch(r"([1-5])-([1-5])", part):
            numbers += range(int(span[1]), int(span[2]) + 1)
        elif re.fullmatch(r"-?[1-5]", part):
            numbers.append(int(part))
        else:
            raise UnreadableHours(text)
    return numbers


def _weeks(text: str) -> frozenset[int]:
    weeks: set[int] = set()
    for part in re.split(r"\s*,\s*", text):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        weeks.update(range(int(first), int(last or first) + 1, int(step or 1)))
    if not weeks or min(weeks) < 1 or max(weeks) > 53:
        raise UnreadableHours(text)
    return frozenset(weeks)


def _range(found: re.Match[str]) -> Rule:
    """Return a rule that holds in the range of months or days: in one year if it names one, else in every year."""
    year, month, day, last_year, last_month, last_day, same_month_day = found.groups()
    first: MonthDay = (_month(month), int(day or 1))
    if same_month_day:
        last = (first[0], int(same_month_day))
    elif last_month:
        last = (_month(last_month), int(last_day or LENGTHS[_month(last_month) - 1]))
    else:
        last = (first[0], int(day)) if day else (first[0], LENGTHS[first[0] - 1])
    if (same_month_day and not day) or any(not 1 <= number <= LENGTHS[m - 1] for m, number in (first, last)):
        raise UnreadableHours(found[0])
    if not year:
        if last_year:
            raise UnreadableHours(found[0])
        return Rule(season=(first, last))
    end_year = int(last_year or year) + (0 if last_year or last >= first else 1)
    try:
        start, end = date(int(year), *first), _last_of(end_year, last, bool(last_day or same_month_day or day))
    except ValueError:
        raise UnreadableHours(found[0]) from None
    if end < start:
        raise UnreadableHours(found[0])
    return Rule(valid_from=start, valid_to=end)


def _same_month(first: re.Match[str], day: re.Match[str] | None) -> Rule:
    """Return the range of one more day of the month that was named: `Dec 24,25`."""
    named = _DATE.fullmatch(f"{first[1] or ''} {first[2]} {day[0] if day else ''}".strip())
    if named is None:
        raise UnreadableHours(first[0])
    return _range(named)


def _last_of(year: int, last: MonthDay, is_exact: bool) -> date:
    if last == (2, 29) and not is_exact and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return date(year, 2, 28)
    return date(year, *last)


def _month(name: str) -> int:
    return MONTHS.index(name.lower()) + 1


def _spans(text: str) -> tuple[Span, ...]:
    if text in ("off", "closed"):
        return ()
    if text == "24/7":
        return ((0, DAY),)
    spans: list[Span] = []
    for part in text.split(","):
        opens, closes = (_minute(moment) for moment in part.split("-"))
        closes = closes if closes > opens else closes + DAY
        if opens >= DAY or closes - opens > DAY:
            raise UnreadableHours(text)
        spans.append((opens, closes))
    return joined(spans)


def _minute(text: str) -> int:
    hour, _, minute = text.strip().partition(":")
    if int(minute or 0) > 59 or int(hour) > 48:
        raise UnreadableHours(text)
    return int(hour) * 60 + int(minute or 0)
