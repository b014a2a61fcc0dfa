"""Landlords register who lives in what they let. The tenant is invited and takes the home by their own login; nothing before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from backend.community.models import Home
from backend.core import limits, vault
from backend.core.clock import BEIJING, now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.people import homes, masks, phones
from backend.people.actor import Actor
from backend.people.household import holds, sees_household
from backend.people.models import HomeInvitation, Residency, User
from backend.people.roles import Can
from backend.people.texting import link, text_phone
from notifications.notices import notify

NAME = "people.invitation.name"
LONGEST = timedelta(days=20 * 365)  # the longest lease that the Civil Code knows (art. 705)
State, Kind = HomeInvitation.State, HomeInvitation.Kind
RUNNING = (State.REGISTERED, State.INVITED, State.ACCEPTED)


@dataclass(frozen=True)
class Occupancy:
    """Who lives in a let home, as its landlord wrote it down. `until` is UTC."""

    id: UUID
    home_id: UUID
    name: str
    relation: str
    state: str
    until: datetime | None
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


def register(
    actor: Actor,
    *,
    home_id: UUID,
    name: str,
    until: datetime,
    phone: str | None = None,
    person_id: UUID | None = None,
    language: str = "zh-CN",
) -> HomeInvitation:
    """Register who occupies a home that one owns or lets, until a time. By phone (or id) the person is invited; the answer is the
    same whether anybody has that phone or not. Without either it is a note, which opens nothing.

    Raises NotFound for another's home, Invalid, TooMany (30 a day).
    """
    number = phones.normalise(phone) if phone else None
    limits.hit("occupancy.day", str(actor.must_be_known()), limit=30, per=86_400)
    return _register(
        actor, home_id=home_id, name=name, until=until, number=number, person_id=person_id, language=language
    )


@verb("occupancy.registered")
def _register(
    actor: Actor,
    *,
    home_id: UUID,
    name: str,
    until: datetime,
    number: str | None,
    person_id: UUID | None,
    language: str,
) -> HomeInvitation:
    home = Home.objects.filter(id=home_id).first()
    if home is None or not holds(actor, home.id):
        raise NotFound
    homes.must_be_future(until)
    if until > now() + LONGEST:
        raise Invalid(FieldError("/until", "too-far", "at most 20 years", "最长 20 年"))
    if not name.strip():
        raise Invalid(FieldError("/name", "required", "a name has letters", "请填写姓名"))
    landlord = actor.must_be_known()
    blind = phones.blind(number) if number else None
    known = User.objects.filter(id=person_id, state=User.State.ACTIVE).first() if person_id else None
    made = HomeInvitation.objects.create(
        home=home,
        community_id=home.community_id,
        compound_id=home.compound_id,
        kind=Kind.OCCUPANCY,
        relation=Residency.Relation.TENANT,
        until=until,
        state=State.INVITED if number or person_id else State.REGISTERED,
        invited_by_id=landlord,
        person=known,
        phone_blind=blind,
        name_sealed=vault.seal(landlord, NAME, name.strip()),
    )
    if number:
        day = f"{until.astimezone(BEIJING):%Y-%m-%d}"
        text_phone(number, "home.invitation.text", {"until": day, "link": link("/app/homes")}, language=language)
    told = known or (User.objects.filter(phone_blind=blind).first() if blind else None)
    if told is not None:
        notify(told.id, "home.invited", {}, about=homes.MINE, key=f"invited:{made.id}")
    record("occupancy.registered", about=made, home=str(home.id), by_phone=number is not None)
    return made


def of_home(actor: Actor, home_id: UUID) -> QuerySet[HomeInvitation]:
    """Occupancies of a home, for `shown`: a holder's own, all for the desks that reach it. Raises NotFound."""
    home = Home.objects.filter(id=home_id).first()
    if home is None or not sees_household(actor, home):
        raise NotFound
    rows = HomeInvitation.objects.filter(home=home, kind=Kind.OCCUPANCY)
    return rows.filter(invited_by_id=actor.person_id) if holds(actor, home.id) else rows


def shown(actor: Actor, rows: list[HomeInvitation]) -> list[Occupancy]:
    """Occupancies with the names that the landlord wrote, masked for others (the caller has checked that they may be seen)."""
    with looking_up("occupancy"):
        named = [r for r in rows if r.name_sealed is not None]
        texts = vault.unseal_many((r.invited_by_id, NAME, r.name_sealed or b"") for r in named)
    wrote = [r.invited_by_id == actor.person_id for r in named]
    names = {r.id: text if own else masks.name(text) for r, text, own in zip(named, texts, wrote, strict=True)}
    return [
        Occupancy(
            id=r.id,
            home_id=r.home_id,
            name=names.get(r.id, ""),
            relation=r.relation,
            state=r.state if r.until is None or r.until > now() or r.state not in RUNNING else State.ENDED,
            until=r.until,
            created_at=r.created_at,
            answered_at=r.answered_at,
            ended_at=r.ended_at,
        )
        for r in rows
    ]


@verb("occupancy.ended")
def end(actor: Actor, *, home_id: UUID, occupancy_id: UUID, reason: str = "lease_over") -> HomeInvitation:
    """End an occupancy at once, and the residency that came of it: its landlord or the desk. Raises NotFound, AlreadyEnded."""
    rows = HomeInvitation.objects.select_for_update(of=("self",)).select_related("home")
    row = rows.filter(id=occupancy_id, home_id=home_id, kind=Kind.OCCUPANCY).first()
    if row is None or not _may_end(actor, row):
        raise NotFound
    if row.state not in RUNNING:
        raise homes.AlreadyEnded
    row.state, row.ended_at = State.ENDED, now()
    row.save(update_fields=["state", "ended_at"])
    rooms = Residency.objects.select_for_update().filter(state__in=homes.OPEN)
    lived = rooms.filter(id=row.residency_id).first() if row.residency_id else None
    if lived is not None:
        homes.close(lived, why=reason, at=now())
        notify(lived.user_id, "home.ended", {}, about=homes.MINE, key=f"home.ended:{lived.id}")
    record("occupancy.ended", about=row, home=str(home_id), reason=reason)
    return row


def _may_end(actor: Actor, row: HomeInvitation) -> bool:
    if row.invited_by_id == actor.person_id and holds(actor, row.home_id):
        return True
    return actor.may(Can.HOME_CONFIRM, compound=row.compound_id, community=row.community_id)
