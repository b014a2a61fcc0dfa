"""Rules and closures of one place, read at an instant: open or not, since when, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.directory.hours.calendars import WORKDAY, kinds
from backend.directory.hours.rules import DAY, Rule, Span

HORIZON = 400
"""How many days ahead a next opening is looked for, and how far back the beginning of the present one."""
FOREVER = date.max.toordinal() * DAY


@dataclass(frozen=True)
class Opening:
    """Whether a place is open at an instant; the bounds are of the present opening, else of the next one.

    A bound is None when it is more than `HORIZON` days away: both for a place that never closes, or that never opens.
    """

    open_now: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True)
class Hours:
    """The rules of a place; `make_up` is the weekday (0–4) whose hours a weekend that is worked follows, None: its own."""

    rules: tuple[Rule, ...]
    make_up: int | None = None

    def spans(self, day: date, zone: str) -> tuple[Span, ...]:
        """Return the spans that begin on the local `day` where the clock is `zone`: minutes, in order, closures left aside."""
        known = kinds(day, zone)
        weekday = self.make_up if self.make_up is not None and WORKDAY in known else day.weekday()
        layers: dict[int, list[Rule]] = {}
        for rule in self.rules:
            if rule.holds(day, known, weekday):
                layers.setdefault(rule.layer, []).append(rule)
        found: list[Span] = []
        for layer in sorted(layers):
            if not all(rule.adds for rule in layers[layer]):
                found = []
            found += [span for rule in layers[layer] for span in rule.spans]
        return joined(found)


class Timetable:
    """Hours and closures where the clock is `zone`, quick to ask: an answer is kept until it would change.

    Inside, a moment is minutes of local time since year 1, so that on the night when a clock goes back an hour is told once.
    """

    def __init__(self, hours: Hours, closures: Sequence[tuple[datetime, datetime | None]], zone: ZoneInfo) -> None:
        self.hours, self.zone = hours, zone
        self._closures = joined(
            [(self._minute(start), self._minute(end) if end else FOREVER) for start, end in closures]
        )
        self._days: dict[int, tuple[Span, ...]] = {}
        self._last: tuple[int, int, Opening] = (0, 0, Opening(False))
        self._ever = any(rule.spans for rule in hours.rules)

    def opening(self, instant: datetime) -> Opening:
        """Say whether it is open at the aware `instant`."""
        minute = self._minute(instant)
        low, high, kept = self._last
        if not low <= minute < high:
            self._last = low, high, kept = self._opening(minute)
        return kept

    def spans_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return when it is open on spans that begin on the local `day`: aware, in order, closures cut out."""
        return [(self._moment(start), self._moment(end)) for start, end in self._day(day.toordinal())]

    def _opening(self, minute: int) -> tuple[int, int, Opening]:
        """Return since when and until when (local minutes) the answer holds, and the answer."""
        today = minute // DAY
        tomorrow = (today + 1) * DAY
        start, end = self._run(minute, today)
        if start <= minute < end:
            return start, min(end, tomorrow), Opening(True, self._told(start, today), self._told(end, today))
        if end <= minute:  # none within sight
            return minute, tomorrow, Opening(False)
        return minute, start, Opening(False, self._told(start, today), self._told(end, today))

    def _run(self, minute: int, today: int) -> Span:
        """Return the unbroken opening that holds `minute`, else the next one; (minute, minute) if there is none in sight."""
        if not self._ever:
            return minute, minute
        last = today + HORIZON
        ordinal, run = today - 1, None
        while ordinal <= last:
            for start, end in self._day(ordinal):
                if run is not None and start <= run[1]:
                    run = (run[0], max(run[1], end))
                elif run is not None and run[1] > minute:
                    return self._since(run, today)
                else:
                    run = (start, end)
            if run is not None and minute < run[1] < (ordinal + 1) * DAY:
                break  # nothing of a later day can touch it
            ordinal += 1
        return self._since(run, today) if run is not None and run[1] > minute else (minute, minute)

    def _since(self, run: Span, today: int) -> Span:
        """Go back to where the opening that was met half-way began."""
        start, end = run
        ordinal = today - 2
        while start < (ordinal + 2) * DAY and ordinal >= today - HORIZON:
            touching = [span for span in self._day(ordinal) if span[1] >= start]
            if not touching:
                break
            start = min(span[0] for span in touching)
            ordinal -= 1
        return start, end

    def _day(self, ordinal: int) -> tuple[Span, ...]:
        found = self._days.get(ordinal)
        if found is None:
            day = date.fromordinal(ordinal)
            base = ordinal * DAY
            spans = [(base + start, base + end) for start, end in self.hours.spans(day, self.zone.key)]
            found = _without(spans, self._closures) if self._closures else tuple(spans)
            if len(self._days) > 2 * HORIZON:
                self._days.clear()
            self._days[ordinal] = found
        return found

    def _told(self, minute: int, today: int) -> datetime | None:
        return self._moment(minute) if abs(minute - today * DAY) < (HORIZON - 1) * DAY else None

    def _minute(self, instant: datetime) -> int:
        local = instant.astimezone(self.zone)
        return local.toordinal() * DAY + local.hour * 60 + local.minute

    def _moment(self, minute: int) -> datetime:
        day = date.fromordinal(minute // DAY)
        return datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute % DAY)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _without(spans: Sequence[Span], closed: Sequence[Span]) -> tuple[Span, ...]:
    """Return what is left of the spans outside the closed ones."""
    left = list(spans)
    for begins, ends in closed:
        left = [
            part for start, end in left for part in ((start, min(end, begins)), (max(start, ends), end))
            if part[0] < part[1]
        ]  # fmt: skip
    return tuple(left)
