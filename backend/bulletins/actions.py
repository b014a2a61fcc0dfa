"""Put up, change, end and withdraw a bulletin; link the tickets that are about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from backend.bulletins import drafting, scopes
from backend.bulletins.drafting import Draft, Preview
from backend.bulletins.errors import AlreadyClosed, ConfirmAudience, IdTaken
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
from notifications.deliveries import QUEUED, SKIPPED, Delivery
from notifications.notices import notify

MANY = 500


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
    place = drafting.announced_by(actor, scope, scope_id)
    if id is not None and (found := Bulletin.objects.filter(id=id).first()):
        if found.author_id != actor.person_id:
            raise IdTaken
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
        return found
    made, people = drafting.drawn(place, draft), drafting.audience(place)
    if people > MANY and confirm_audience != people:
        raise ConfirmAudience(audience=people)
    made.id, made.author_id, made.audience = id or uuid7(), actor.must_be_known(), people
    made.severity, made.is_pinned = severity, is_pinned
    made.shown_until = shown_until or made.shown_until
    made.save(force_insert=True)
    _tell(made, drafting.topic(made), actor)
    record("bulletin.published", about=made, scope=scope, audience=people)
    return made


@verb("bulletin.previewed")
def preview(actor: Actor, *, scope: str, scope_id: UUID, draft: Draft, send_to_me: bool = False) -> Preview:
    """What people would read and how many they are. `send_to_me`: it goes to the actor's own inbox and devices, and nowhere else.

    Raises Invalid, Forbidden as `publish`.
    """
    place = drafting.announced_by(actor, scope, scope_id)
    made, people = drafting.drawn(place, draft), drafting.audience(place)
    params, topic = params_of(made), drafting.topic(made)
    if send_to_me:
        notify(actor.must_be_known(), topic, params, about="")
    zh, en = (templates.render(topic, params, language) for language in ("zh-CN", "en"))
    record("bulletin.previewed", about=None, scope=scope, sent=send_to_me)
    return Preview(people, people > MANY, zh, en)


def _tell(bulletin: Bulletin, topic: str, actor: Actor) -> None:
    """To the streams and inboxes of the place now, to the pushes by a job."""
    place, about = scopes.of(bulletin), f"/api/v1/bulletins/{bulletin.id}"
    if place.unit is not None:  # a stairwell has no stream, and its residents are few: each is told
        for person in scopes.residents(place).values_list("user_id", flat=True).distinct():
            notify(person, topic, params_of(bulletin), about=about)
        return
    broadcasts.announce(
        scopes.channels(place),
        topic,
        params_of(bulletin),
        about=about,
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
        row.ends_at, row.shown_until = ends_at, ends_at + drafting.SHOWN_AFTER
    row.text = row.text if text is None else text.strip()
    row.text_en = row.text_en if text_en is None else text_en.strip()
    row.is_pinned = row.is_pinned if is_pinned is None else is_pinned
    drafting.check(row.kind, row.starts_at, row.ends_at, row.text)
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
    waiting = Delivery.objects.filter(notice_id=row.id, state=QUEUED, lease__isnull=True)
    waiting.update(state=SKIPPED, reason="not sent: it is over or called off", due_at=None)
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
