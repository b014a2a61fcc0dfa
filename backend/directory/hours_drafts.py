"""Schedules and closures as somebody writes them, checked field by field before they are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid
from backend.directory.hours.calendars import knows_school_holidays
from backend.directory.hours.rules import RFC_DAYS
from backend.directory.models import Closure, Schedule

MOST_SCHEDULES, MOST_COUNT, MOST_INTERVAL, MOST_LAYER = 60, 400, 52, 9
LONGEST_CLOSURE = timedelta(days=1096)
_NTH = re.compile(rf"(-?[1-5])?({'|'.join(RFC_DAYS)})")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

LAYERS = {"all": 0, "season": 1, "workdays": 2, "holidays": 3, "school": 1, "day": 4}
"""The layer of a schedule that names none: the more particular wins."""


@dataclass(frozen=True)
class ScheduleDraft:
    """The columns of a `Schedule` as they were sent; `layer` None: by what it is for (`LAYERS`)."""

    freq: str = "WEEKLY"
    interval: int = 1
    byday: str = ""
    bymonthday: str = ""
    byweekno: str = ""
    dtstart: date | None = None
    until: date | None = None
    count: int | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    season_from: str = ""
    season_to: str = ""
    days: str = "all"
    layer: int | None = None
    adds: bool = False
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class ClosureDraft:
    """A closure as it was sent: aware instants, `ends_at` None where nobody knows."""

    kind: str
    starts_at: datetime
    ends_at: datetime | None = None
    reason: str = ""
    reason_en: str = ""


class _Faults(list[FieldError]):
    def add(self, pointer: str, code: str, detail: str, zh: str) -> None:
        self.append(FieldError(pointer, code, detail, zh))


def schedules(drafts: list[ScheduleDraft], zone: str) -> list[Schedule]:
    """Return unsaved schedules in the order given, for a place whose clock is `zone`. Raises Invalid, every wrong field named."""
    faults = _Faults()
    if len(drafts) > MOST_SCHEDULES:
        faults.add("/schedules", "too-many", f"at most {MOST_SCHEDULES} schedules", f"最多 {MOST_SCHEDULES} 条")
        raise Invalid(*faults)
    for number, draft in enumerate(drafts):
        _check(draft, f"/schedules/{number}", zone, faults)
    if faults:
        raise Invalid(*faults)
    return [_row(draft, position) for position, draft in enumerate(drafts)]


def closure(draft: ClosureDraft) -> Closure:
    """Return an unsaved closure, its instants to the minute. Raises Invalid."""
    faults = _Faults()
    start, end = _minute(draft.starts_at), None if draft.ends_at is None else _minute(draft.ends_at)
    for name, moment in (("starts_at", start), ("ends_at", end)):
        if moment is not None and moment.utcoffset() is None:
            faults.add(f"/{name}", "not-an-instant", "an instant with its offset", "须为带时区的时刻")
    if faults:
        raise Invalid(*faults)
    if draft.kind not in Closure.Kind.values:
        faults.add("/kind", "unknown", f"one of {', '.join(Closure.Kind.values)}", "未知的类别")
    if end is not None and end <= start:
        faults.add("/ends_at", "before-start", "must be after starts_at", "结束时间须晚于开始时间")
    if end is not None and end <= now():
        faults.add("/ends_at", "past", "is over already", "已经结束")
    if abs(start - now()) > LONGEST_CLOSURE:
        faults.add("/starts_at", "too-far", "at most three years away", "距今最多三年")
    elif (end or start) - start > LONGEST_CLOSURE:
        faults.add("/ends_at", "too-long", "at most three years; leave it out if nobody knows", "最长三年；未定可不填")
    if draft.kind == Closure.Kind.OTHER and not draft.reason.strip():
        faults.add("/reason", "required", "say why", "请说明原因")
    if faults:
        raise Invalid(*faults)
    return Closure(
        kind=draft.kind,
        starts_at=start,
        ends_at=end,
        reason=draft.reason.strip(),
        reason_en=draft.reason_en.strip(),
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _check(draft: ScheduleDraft, at: str, zone: str, faults: _Faults) -> None:
    _check_days(draft, at, faults)
    _check_bounds(draft, at, faults)
    if (draft.opens_at is None) != (draft.closes_at is None):
        missing = "opens_at" if draft.opens_at is None else "closes_at"
        faults.add(f"{at}/{missing}", "missing", "opens_at and closes_at go together", "开门与关门时间须同时填写")
    for name in ("opens_at", "closes_at"):
        moment: time | None = getattr(draft, name)
        if moment is not None and (moment.second or moment.microsecond or moment.tzinfo):
            faults.add(f"{at}/{name}", "not-a-minute", "HH:MM of local time", "须为当地时间 HH:MM")
    if draft.days not in Schedule.Days.values:
        faults.add(f"{at}/days", "unknown", f"one of {', '.join(Schedule.Days.values)}", "未知的日期类别")
    elif draft.days == Schedule.Days.SCHOOL and not knows_school_holidays(zone):
        faults.add(f"{at}/days", "calendar-unknown", "no school holidays are known here", "尚无本地寒暑假日历")
    if draft.layer is not None and not 0 <= draft.layer <= MOST_LAYER:
        faults.add(f"{at}/layer", "out-of-range", f"0 to {MOST_LAYER}", f"须为 0 到 {MOST_LAYER}")


def _check_days(draft: ScheduleDraft, at: str, faults: _Faults) -> None:
    if draft.freq not in Schedule.Freq.values:
        faults.add(f"{at}/freq", "unknown", "WEEKLY or MONTHLY", "须为 WEEKLY 或 MONTHLY")
        return
    is_monthly = draft.freq == Schedule.Freq.MONTHLY
    names = [name for name in draft.byday.split(",") if name]
    found = [_NTH.fullmatch(name) for name in names]
    if not all(found):
        faults.add(f"{at}/byday", "not-rfc5545", "weekdays such as MO,TU or 2MO,-1FR", "须为 MO,TU 或 2MO,-1FR 之类")
    elif not is_monthly and any(match and match[1] for match in found):
        faults.add(f"{at}/byday", "monthly-only", "2MO needs freq MONTHLY", "2MO 之类仅用于 MONTHLY")
    if not _all_within(draft.bymonthday, 31, negative=True):
        faults.add(f"{at}/bymonthday", "not-rfc5545", "days such as 1,15,-1", "须为 1,15,-1 之类")
    elif draft.bymonthday and not is_monthly:
        faults.add(f"{at}/bymonthday", "monthly-only", "needs freq MONTHLY", "仅用于 MONTHLY")
    if not _all_within(draft.byweekno, 53, negative=False):
        faults.add(f"{at}/byweekno", "not-rfc5545", "ISO weeks such as 1,2,53", "须为 1 到 53 的周数")
    if is_monthly and not (draft.byday or draft.bymonthday or draft.dtstart):
        faults.add(f"{at}/byday", "missing", "MONTHLY needs byday, bymonthday or dtstart", "MONTHLY 须指明日期")
    for name in ("season_from", "season_to"):
        if not _is_month_day(getattr(draft, name)):
            faults.add(f"{at}/{name}", "not-a-day", "MM-DD", "须为 MM-DD")
    if bool(draft.season_from) != bool(draft.season_to):
        faults.add(f"{at}/season_to", "missing", "season_from and season_to go together", "季节起止须同时填写")


def _check_bounds(draft: ScheduleDraft, at: str, faults: _Faults) -> None:
    if not 1 <= draft.interval <= MOST_INTERVAL:
        faults.add(f"{at}/interval", "out-of-range", f"1 to {MOST_INTERVAL}", f"须为 1 到 {MOST_INTERVAL}")
    if draft.dtstart is None and (draft.interval > 1 or draft.count is not None):
        faults.add(f"{at}/dtstart", "missing", "interval and count begin at dtstart", "间隔或次数须有起始日 dtstart")
    if draft.count is not None and not 1 <= draft.count <= MOST_COUNT:
        faults.add(f"{at}/count", "out-of-range", f"1 to {MOST_COUNT}", f"须为 1 到 {MOST_COUNT}")
    if draft.count is not None and draft.until is not None:
        faults.add(f"{at}/count", "not-rfc5545", "count or until, not both", "次数与截止日只能填一个")
    for first, last in (("dtstart", "until"), ("valid_from", "valid_to")):
        start, end = getattr(draft, first), getattr(draft, last)
        if start is not None and end is not None and end < start:
            faults.add(f"{at}/{last}", "before-start", f"must not be before {first}", "不得早于起始日")


def _all_within(text: str, most: int, *, negative: bool) -> bool:
    sign = "-?" if negative else ""
    return all(
        re.fullmatch(rf"{sign}\d{{1,2}}", part) and 1 <= abs(int(part)) <= most for part in text.split(",") if text
    )


def _is_month_day(text: str) -> bool:
    if not text:
        return True
    found = re.fullmatch(r"(\d{2})-(\d{2})", text)
    return bool(found and 1 <= int(found[1]) <= 12 and 1 <= int(found[2]) <= _LENGTHS[int(found[1]) - 1])


def _row(draft: ScheduleDraft, position: int) -> Schedule:
    told: dict[str, Any] = {field.name: getattr(draft, field.name) for field in fields(ScheduleDraft)}
    return Schedule(**told | {"position": position, "layer": _layer(draft) if draft.layer is None else draft.layer})


def _layer(draft: ScheduleDraft) -> int:
    first, last = draft.valid_from or draft.dtstart, draft.valid_to or draft.until
    if draft.count == 1 or (first is not None and first == last):
        return LAYERS["day"]
    if draft.days != Schedule.Days.ALL:
        return LAYERS[draft.days]
    return LAYERS["season" if draft.season_from or (draft.valid_from and draft.valid_to) else "all"]
