"""One rule of opening hours: on which days it holds, in RFC 5545 words, and the spans it gives them.

Times are minutes of local time after midnight of the day on which a span begins; a closing minute above 1440 is the next day's.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

DAY = 24 * 60
RFC_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ALL_DAYS = frozenset(range(7))
LAST = date(9999, 12, 31)

Span = tuple[int, int]
Nth = tuple[int, int]
"""(which, weekday): 0 is every one, 2 the month's second, -1 its last; weekdays are 0 (Monday) to 6."""
MonthDay = tuple[int, int]


@dataclass(frozen=True)
class Rule:
    """Days and spans. No spans: closed on these days.

    `layer`: of all rules that hold on a day those of the highest layer give its hours together; `adds` leaves the lower ones in
    force beside it. `on`: `all` days, or only `holidays`, `workdays` (weekends worked for a holiday), `school` holidays.
    `byday` empty: every day (or, with `dtstart` alone, what RFC 5545 says: its weekday, its day of the month).
    `season` is yearly, (month, day) to (month, day) inclusive, over New Year if the first is the later.
    `count` counts the days that the RFC words name from `dtstart`; `valid_from`, `valid_to`, `season`, `on` narrow them afterwards.
    """

    spans: tuple[Span, ...] = ()
    byday: frozenset[Nth] = frozenset()
    layer: int = 0
    adds: bool = False
    on: str = "all"
    freq: str = "WEEKLY"
    interval: int = 1
    bymonthday: frozenset[int] = frozenset()
    byweekno: frozenset[int] = frozenset()
    dtstart: date | None = None
    until: date | None = None
    count: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    season: tuple[MonthDay, MonthDay] | None = None

    def holds(self, day: date, kinds: frozenset[str], weekday: int) -> bool:
        """Say whether the rule is for `day`, which is `kinds` in the calendar and counts as `weekday`."""
        if self.on != "all" and _KIND[self.on] not in kinds:
            return False
        if not self.first <= day <= self.last:
            return False
        if self.season is not None and not _in_season(day, self.season):
            return False
        return self._recurs(day, weekday)

    @cached_property
    def first(self) -> date:
        """The first day on which it may hold."""
        return max(self.dtstart or date.min, self.valid_from or date.min)

    @cached_property
    def last(self) -> date:
        """The last day on which it may hold; a `count` is counted out here."""
        last = min(self.until or LAST, self.valid_to or LAST)
        return last if self.count is None or self.dtstart is None else min(last, self._counted_out(self.dtstart))

    def _counted_out(self, day: date) -> date:
        left, last = self.count or 0, date.min
        for _ in range(366 * 60):
            if left == 0:
                break
            if self._recurs(day, day.weekday()):
                left, last = left - 1, day
            if day == LAST:
                break
            day += timedelta(days=1)
        return last

    @cached_property
    def _weekdays(self) -> frozenset[int]:
        """The weekdays meant without a place in the month."""
        if not self.byday and not self.byweekno and self.freq == "WEEKLY" and self.dtstart is not None:
            return frozenset({self.dtstart.weekday()})
        return frozenset(weekday for which, weekday in self.byday if which == 0) if self.byday else ALL_DAYS

    @cached_property
    def _nths(self) -> frozenset[Nth]:
        return frozenset(nth for nth in self.byday if nth[0] != 0)

    @cached_property
    def _monthdays(self) -> frozenset[int]:
        if self.freq != "MONTHLY" or self.byday or self.bymonthday or self.byweekno or self.dtstart is None:
            return self.bymonthday
        return frozenset({self.dtstart.day})

    def _recurs(self, day: date, weekday: int) -> bool:
        if weekday not in self._weekdays and not (self._nths and self._is_nth(day)):
            return False
        if self._monthdays and not (
            day.day in self._monthdays or day.day - monthrange(day.year, day.month)[1] - 1 in self._monthdays
        ):
            return False
        if self.byweekno and day.isocalendar().week not in self.byweekno:
            return False
        if self.interval > 1 and self.dtstart is not None:
            return self._steps(self.dtstart, day) % self.interval == 0
        return True

    def _is_nth(self, day: date) -> bool:
        weekday, length = day.weekday(), monthrange(day.year, day.month)[1]
        which, from_the_end = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
        return (which, weekday) in self._nths or (from_the_end, weekday) in self._nths

    def _steps(self, start: date, day: date) -> int:
        if self.freq == "MONTHLY":
            return (day.year - start.year) * 12 + day.month - start.month
        return (day.toordinal() - day.weekday() - start.toordinal() + start.weekday()) // 7


_KIND = {"holidays": "holiday", "workdays": "workday", "school": "school"}


def _in_season(day: date, season: tuple[MonthDay, MonthDay]) -> bool:
    first, last = season
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last
