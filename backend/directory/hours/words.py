"""Schedules, closures and openings as a person reads them, in Chinese and English."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backend.directory.hours.rules import RFC_DAYS
from backend.directory.hours.timetable import Opening

if TYPE_CHECKING:
    from backend.directory.models import Closure, Schedule

ZH_DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EN_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NTH_EN = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_KINDS = {
    "holidays": ("法定节假日", "public holidays"),
    "workdays": ("调休上班日", "make-up working days"),
    "school": ("寒暑假", "school holidays"),
}


def sentence(rule: Schedule, language: str) -> str:
    """Return one schedule in words: "周一至周五 09:00–18:00", "Monday–Friday 09:00–18:00"."""
    days, hours = days_of(rule, language), hours_of(rule, language)
    note = rule.note_en if language.startswith("en") and rule.note_en else rule.note
    text = f"{days} {hours}".strip()
    if not note:
        return text
    return f"{text} ({note})" if language.startswith("en") else f"{text}（{note}）"


def hours_of(rule: Schedule, language: str) -> str:
    """Return its times: "09:00–18:00", "22:00–次日02:00", "24小时", "休息"."""
    english = language.startswith("en")
    if rule.opens_at is None or rule.closes_at is None:
        return "closed" if english else "休息"
    if rule.opens_at == rule.closes_at:
        if rule.opens_at == time(0):
            return "24 hours" if english else "24小时"
        return f"24 hours from {rule.opens_at:%H:%M}" if english else f"{rule.opens_at:%H:%M}起24小时"
    if rule.closes_at == time(0):
        return f"{rule.opens_at:%H:%M}–24:00"
    if rule.closes_at < rule.opens_at:
        closes = f"{rule.closes_at:%H:%M}"
        return f"{rule.opens_at:%H:%M}–{closes} the next day" if english else f"{rule.opens_at:%H:%M}–次日{closes}"
    return f"{rule.opens_at:%H:%M}–{rule.closes_at:%H:%M}"


def days_of(rule: Schedule, language: str) -> str:
    """Return the days it is for: "5月1日至10月31日 每月第二个周一", "public holidays"."""
    english = language.startswith("en")
    parts = [_season(rule, english), _dates(rule, english), _kind(rule, english), _recurrence(rule, english)]
    return " ".join(part for part in parts if part)


def closure(row: Closure, language: str, timezone: str) -> str:
    """Return a closure in words: "11月23日 08:00 至 12月1日 18:00 暂停：装修"."""
    english, zone = language.startswith("en"), ZoneInfo(timezone)
    start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone) if row.ends_at else None
    reason = row.words(language)
    if english:
        until = f"from {_moment(start, True)} to {_moment(end, True)}" if end else f"since {_moment(start, True)}"
        return f"Closed {until}: {reason}"
    until = f"{_moment(start, False)} 至 {_moment(end, False)}" if end else f"{_moment(start, False)} 起"
    return f"{until} 暂停服务：{reason}"


def next_change(opening: Opening, instant: datetime, timezone: str, language: str) -> str:
    """Return what comes next: "营业至 18:00", "明天 09:00 开门", "12月1日 09:00 开门"; empty when it is not known."""
    english, zone = language.startswith("en"), ZoneInfo(timezone)
    bound = opening.closes_at if opening.open_now else opening.opens_at
    if bound is None:
        return ""
    when = _when(bound.astimezone(zone), instant.astimezone(zone), english)
    if opening.open_now:
        return f"open until {when}" if english else f"营业至{when}"
    return f"opens {when}" if english else f"{when}开门"


def _when(bound: datetime, here: datetime, english: bool) -> str:
    days = (bound.date() - here.date()).days
    clock = f"{bound:%H:%M}"
    if days == 0:
        return clock
    if days == 1:
        return f"{clock} tomorrow" if english else f"明天{clock}"
    if days < 7:
        return f"{clock} on {EN_DAYS[bound.weekday()]}" if english else f"{ZH_DAYS[bound.weekday()]}{clock}"
    return f"{clock} on {day_of(bound.date(), 'en')}" if english else f"{day_of(bound.date(), 'zh')}{clock}"


def day_of(day: date, language: str, *, year: bool = False) -> str:
    """Return a date: "12月1日", "1 Dec"; with its year "2026年12月1日", "1 Dec 2026"."""
    if language.startswith("en"):
        return f"{day.day} {EN_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
    return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日"


def _moment(at: datetime, english: bool) -> str:
    return f"{day_of(at.date(), 'en' if english else 'zh', year=True)} {at:%H:%M}"


def _season(rule: Schedule, english: bool) -> str:
    if not rule.season_from:
        return ""
    first, last = (_yearly(text, english) for text in (rule.season_from, rule.season_to))
    return f"{first} to {last}" if english else f"每年{first}至{last}"


def _yearly(text: str, english: bool) -> str:
    month, day = int(text[:2]), int(text[3:])
    return f"{day} {EN_MONTHS[month - 1]}" if english else f"{month}月{day}日"


def _dates(rule: Schedule, english: bool) -> str:
    language = "en" if english else "zh"
    first, last = rule.valid_from or rule.dtstart, rule.valid_to or rule.until
    if rule.count == 1 and rule.dtstart:
        last = rule.dtstart
    first_text = day_of(first, language, year=True) if first else ""
    last_text = day_of(last, language, year=True) if last else ""
    if first and first == last:
        return first_text
    if first and last:
        return f"{first_text} to {last_text}" if english else f"{first_text}至{last_text}"
    text = ""
    if first:
        text = f"from {first_text}" if english else f"{first_text}起"
    elif last:
        text = f"until {last_text}" if english else f"至{last_text}"
    if rule.count and rule.count > 1:
        text += f", {rule.count} times" if english else f"共{rule.count}次"
    return text


def _kind(rule: Schedule, english: bool) -> str:
    return _KINDS[rule.days][english] if rule.days in _KINDS else ""


def _recurrence(rule: Schedule, english: bool) -> str:
    names = [name for name in rule.byday.split(",") if name]
    plain = sorted(RFC_DAYS.index(name) for name in names if name in RFC_DAYS)
    nth = [name for name in names if name not in RFC_DAYS]
    parts: list[str] = []
    if rule.byweekno:
        parts.append(f"weeks {rule.byweekno}" if english else f"第{rule.byweekno}周")
    if len(plain) == 7 and (rule.season_from or rule.valid_from or rule.days != "all"):
        plain = []
    if plain:
        parts.append(_weekdays(plain, english))
    parts += [_nth(name, english) for name in nth]
    parts += [_month_day(int(number), english) for number in rule.bymonthday.split(",") if number]
    if rule.interval > 1:
        unit = ("months", "个月") if rule.freq == "MONTHLY" else ("weeks", "周")
        parts.insert(0, f"every {rule.interval} {unit[0]}" if english else f"每{rule.interval}{unit[1]}")
    elif not parts and rule.dtstart and rule.count != 1:
        if rule.freq == "MONTHLY":
            parts.append(_month_day(rule.dtstart.day, english))
        else:
            parts.append(_weekdays([rule.dtstart.weekday()], english))
    is_every = (
        not (parts or rule.season_from or rule.valid_from or rule.valid_to or rule.dtstart) and rule.days == "all"
    )
    return (", " if english else "、").join(parts or ([_weekdays(list(range(7)), english)] if is_every else []))


def _weekdays(days: list[int], english: bool) -> str:
    """Runs of three and more as a range: 周一至周五; all seven as every day."""
    if len(days) == 7:
        return "every day" if english else "每天"
    names = EN_DAYS if english else ZH_DAYS
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [
        [f"{names[run[0]]}{'–' if english else '至'}{names[run[-1]]}"] if len(run) > 2 else [names[day] for day in run]
        for run in runs
    ]
    return (", " if english else "、").join(name for part in parts for name in part)


def _nth(name: str, english: bool) -> str:
    which, weekday = int(name[:-2]), RFC_DAYS.index(name[-2:])
    if english:
        place = _NTH_EN[which] if which > 0 else "last" if which == -1 else f"{_NTH_EN[-which]} last"
        return f"the {place} {EN_DAYS[weekday]} of the month"
    place = (
        f"第{'一二三四五'[which - 1]}个"
        if which > 0
        else "最后一个"
        if which == -1
        else f"倒数第{'一二三四五'[-which - 1]}个"
    )
    return f"每月{place}{ZH_DAYS[weekday]}"


def _month_day(number: int, english: bool) -> str:
    if english:
        return f"day {number} of the month" if number > 0 else f"day {-number} from the end of the month"
    return f"每月{number}日" if number > 0 else f"每月倒数第{-number}天"
