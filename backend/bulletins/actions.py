"""Put up, change, end and withdraw a bulletin; link the tickets that are about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.bulletins import scopes
from backend.bulletins.errors import AlreadyClosed, ConfirmAudience, IdTaken, wrong
from backend.bulletins.models import Bulletin, BulletinTicket
from backend.bulletins.reading import covering
from backend.bulletins.wording import params_of
from backend.core import jobs
from backend.core.clock import now
from backend.core.errors import Forbidden, NotFound
from backend.core.ids import uuid7
from backend.core.verb import record, verb
from backend.people.actor import Actor
from notifications import broadcasts, templates
from notifications.notices import notify

MANY = 500
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


@verb("bulletin.published")
def publish(
    actor: Actor,
    *,
    scope: str,
    scope_id: UUID,
    draft: Draft,
    severity: str = "important",
    shown_until: datetime | None = None,
    is_pinned: bool = True,
    confirm_audience: int | None = None,
    id: UUID | None = None,
) -> Bulletin:
    """Put up a bulletin and tell the place: inbox and stream at once, pushes by a job.

    Where it reaches more than 500 people, `confirm_audience` must be their number (ConfirmAudience says it): nobody wakes a
    district by a slip. The same `id` by the same person gives the first one. Raises Invalid, Forbidden (not your place), IdTaken.
    """
    place = _announced_by(actor, scope, scope_id)
    if id is not None and (found := Bulletin.objects.filter(id=id).first()):
        if found.author_id != actor.person_id:
            raise IdTaken
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
        return found
    made, people = _drawn(place, draft), _audience(place)
    if people > MANY and confirm_audience != people:
        raise ConfirmAudience(audience=people)
    made.id, made.author_id, made.audience = id or uuid7(), actor.must_be_known(), people
    made.severity, made.is_pinned = severity, is_pinned
    made.shown_until = shown_until or made.shown_until
    made.save(force_insert=True)
    _tell(made, _topic(made), actor)
    record("bulletin.published", about=made, scope=scope, audience=people)
    return made


@verb("bulletin.previewed")
def preview(actor: Actor, *, scope: str, scope_id: UUID, draft: Draft, send_to_me: bool = False) -> Preview:
    """What people would read and how many they are. `send_to_me`: it goes to the actor's own inbox and devices, and nowhere else.

    Raises Invalid, Forbidden as `publish`.
    """
    place = _announced_by(actor, scope, scope_id)
    made, people = _drawn(place, draft), _audience(place)
    params, topic = params_of(made), _topic(made)
    if send_to_me:
        notify(actor.must_be_known(), topic, params, about="")
    zh, en = (templates.render(topic, params, language) for language in ("zh-CN", "en"))
    record("bulletin.previewed", about=None, scope=scope, sent=send_to_me)
    return Preview(people, people > MANY, zh, en)


def _announced_by(actor: Actor, scope: str, scope_id: UUID) -> scopes.Place:
    place = scopes.place_of(scope, scope_id)
    if not scopes.may_announce(actor, place):
        raise Forbidden
    return place


def _audience(place: scopes.Place) -> int:
    return scopes.residents(place).values("user_id").distinct().count()


def _drawn(place: scopes.Place, draft: Draft) -> Bulletin:
    """The draft as a bulletin that is not saved. Raises Invalid."""
    start, end = draft.starts_at or now(), draft.ends_at
    _check(draft.kind, start, end, draft.text)
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


def _topic(bulletin: Bulletin) -> str:
    return "bulletin.outage" if bulletin.kind == Bulletin.Kind.PLANNED_OUTAGE else "bulletin.notice"


def _check(kind: str, start: datetime, end: datetime | None, text: str) -> None:
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


def _tell(bulletin: Bulletin, topic: str, actor: Actor) -> None:
    """To the streams and inboxes of the place now, to the pushes by a job."""
    place = scopes.of(bulletin)
    broadcasts.announce(
        scopes.channels(place),
        topic,
        params_of(bulletin),
        about=f"/api/v1/bulletins/{bulletin.id}",
        source_id=bulletin.id,
        expires_at=bulletin.shown_until,
    )
    job = jobs.start(
        "bulletin.push",
        owner_id=actor.must_be_known(),
        total=bulletin.audience,
        bulletin=str(bulletin.id),
        topic=topic,
    )
    bulletin.job_id = job.id
    bulletin.save(update_fields=["job_id"])


def _own(actor: Actor, bulletin_id: UUID) -> Bulletin:
    """The bulletin, locked, if the actor may announce in its place. Raises NotFound, Forbidden, AlreadyClosed."""
    row = Bulletin.objects.select_for_update(of=("self",)).filter(id=bulletin_id).first()
    if row is None:
        raise NotFound
    if not scopes.may_announce(actor, scopes.of(row)):
        raise Forbidden
    if row.state != Bulletin.State.PUBLISHED:
        raise AlreadyClosed
    return row


@verb("bulletin.changed")
def change(
    actor: Actor,
    *,
    bulletin_id: UUID,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    text: str | None = None,
    text_en: str | None = None,
    is_pinned: bool | None = None,
) -> Bulletin:
    """Change times or words (an outage takes longer) and tell the place again, unless only the pin was moved."""
    row = _own(actor, bulletin_id)
    told = any(value is not None for value in (starts_at, ends_at, text, text_en))
    row.starts_at = starts_at or row.starts_at
    if ends_at is not None:
        row.ends_at, row.shown_until = ends_at, ends_at + SHOWN_AFTER
    row.text = row.text if text is None else text.strip()
    row.text_en = row.text_en if text_en is None else text_en.strip()
    row.is_pinned = row.is_pinned if is_pinned is None else is_pinned
    _check(row.kind, row.starts_at, row.ends_at, row.text)
    row.save()
    if told:
        _tell(row, "bulletin.changed", actor)
    record("bulletin.changed", about=row)
    return row


@verb("bulletin.ended")
def end(actor: Actor, *, bulletin_id: UUID) -> Bulletin:
    """It is over: the place is told, and everybody who had reported it is told that it is."""
    row = _close(_own(actor, bulletin_id), Bulletin.State.ENDED)
    _tell(row, "bulletin.ended", actor)
    words = params_of(row)
    for link in row.tickets.all():
        told = {"number": link.number, "title": words["title"], "title_en": words["title_en"]}
        about = f"/api/v1/tickets/{link.ticket_id}"
        notify(link.person_id, "bulletin.ticket-over", told, about=about, key=f"bulletin:{row.id}:{link.ticket_id}")
    record("bulletin.ended", about=row, tickets=row.tickets.count())
    return row


@verb("bulletin.withdrawn")
def withdraw(actor: Actor, *, bulletin_id: UUID) -> Bulletin:
    """It does not happen after all."""
    row = _close(_own(actor, bulletin_id), Bulletin.State.WITHDRAWN)
    _tell(row, "bulletin.withdrawn", actor)
    record("bulletin.withdrawn", about=row)
    return row


def _close(row: Bulletin, state: Bulletin.State) -> Bulletin:
    row.state, row.closed_at, row.is_pinned = state, now(), False
    row.save(update_fields=["state", "closed_at", "is_pinned"])
    return row


@verb("bulletin.ticket-linked", audited=False)
def link_ticket(
    actor: Actor,
    *,
    ticket_id: UUID,
    number: str,
    person_id: UUID,
    subject: str,
    building_id: UUID | None,
    compound_id: UUID | None,
    division_id: UUID,
) -> BulletinTicket | None:
    """Link a ticket to the bulletin that had announced it; None when there is none. Repeatable."""
    found = covering(subject, building_id=building_id, compound_id=compound_id, division_id=division_id).first()
    if found is None:
        return None
    link, _ = BulletinTicket.objects.get_or_create(
        ticket_id=ticket_id, defaults={"bulletin": found, "person_id": person_id, "number": number}
    )
    return link
