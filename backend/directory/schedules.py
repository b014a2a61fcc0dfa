"""Schedule rows and the rules they mean: rows made from rules, rules read from rows, and the short text kept beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import time, timedelta

from backend.core.clock import now
from backend.directory.hours import HORIZON, Hours, dump, load
from backend.directory.hours.compiled import dump_closures
from backend.directory.hours.rules import DAY, RFC_DAYS, Nth, Rule
from backend.directory.models import Closure, Location, Schedule, Service, ServiceAtLocation


def rules(at: ServiceAtLocation) -> list[Schedule]:
    """Return the (unsaved) schedules that say what `at.hours` says; none when the hours are unknown."""
    if at.hours is None:
        return []
    found: list[Schedule] = []
    for rule in sorted(load(at.hours).rules, key=_order):
        for opens, closes in rule.spans or ((None, None),):
            row = _row(rule, opens, closes)
            row.service_at_location, row.position = at, len(found)
            found.append(row)
    return found


def hours_of(rows: Iterable[Schedule], make_up_day: str = "") -> Hours:
    """Return what these schedules say together; `make_up_day` is `MO` … `FR` or blank."""
    made = tuple(rule_of(row) for row in rows)
    return Hours(made, RFC_DAYS.index(make_up_day) if make_up_day else None)


def rule_of(row: Schedule) -> Rule:
    """Return the rule that one schedule says."""
    return Rule(
        spans=_spans(row),
        byday=frozenset(nth(name) for name in row.byday.split(",") if name),
        layer=row.layer,
        adds=row.adds,
        on=row.days,
        freq=row.freq,
        interval=row.interval,
        bymonthday=_numbers(row.bymonthday),
        byweekno=_numbers(row.byweekno),
        dtstart=row.dtstart,
        until=row.until,
        count=row.count,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        season=(_month_day(row.season_from), _month_day(row.season_to)) if row.season_from else None,
    )


def keep_compiled(at: ServiceAtLocation) -> None:
    """Derive `hours` and `closed` of a service at a location from its rows, and save them (inside a transaction).

    Readers are told that the service and the place have changed. Closures over for longer than is looked back are left out.
    """
    rows = list(Schedule.objects.filter(service_at_location=at))
    at.hours = dump(hours_of(rows, at.make_up_day)) if rows else None
    told = [(row.starts_at, row.ended_at or row.ends_at) for row in Closure.objects.filter(service_at_location=at)]
    lately = now() - timedelta(days=HORIZON)
    at.closed = dump_closures([(start, end) for start, end in told if end is None or (start < end and end > lately)])
    at.save(update_fields=["hours", "closed", "hours_text", "make_up_day"])
    Service.objects.filter(id=at.service_id).update(last_modified=now())
    Location.objects.filter(id=at.location_id).update(last_modified=now())


def nth(name: str) -> Nth:
    """Read `MO`, `2MO`, `-1FR`; raises ValueError."""
    which, weekday = name[:-2], name[-2:]
    return int(which) if which else 0, RFC_DAYS.index(weekday)


def _order(rule: Rule) -> tuple[int, list[Nth], str]:
    return rule.layer, sorted(rule.byday, key=lambda name: name[1]), repr(replace(rule, spans=()))


def _row(rule: Rule, opens: int | None, closes: int | None) -> Schedule:
    return Schedule(
        freq=rule.freq,
        interval=rule.interval,
        byday=",".join(
            f"{which or ''}{RFC_DAYS[day]}" for which, day in sorted(rule.byday, key=lambda n: (n[1], n[0]))
        ),
        bymonthday=_text(rule.bymonthday),
        byweekno=_text(rule.byweekno),
        dtstart=rule.dtstart,
        until=rule.until,
        count=rule.count,
        opens_at=_time(opens),
        closes_at=_time(closes),
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        season_from="{:02d}-{:02d}".format(*rule.season[0]) if rule.season else "",
        season_to="{:02d}-{:02d}".format(*rule.season[1]) if rule.season else "",
        days=rule.on,
        layer=rule.layer,
        adds=rule.adds,
    )


def _spans(row: Schedule) -> tuple[tuple[int, int], ...]:
    if row.opens_at is None or row.closes_at is None:
        return ()
    opens, closes = (moment.hour * 60 + moment.minute for moment in (row.opens_at, row.closes_at))
    return ((opens, closes if closes > opens else closes + DAY),)


def _time(minute: int | None) -> time | None:
    return None if minute is None else time(minute % DAY // 60, minute % 60)


def _text(numbers: frozenset[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(number) for number in text.split(",") if number)


def _month_day(text: str) -> tuple[int, int]:
    return int(text[:2]), int(text[3:])
