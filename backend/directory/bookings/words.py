"""Under which names the words of a booking are sealed, and how its time is said."""

from __future__ import annotations

from datetime import datetime

from backend.core.clock import BEIJING

NOTE, REASON, RATING = "directory.booking.note", "directory.booking.reason", "directory.rating.text"
_DAYS = "一二三四五六日"


def when(at: datetime) -> dict[str, str]:
    """The parameters `when`, `when_en` of a notice: "11月24日周二 09:00", "Tue 24 Nov 09:00" (Beijing time)."""
    local = at.astimezone(BEIJING)
    return {
        "when": f"{local.month}月{local.day}日周{_DAYS[local.weekday()]} {local:%H:%M}",
        "when_en": f"{local:%a} {local.day} {local:%b %H:%M}",
    }
