"""Hours and closures as one short text each: what a list of hundreds of places reads instead of their schedules.

The text is derived from the rows (`backend.directory.schedules`), never edited; equal hours have equal texts, so a process
keeps one timetable for all the places that share them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from backend.directory.hours import calendars
from backend.directory.hours.rules import Rule, Span
from backend.directory.hours.timetable import Hours, Timetable, joined

Closed = tuple[datetime, datetime | None]


def dump(hours: Hours) -> str:
    """Return the text of these hours; a rule's fields that say nothing are left out, a `count` is counted out."""
    told: dict[str, Any] = {"rules": sorted((_plain(rule) for rule in _gathered(hours.rules)), key=json.dumps)}
    if hours.make_up is not None:
        told["make_up"] = hours.make_up
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def load(text: str) -> Hours:
    """Read back what `dump` gave."""
    told = json.loads(text)
    return Hours(tuple(_rule(rule) for rule in told["rules"]), told.get("make_up"))


def dump_closures(closures: Sequence[Closed]) -> str:
    """Return the text of closures (aware instants, None: no end known); empty without any."""
    rows = sorted(closures, key=lambda pair: pair[0])
    return json.dumps([[_utc(start), _utc(end) if end else None] for start, end in rows]) if rows else ""


def load_closures(text: str) -> list[Closed]:
    """Read back what `dump_closures` gave."""
    return [
        (datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
        for start, end in (json.loads(text) if text else ())
    ]


@lru_cache(maxsize=20_000)
def timetable(hours: str, closures: str, zone: str) -> Timetable | None:
    """Return the timetable of these texts where the clock is `zone`; one a process for all that share them.

    None when they speak of school holidays and none are known there.
    """
    told = load(hours)
    if any(rule.on == "school" for rule in told.rules) and not calendars.knows_school_holidays(zone):
        return None
    return Timetable(told, load_closures(closures), ZoneInfo(zone))


def _gathered(rules: Sequence[Rule]) -> list[Rule]:
    """Return one rule for all that are for the same days."""
    spans: dict[Rule, list[Span]] = {}
    for rule in rules:
        days = replace(rule, spans=())
        if rule.count is not None:
            days = replace(days, count=None, until=rule.last)
        spans.setdefault(days, []).extend(rule.spans)
    return [replace(days, spans=joined(found)) for days, found in spans.items()]


_BLANK = Rule()


def _plain(rule: Rule) -> dict[str, Any]:
    values = {field.name: getattr(rule, field.name) for field in fields(rule)}
    return {name: _word(value) for name, value in values.items() if value != getattr(_BLANK, name)}


def _word(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


def _rule(told: dict[str, Any]) -> Rule:
    return Rule(**{name: _READ[name](value) if name in _READ else value for name, value in told.items()})


def _pairs(value: list[list[int]]) -> tuple[Span, ...]:
    return tuple((first, second) for first, second in value)


_READ: dict[str, Any] = {
    "spans": _pairs,
    "byday": lambda value: frozenset(_pairs(value)),
    "bymonthday": frozenset,
    "byweekno": frozenset,
    "season": _pairs,
    **dict.fromkeys(("dtstart", "until", "valid_from", "valid_to"), date.fromisoformat),
}


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="minutes")
