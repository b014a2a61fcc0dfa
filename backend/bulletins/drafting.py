"""What is to be announced, before it is: its rules, its place, its audience."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.bulletins import scopes
from backend.bulletins.errors import wrong
from backend.bulletins.models import Bulletin
from backend.core.clock import now
from backend.core.errors import Forbidden
from backend.people.actor import Actor

SHOWN_AFTER = timedelta(hours=12)
NOTICE_SHOWN = timedelta(days=14)
LONGEST = timedelta(days=180)


@dataclass(frozen=True)
class Draft:
    """What is to be announced. English is optional; an outage needs its end."""

    kind: str
    text: str
    subject: str = "other"
    title: str = ""
    title_en: str = ""
    text_en: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Preview:
    """`zh`, `en`: the inbox texts; `needs_confirmation`: `publish` wants the audience back as `confirm_audience`."""

    audience: int
    needs_confirmation: bool
    zh: str
    en: str


def announced_by(actor: Actor, scope: str, scope_id: UUID) -> scopes.Place:
    """The place, if the actor may announce there. Raises Invalid, Forbidden."""
    place = scopes.place_of(scope, scope_id)
    if not scopes.may_announce(actor, place):
        raise Forbidden
    return place


def audience(place: scopes.Place) -> int:
    """How many people live there."""
    return scopes.residents(place).values("user_id").distinct().count()


def drawn(place: scopes.Place, draft: Draft) -> Bulletin:
    """The draft as a bulletin that is not saved. Raises Invalid."""
    start, end = draft.starts_at or now(), draft.ends_at
    check(draft.kind, start, end, draft.text)
    return Bulletin(
        kind=draft.kind,
        subject=draft.subject,
        scope=place.scope,
        division=place.division,
        compound=place.compound,
        building=place.building,
        unit=place.unit,
        company=place.company,
        title=draft.title.strip() or _title(draft.kind, draft.subject),
        title_en=draft.title_en.strip(),
        text=draft.text.strip(),
        text_en=draft.text_en.strip(),
        starts_at=start,
        ends_at=end,
        shown_until=end + SHOWN_AFTER if end else start + NOTICE_SHOWN,
    )


def topic(bulletin: Bulletin) -> str:
    """The topic that announces it."""
    return "bulletin.outage" if bulletin.kind == Bulletin.Kind.PLANNED_OUTAGE else "bulletin.notice"


def check(kind: str, start: datetime, end: datetime | None, text: str) -> None:
    """Raise Invalid for what cannot be announced so."""
    if kind == Bulletin.Kind.PLANNED_OUTAGE and end is None:
        raise wrong("to", "required", "an outage has an end", "请填写停供结束时间")
    if end is not None and end <= start:
        raise wrong("to", "before-from", "it ends before it begins", "结束时间早于开始时间")
    if end is not None and end <= now():
        raise wrong("to", "in-the-past", "this time is over", "结束时间已过")
    if end is not None and end - start > LONGEST:
        raise wrong("to", "too-long", "at most 180 days", "最长 180 天")
    if not text.strip():
        raise wrong("text", "required", "say what happens", "请填写内容")


def _title(kind: str, subject: str) -> str:
    if kind == Bulletin.Kind.PLANNED_OUTAGE and subject != Bulletin.Subject.OTHER:
        return Bulletin.Subject(subject).label.split()[0] + "通知"
    return "计划停供通知" if kind == Bulletin.Kind.PLANNED_OUTAGE else "物业通知"
