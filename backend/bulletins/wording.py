"""What a bulletin says, in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.bulletins import scopes
from backend.bulletins.models import Bulletin
from backend.core.clock import BEIJING

SHORT = 160
ENGLISH_TITLES = {
    "water": "Water will be off",
    "power": "Power will be off",
    "gas": "Gas will be off",
    "heating": "Heating will be off",
    "lift": "The lift will be stopped",
    "other": "A notice from the property desk",
}
SEE = "Details in Chinese inside."


def params_of(bulletin: Bulletin) -> dict[str, Any]:
    """The parameters of every bulletin template. English falls back to what the subject says, never to silence."""
    place = scopes.of(bulletin)
    return {
        "place": place.label("zh"),
        "place_en": place.label("en"),
        "title": bulletin.title,
        "title_en": bulletin.title_en or ENGLISH_TITLES[bulletin.subject],
        "text": _short(bulletin.text),
        "text_en": _short(bulletin.text_en or SEE),
        "when": span(bulletin.starts_at, bulletin.ends_at, "zh"),
        "when_en": span(bulletin.starts_at, bulletin.ends_at, "en"),
    }


def span(start: datetime, end: datetime | None, language: str) -> str:
    """`11月24日 09:00 至 17:00` in Beijing time; with the date again when it ends on another day."""
    first = start.astimezone(BEIJING)
    said = _moment(first, language)
    if end is None:
        return f"{said} 起" if language == "zh" else f"from {said}"
    last = end.astimezone(BEIJING)
    until = f"{last:%H:%M}" if last.date() == first.date() else _moment(last, language)
    return f"{said} 至 {until}" if language == "zh" else f"{said} to {until}"


def _moment(local: datetime, language: str) -> str:
    return (
        f"{local.month}月{local.day}日 {local:%H:%M}" if language == "zh" else f"{local:%b} {local.day}, {local:%H:%M}"
    )


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= SHORT else one_line[: SHORT - 1] + "…"
