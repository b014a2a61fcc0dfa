"""Opening hours as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

from web.templatetags.yike import lang

NAMES = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def clock(minute: int) -> str:
    """Minutes after midnight as "08:30"; past 24 hours the next day's time."""
    return "24:00" if minute == 1440 else f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def week(flat: Sequence[int] | None) -> list[tuple[str, str]]:
    """(weekday, "08:00–12:00, 13:00–17:00") for seven days, empty text where it is closed; nothing when unknown."""
    if flat is None:
        return []
    days: list[list[str]] = [[] for _ in range(7)]
    for day, opens, closes in zip(flat[0::3], flat[1::3], flat[2::3], strict=True):
        days[day].append(f"{clock(opens)}–{clock(closes)}")
    return [(name, ", ".join(spans)) for name, spans in zip(NAMES[lang()], days, strict=True)]
