"""Whose number calls: a person's own, one that several share, an emergency contact's, nobody's.

A number proves nothing (it can be forged, a phone lent): it brings the right card to the screen, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from backend.community.models import Division
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.emergency.models.signals import STRANGER
from backend.people import phones
from backend.people.models import EmergencyContact, Residency, User
from notifications import addresses

MOST = 8


@dataclass(frozen=True)
class Caller:
    """`number` as it is kept (E.164 where it is one); `related`: (person, how) of those whom the number may be about."""

    subject: str
    number: str = ""
    person_id: UUID | None = None
    home_id: UUID | None = None
    community: Division | None = None
    related: tuple[tuple[UUID, str], ...] = field(default=())

    @property
    def owner_id(self) -> UUID:
        """Whose key seals what the call told."""
        return self.person_id or STRANGER

    def detail(self) -> dict[str, Any]:
        """What is kept, sealed, of who called; people by id alone, so that erasing one leaves nothing of them here."""
        told: dict[str, Any] = {"caller": self.number} if self.number else {}
        return told | ({"related": [[str(one), how] for one, how in self.related]} if self.related else {})


def of(number: str) -> Caller:
    """Who may be calling from `number`, as an exchange shows it; empty: withheld."""
    text = _spelt(number)
    if not text:
        return Caller(f"caller:{uuid4()}")
    owners = addresses.owners_of_phone(text) if text.startswith("+") else set()
    known = Q(id__in=owners) | (Q(phone_blind=phones.blind(text)) if text.startswith("+") else Q(pk__in=[]))
    people = list(
        User.objects.filter(known, state=User.State.ACTIVE).order_by("id").values_list("id", flat=True)[:MOST]
    )
    if len(people) == 1:
        return person(people[0], text)
    related = [(one, "own") for one in people]
    kept = addresses.others_with_phone(text) if text.startswith("+") else set()
    about = EmergencyContact.objects.filter(address_id__in=kept).order_by("id")
    related += [(one, "contact") for one in about.values_list("user_id", flat=True)[:MOST]]
    return Caller(f"caller:{phones.blind(text).hex()[:40]}", text, related=tuple(dict.fromkeys(related)))


def person(person_id: UUID, number: str = "") -> Caller:
    """A call about a known person: at the first of their confirmed homes."""
    lived = Residency.objects.filter(Q(until__isnull=True) | Q(until__gt=now()), user_id=person_id)
    mine = lived.filter(state=Residency.State.CONFIRMED).select_related("home__community__parent__parent")
    home = next((row.home for row in mine.order_by("created_at")), None)
    return Caller(
        f"person:{person_id}",
        _spelt(number),
        person_id,
        home.id if home else None,
        home.community if home else None,
    )


def _spelt(number: str) -> str:
    """E.164 where it is a number, else its digits as they came (an extension, a service line)."""
    text = "".join(c for c in number[:40] if c.isdigit() or c == "+")
    try:
        return phones.normalise(text) if text else ""
    except Invalid:
        return text
