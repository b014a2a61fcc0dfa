"""Homes that wait for one's own word: seen, taken or declined by whose phone it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.core.verb import emit, record, verb
from backend.people import joining
from backend.people.actor import Actor
from backend.people.homes import MINE, OPEN, AlreadyClaimed, AlreadyDecided, close
from backend.people.models import HomeInvitation, Residency, User

State = HomeInvitation.State


@dataclass(frozen=True)
class Offer:
    """A home that waits for this person. `until` is UTC."""

    id: UUID
    kind: str
    home_id: UUID
    address: str
    relation: str
    until: datetime | None
    created_at: datetime


def _for(person: UUID) -> QuerySet[HomeInvitation]:
    """Offers to a person, by their phone or by name, whose giver stands."""
    blind = User.objects.filter(id=person, phone_blind__isnull=False).values("phone_blind")
    alive = Q(until__isnull=True) | Q(until__gt=now())
    return HomeInvitation.objects.filter(alive, Q(person_id=person) | Q(phone_blind__in=blind))


def waiting(actor: Actor) -> list[Offer]:
    """What waits for the person."""
    with looking_up("invitations"):
        rows = _for(actor.must_be_known()).filter(state=State.INVITED).order_by("created_at", "id")
        return [
            Offer(r.id, r.kind, r.home_id, r.home.address(), r.relation, r.until, r.created_at)
            for r in rows.select_related("home__building__compound", "home__unit")
        ]


@verb("invitation.accepted")
def accept(actor: Actor, *, invitation_id: UUID) -> Residency:
    """Take a home that was offered: confirmed at once, for landlord or desk said so before. Raises NotFound, AlreadyDecided,
    AlreadyClaimed (confirmed there already)."""
    row = _own(actor, invitation_id)
    person = actor.must_be_known()
    made = joining.join(row.enrolled_id, person, row.home_id) if row.enrolled_id else _move_in(row, person)
    row.state, row.answered_at, row.residency, row.person_id = State.ACCEPTED, now(), made, person
    row.phone_blind = None
    row.save(update_fields=["state", "answered_at", "residency", "person", "phone_blind"])
    record("invitation.accepted", about=made, home=str(row.home_id), invitation=str(row.id))
    emit(f"person:{person}", "rights.changed", about=MINE)
    return made


def _move_in(row: HomeInvitation, person: UUID) -> Residency:
    for held in Residency.objects.select_for_update().filter(user_id=person, home_id=row.home_id, state__in=OPEN):
        if held.state == Residency.State.CONFIRMED and (held.until is None or held.until > now()):
            raise AlreadyClaimed
        close(held, why="invited", at=now())
    return Residency.objects.create(
        user_id=person,
        home_id=row.home_id,
        community_id=row.community_id,
        compound_id=row.compound_id,
        relation=row.relation,
        state=Residency.State.CONFIRMED,
        until=row.until,
        decided_by_id=row.invited_by_id,
        decided_at=now(),
    )


@verb("invitation.declined")
def decline(actor: Actor, *, invitation_id: UUID) -> HomeInvitation:
    """Say that this home is not one's own. Raises NotFound, AlreadyDecided."""
    row = _own(actor, invitation_id)
    row.state, row.answered_at, row.phone_blind, row.person_id = State.DECLINED, now(), None, actor.person_id
    row.save(update_fields=["state", "answered_at", "phone_blind", "person"])
    record("invitation.declined", about=row, home=str(row.home_id))
    return row


def _own(actor: Actor, invitation_id: UUID) -> HomeInvitation:
    """One's own offer, locked. An offer answered already is found by the person that it then names."""
    row = _for(actor.must_be_known()).select_for_update().filter(id=invitation_id).first()
    if row is None:
        raise NotFound
    if row.state != State.INVITED:
        raise AlreadyDecided
    return row
