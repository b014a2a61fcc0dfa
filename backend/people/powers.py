"""Powers as those concerned see them: who gave them, who acts, and no name that the reader does not know already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from backend.core.queries import looking_up, reading
from backend.people import delegations, homes, masks, phones
from backend.people.actor import Actor
from backend.people.models import Delegation, User
from backend.people.reading import names_of, phone_of


@dataclass(frozen=True)
class Given:
    """A power in force (or waiting for its end), as one of the two sees it.

    `person`: who gave it; `delegate`: who acts. An id is None and a name empty where this reader does not know the other already:
    giving powers to a phone must not tell whose phone it is. Times are UTC.
    """

    id: UUID
    person_id: UUID | None
    person: str
    delegate_id: UUID | None
    delegate: str
    delegate_phone: str
    powers: list[str]
    until: datetime
    consent: str
    consented_at: datetime | None


def mine(actor: Actor) -> tuple[list[Given], list[Given]]:
    """The powers that the person gave, and those that they hold, the newest first."""
    person = actor.must_be_known()
    with reading(actor):
        rows = delegations.in_force().filter(Q(person_id=person) | Q(delegate_id=person))
        found = list(rows.order_by("-created_at", "-id"))
    shown = {one.id: one for one in _shown(actor, found)}
    given = [shown[r.id] for r in found if r.person_id == person]
    return given, [shown[r.id] for r in found if r.delegate_id == person]


def of_person(actor: Actor, person_id: UUID) -> list[Given]:
    """A person's powers in force, for a desk that may see the person."""
    with looking_up("delegations"):
        found = list(delegations.in_force().filter(person_id=person_id).order_by("-id"))
    return _shown(actor, found)


def one(actor: Actor, row: Delegation) -> Given:
    """One power as this reader sees it."""
    return _shown(actor, [row])[0]


def _shown(actor: Actor, rows: Iterable[Delegation]) -> list[Given]:
    rows = list(rows)
    with looking_up("delegations"):
        people = {p for row in rows for p in (row.person_id, row.delegate_id)}
        names = names_of(User.objects.filter(id__in=people))
        numbers = {row.delegate_id: phone_of(row.delegate_id) for row in rows}
        known = _house_mates(rows)
    return [_one(actor, row, names, numbers[row.delegate_id], row.id in known) for row in rows]


def _house_mates(rows: list[Delegation]) -> set[UUID]:
    """Delegations between people of one home: they know each other."""
    people = {p for row in rows for p in (row.person_id, row.delegate_id)}
    at: dict[UUID, set[UUID]] = {}
    for user, home in homes.in_force().filter(user_id__in=people).values_list("user_id", "home_id"):
        at.setdefault(user, set()).add(home)
    return {row.id for row in rows if at.get(row.person_id, set()) & at.get(row.delegate_id, set())}


def _one(actor: Actor, row: Delegation, names: dict[UUID, str], number: str, live_together: bool) -> Given:
    reader = actor.person_id
    is_delegate = reader == row.delegate_id
    knows = is_delegate or live_together or row.consent == Delegation.Consent.CODE
    person, other = names.get(row.person_id, ""), names.get(row.delegate_id, "")
    return Given(
        id=row.id,
        person_id=row.person_id,
        person=person if reader in (row.person_id, row.delegate_id) else masks.name(person),
        delegate_id=row.delegate_id if knows else None,
        delegate=(other if is_delegate else masks.name(other)) if knows else "",
        delegate_phone=phones.masked(number) if number else "",
        powers=list(row.powers),
        until=row.until,
        consent=row.consent,
        consented_at=row.consented_at,
    )
