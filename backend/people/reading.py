"""How people are shown: names opened from the vault, phones masked.

`names_by_id`, `card` and `contacts_of` look past the row walls: whoever calls them has checked that this reader may see the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from backend.core import vault
from backend.core.queries import looking_up
from backend.people import phones
from backend.people.models import EmergencyContact, User
from notifications.addresses import SMS, Address, live, values

NAME, CONTACT, CARE = "people.user.name", "people.contact.name", "people.user.care"
ERASED, STARS = "—", "****"


def name_of(user: User | None) -> str:
    """The person's name; a dash for nobody and for the erased."""
    return names_of([user] if user else []).get(user.id, ERASED) if user else ERASED


def names_of(users: Iterable[User]) -> dict[UUID, str]:
    """Names by id, with one query for the keys."""
    named = [u for u in users if u.name_sealed is not None]
    texts = vault.unseal_many([(u.id, NAME, u.name_sealed or b"") for u in named])
    return {u.id: text or ERASED for u, text in zip(named, texts, strict=True)}


def names_by_id(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names by person id."""
    with looking_up("names"):
        return names_of(User.objects.filter(id__in={i for i in ids if i is not None}))


def phone_of(user_id: UUID) -> str:
    """The person's own phone (E.164), or an empty string."""
    with looking_up("phone"):
        return next(iter(values(live(user_id, SMS).order_by("id")[:1]).values()), "")


@dataclass(frozen=True)
class Card:
    """A person for those who help: phone masked unless it was asked with a right to it. `care_notes`: stars when there are any."""

    id: UUID
    name: str
    phone: str
    language: str
    elder_mode: bool
    care_notes: str = ""


def card(user_id: UUID, *, reveal_phone: bool = False) -> Card | None:
    """The person's card, or None when there is no such person in sight."""
    with looking_up("card"):
        user = User.objects.filter(id=user_id).first()
        if user is None:
            return None
        phone = phone_of(user.id)
        shown = phone if reveal_phone else phones.masked(phone) if phone else ""
        notes = STARS if user.care_notes_sealed is not None else ""
        return Card(user.id, name_of(user), shown, user.language, user.elder_mode, notes)


@dataclass(frozen=True)
class ContactCard:
    id: UUID
    position: int
    name: str
    phone: str
    relation: str
    confirmed: bool
    address_id: UUID


def contacts_of(user_id: UUID, *, reveal: bool = False) -> list[ContactCard]:
    """A person's emergency contacts in order."""
    with looking_up("contacts"):
        rows = list(EmergencyContact.objects.filter(user_id=user_id))
        phones_by_id = values(Address.objects.filter(id__in=[r.address_id for r in rows]))
        names = vault.unseal_many((user_id, CONTACT, r.name_sealed) for r in rows)
    made = []
    for row, name in zip(rows, names, strict=True):
        phone = phones_by_id.get(row.address_id, "")
        shown = phone if reveal else phones.masked(phone) if phone else ""
        made.append(
            ContactCard(
                row.id, row.position, name or ERASED, shown, row.relation, row.confirmed_at is not None, row.address_id
            )
        )
    return made
