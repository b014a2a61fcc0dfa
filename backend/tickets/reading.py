"""Tickets as one reader sees them: texts opened, names found and the private parts left out, with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from backend.core.audit import AuditRow
from backend.core.vault import unseal_many
from backend.people import masks
from backend.people.actor import Actor
from backend.people.reading import names_by_id
from backend.tickets.models import COMMENT, TEXT, Comment, Photo, Ticket
from backend.tickets.rights import is_reporter, is_staff, steps_for

WITH = (
    "community",
    "compound",
    "building",
    "home__building__compound",
    "home__unit",
    "company",
    "division",
    "photos",
)
# What the timeline tells of each audit row; ids of persons become names.
TOLD = frozenset({"before", "after", "reason", "route", "stars", "time", "paused_seconds", "category", "danger"})
UNTOLD = ("ticket.commented", "ticket.followed")


@dataclass(frozen=True)
class Person:
    id: UUID
    name: str


@dataclass(frozen=True)
class SeenTicket:
    """A ticket for one reader. `is_close`: the reader reported it or is staff; others see neither persons nor homes."""

    ticket: Ticket
    text: str
    is_close: bool
    is_staff: bool
    steps: list[str]
    reporter: Person | None
    assignee: Person | None
    photos: list[Photo]

    @property
    def place(self) -> str:
        """The address line: down to the home for those close to it, else to the building."""
        ticket = self.ticket
        if self.is_close and ticket.home is not None:
            return ticket.home.address()
        named = (ticket.compound or ticket.community, ticket.building)
        return "".join(place.name for place in named if place is not None)


def seen_by(actor: Actor, tickets: Sequence[Ticket]) -> list[SeenTicket]:
    """These tickets (which the actor may see) as the actor sees them, in the same order."""
    rows = list(tickets)
    prefetch_related_objects(rows, *WITH)
    texts = unseal_many((row.reporter_id, TEXT, row.text_sealed) for row in rows)
    staff = [is_staff(actor, row) for row in rows]
    close = [is_reporter(actor, row) or working for row, working in zip(rows, staff, strict=True)]
    names = _names(
        {i for row, near in zip(rows, close, strict=True) if near for i in (row.reporter_id, row.assignee_id)}
    )

    def person(person_id: UUID | None, near: bool) -> Person | None:
        return Person(person_id, names.get(person_id, "")) if near and person_id is not None else None

    return [
        SeenTicket(
            ticket=row,
            text=text,
            is_close=near,
            is_staff=working,
            steps=steps_for(actor, row),
            reporter=_masked_for(actor, row, person(row.reporter_id, near)),
            assignee=person(row.assignee_id, near),
            photos=list(row.photos.all()),
        )
        for row, text, near, working in zip(rows, texts, close, staff, strict=True)
    ]


def _must_mask(actor: Actor, ticket: Ticket) -> bool:
    """Staff read the reporter's name masked; the reporter, and who was given the job and goes there, read it in full."""
    return not is_reporter(actor, ticket) and ticket.assignee_id != actor.person_id


def _masked_for(actor: Actor, ticket: Ticket, reporter: Person | None) -> Person | None:
    if reporter is None or not _must_mask(actor, ticket):
        return reporter
    return Person(reporter.id, masks.name(reporter.name))


def seen(actor: Actor, ticket: Ticket) -> SeenTicket:
    """One ticket as the actor sees it."""
    return seen_by(actor, [ticket])[0]


@dataclass(frozen=True)
class Moment:
    """One thing in a ticket's life: a step (`kind` event) or words (`kind` comment). `by` is reporter, staff or system."""

    at: datetime
    kind: str
    event: str
    by: str
    name: str
    text: str = ""
    visibility: str = "all"
    data: dict[str, Any] = field(default_factory=dict)


def timeline(actor: Actor, ticket: Ticket) -> list[Moment]:
    """The ticket's life, oldest first: the audit's rows about it and the comments that this reader may see."""
    staff = is_staff(actor, ticket)
    close = staff or is_reporter(actor, ticket)
    rows = list(
        AuditRow.objects.filter(object_type="tickets.ticket", object_id=ticket.id)
        .exclude(event__in=UNTOLD)
        .order_by("id")
    )
    words = ticket.comments.all() if staff else ticket.comments.filter(visibility="all")
    comments = list(words)
    names = _names({*(row.actor_id for row in rows), *(comment.author_id for comment in comments)}) if close else {}
    if ticket.reporter_id in names and _must_mask(actor, ticket):
        names[ticket.reporter_id] = masks.name(names[ticket.reporter_id])
    texts = unseal_many((comment.author_id, COMMENT, comment.text_sealed) for comment in comments)
    moments = [_step(ticket, row, names) for row in rows]
    moments += [_words(ticket, comment, text, names) for comment, text in zip(comments, texts, strict=True)]
    return sorted(moments, key=lambda moment: moment.at)


def _step(ticket: Ticket, row: AuditRow, names: dict[UUID, str]) -> Moment:
    told = {key: value for key, value in row.data.items() if key in TOLD}
    return Moment(row.at, "event", row.event, _part(ticket, row.actor_id), _name(names, row.actor_id), data=told)


def _words(ticket: Ticket, comment: Comment, text: str, names: dict[UUID, str]) -> Moment:
    by, name = _part(ticket, comment.author_id), _name(names, comment.author_id)
    return Moment(comment.created_at, "comment", comment.kind, by, name, text, comment.visibility)


def _part(ticket: Ticket, person_id: UUID | None) -> str:
    if person_id is None:
        return "system"
    return "reporter" if person_id == ticket.reporter_id else "staff"


def _name(names: dict[UUID, str], person_id: UUID | None) -> str:
    return names.get(person_id, "") if person_id else ""


def _names(ids: set[UUID | None]) -> dict[UUID, str]:
    """Names of those who deal with a ticket; the reader need not have a right to their other data."""
    return names_by_id(ids)
