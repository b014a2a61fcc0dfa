"""Tags of the pages: texts, icons, badges, money, time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backend.core.clock import BEIJING, now
from backend.core.money import yuan as to_yuan
from backend.directory.hours import words
from backend.tickets.categories import all_categories
from web import texts

register = template.Library()


def lang() -> str:
    """`zh` or `en`."""
    return "zh" if (translation.get_language() or "zh").startswith("zh") else "en"


@register.simple_tag
def t(key: str, **values: object) -> str:
    """A sentence of the catalogue, escaped where it is written."""
    return texts.text(key, lang(), **values)


@register.simple_tag
def word(group: str, code: object) -> str:
    """The word for a code: `{% word "ticket.state" ticket.state %}`."""
    return texts.word(group, str(code), lang())


@register.filter
def named(thing: object) -> str:
    """The name of a row in the reader's language (`name`, or `name_en` when there is one)."""
    if thing is None:
        return ""
    english = getattr(thing, "name_en", "") if lang() == "en" else ""
    return str(english or getattr(thing, "name", "") or "")


@register.filter
def headline(bulletin: Any) -> str:
    """The title of a bulletin in the reader's language."""
    return str(bulletin.headline(lang()))


@register.filter
def initial(name: str) -> str:
    """One character to tell people apart by: the first of the name itself, after what it is prefixed with."""
    own = name.rpartition("·")[2] or name
    return own[:1]


@register.filter
def category_name(code: str) -> str:
    """The name of a ticket category in the reader's language."""
    category = all_categories().get(code)
    return category.name(lang()) if category else code


@register.filter
def span(length: timedelta) -> str:
    """A promise as a person says it: "24 h", "7 days"."""
    hours = int(length.total_seconds() // 3600)
    key, count = ("span.hours", hours) if hours <= 48 else ("span.days", hours // 24)
    return texts.text(key, lang(), n=count)


@register.simple_tag
def icon(name: str, large: bool = False) -> SafeString:
    """A drawing from the sprite, hidden from screen readers: words always stand beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        " icon-l" if large else "",
        static("web/icons.svg"),
        name,
    )


LOOKS: dict[str, dict[str, tuple[str, str]]] = {
    "priority": {"P1": ("p1", "alarm"), "P2": ("warn", "people"), "P3": ("", "device")},
    "incident.state": {
        "open": ("alarm", "bell"),
        "acknowledged": ("calm", "hand"),
        "in_progress": ("calm", "play"),
        "resolved": ("good", "check-circle"),
    },
    "ticket.state": {
        "new": ("warn", "flag"),
        "reported": ("warn", "flag"),
        "routed": ("warn", "flag"),
        "accepted": ("calm", "hand"),
        "assigned": ("calm", "person"),
        "in_progress": ("calm", "tool"),
        "paused": ("", "pause"),
        "resolved": ("good", "check"),
        "verified": ("good", "check-circle"),
        "closed": ("good", "check-circle"),
        "reopened": ("alarm", "repeat"),
        "cancelled": ("", "close"),
        "merged": ("", "link"),
    },
    "booking.state": {
        "requested": ("warn", "clock"),
        "confirmed": ("good", "check-circle"),
        "offered": ("warn", "bell"),
        "waiting": ("calm", "people"),
        "cancelled": ("", "close"),
        "refused": ("", "close"),
        "attended": ("good", "check"),
        "no_show": ("", "user-clock"),
    },
    "bill.state": {"open": ("warn", "bill"), "paid": ("good", "check-circle"), "void": ("", "close")},
    "payment.state": {
        "paid": ("good", "check-circle"),
        "failed": ("alarm", "warning"),
        "cancelled": ("", "close"),
        "refunded": ("calm", "repeat"),
        "partly_refunded": ("calm", "repeat"),
        "disputed": ("alarm", "warning"),
        "creating": ("calm", "clock"),
        "pending": ("calm", "clock"),
        "processing": ("calm", "clock"),
    },
}


@register.simple_tag
def badge(group: str, code: object) -> SafeString:
    """A state as icon and word, the colour only repeating them."""
    look, drawing = LOOKS.get(group, {}).get(str(code), ("", "info"))
    return format_html(
        '<span class="badge{}">{} {}</span>',
        f" badge-{look}" if look else "",
        icon(drawing),
        texts.word(group, str(code), lang()),
    )


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as "¥12.34"."""
    return "" if fen is None else f"¥{to_yuan(fen)}"


@register.filter
def total(bills: Iterable[Any]) -> str:
    """What these bills still ask for, together."""
    return yuan(sum(bill.unpaid for bill in bills))


@register.filter
def plain(number: Decimal | None) -> str:
    """A decimal without the zeros that say nothing."""
    return "" if number is None else f"{number.normalize():f}"


@register.filter
def day(at: date) -> str:
    """A day as "12月3日" or "3 Dec"."""
    return f"{at.month}月{at.day}日" if lang() == "zh" else f"{at.day} {at:%b}"


@register.simple_tag
def day_of(at: datetime) -> str:
    """The last day in Beijing before a moment that is exclusive: "2027-05-22"."""
    return f"{(at - timedelta(seconds=1)).astimezone(BEIJING):%Y-%m-%d}"


@register.simple_tag
def period(bill: Any) -> str:
    """A bill's period: "2026-10" for a calendar month, else its first and last day."""
    last = bill.period_end - timedelta(days=1)
    if bill.period_start.day == 1 and (last + timedelta(days=1)).day == 1 and last.month == bill.period_start.month:
        return f"{bill.period_start:%Y-%m}"
    return f"{bill.period_start:%Y-%m-%d} – {last:%Y-%m-%d}"


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """A time in Beijing as `<time>`: the hour for today, else the date and the hour."""
    if at is None:
        return ""
    local, today = at.astimezone(BEIJING), now().astimezone(BEIJING)
    if local.date() == today.date():
        shown = f"{local:%H:%M}"
    elif lang() == "zh":
        shown = f"{local.month}月{local.day}日 {local:%H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"
    else:
        shown = f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), shown)


@register.filter
def hour(at: datetime | None) -> str:
    """The hour of an aware time as it reads there: "18:30", with the weekday when it is not today, the date beyond a week."""
    if at is None:
        return ""
    today = now().astimezone(at.tzinfo).date()
    if at.date() == today:
        return f"{at:%H:%M}"
    if abs((at.date() - today).days) > 6:
        return f"{words.day_of(at.date(), lang())} {at:%H:%M}"
    days = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}[lang()]
    return f"周{days[at.weekday()]} {at:%H:%M}" if lang() == "zh" else f"{days[at.weekday()]} {at:%H:%M}"


def _span(seconds: float) -> tuple[str, int]:
    minutes = int(seconds // 60)
    if minutes < 60:
        return "minutes", max(minutes, 1)
    if minutes < 48 * 60:
        return "hours", minutes // 60
    return "days", minutes // (24 * 60)


@register.simple_tag
def ago(at: datetime | None) -> str:
    """How long since: "5 min ago"."""
    if at is None:
        return ""
    seconds = (now() - at).total_seconds()
    if seconds < 60:
        return texts.text("ago.now", lang())
    unit, count = _span(seconds)
    return texts.text(f"ago.{unit}", lang(), n=count)


@register.simple_tag
def until(at: datetime | None) -> str:
    """How long until a deadline, or how far past it: "in 3 h", "2 days overdue"."""
    if at is None:
        return ""
    seconds = (at - now()).total_seconds()
    unit, count = _span(abs(seconds))
    return texts.text(f"{'in' if seconds >= 0 else 'late'}.{unit}", lang(), n=count)


@register.filter
def overdue(at: datetime | None) -> bool:
    """Is this deadline past?"""
    return at is not None and at < now()


@register.simple_tag
def age(at: datetime) -> SafeString:
    """A counter of the seconds since `at` (`age.js` keeps it running)."""
    seconds = max(int((now() - at).total_seconds()), 0)
    stamp = at.astimezone(BEIJING).isoformat(timespec="milliseconds")
    shown = f"{seconds // 60}:{seconds % 60:02d}"
    return format_html('<time class="age" data-age datetime="{}">{}</time>', stamp, shown)
