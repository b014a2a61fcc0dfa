"""A person as those who help see them: masked, within the reach of their roles, every look written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from backend.core import audit, limits, vault
from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.queries import looking_up, reading
from backend.core.verb import record, verb
from backend.people import homes, identity, masks, phones
from backend.people.actor import Actor
from backend.people.household import within
from backend.people.models import EmergencyContact, Residency, User
from backend.people.reading import name_of, phone_of
from backend.people.roles import Can
from notifications import addresses


@dataclass(frozen=True)
class HomeLine:
    home_id: UUID
    residency_id: UUID
    address: str
    relation: str
    state: str
    until: datetime | None


@dataclass(frozen=True)
class PersonCard:
    """Masked name, phone and identity number; the homes within the reader's reach. `contacts`: how many are named."""

    id: UUID
    name: str
    phone: str
    identity_number: str
    language: str
    elder_mode: bool
    state: str
    homes: list[HomeLine]
    contacts: int


def _in_reach(actor: Actor, permission: Can) -> Q:
    """Residencies, confirmed or waiting, through which the actor reaches a person."""
    alive = Q(until__isnull=True) | Q(until__gt=now())
    return alive & within(actor.reach(permission)) & Q(state__in=homes.OPEN)


def reaches(actor: Actor, person_id: UUID, permission: Can) -> bool:
    """Whether the person lives, confirmed, within the reach of the actor's permission."""
    confirmed = Residency.objects.filter(_in_reach(actor, permission), state=Residency.State.CONFIRMED)
    return bool(actor.reach(permission)) and confirmed.filter(user_id=person_id).exists()


def card(actor: Actor, person_id: UUID) -> PersonCard:
    """The card of a person in reach; the look is audited. Raises NotFound."""
    with reading(actor):
        lived = _lived(actor, person_id)
    with looking_up("card"):
        user = User.objects.filter(id=person_id).exclude(state=User.State.ERASED).first()
        if user is None:
            raise NotFound
        found = _card(user, lived)
        audit.write(actor, [("person.read", user, {})])
    return found


def _lived(actor: Actor, person_id: UUID) -> list[Residency]:
    """The person's homes within the reader's reach. Raises NotFound when there is none."""
    rows = Residency.objects.filter(_in_reach(actor, Can.PERSON_READ), user_id=person_id).order_by("created_at")
    lived = list(rows.select_related("home__building__compound", "home__unit"))
    if not lived or not actor.reach(Can.PERSON_READ):
        raise NotFound
    return lived


def _card(user: User, lived: list[Residency]) -> PersonCard:
    number = phone_of(user.id)
    sealed = user.identity_sealed
    return PersonCard(
        id=user.id,
        name=masks.name(name_of(user)),
        phone=phones.masked(number) if number else "",
        identity_number=masks.identity(vault.unseal(user.id, identity.CONTEXT, sealed)) if sealed else "",
        language=user.language,
        elder_mode=user.elder_mode,
        state=user.state,
        homes=[HomeLine(r.home_id, r.id, r.home.address(), r.relation, r.state, r.until) for r in lived],
        contacts=EmergencyContact.objects.filter(user=user).count(),
    )


def search(actor: Actor, *, phone: str | None = None, identity_number: str | None = None) -> list[PersonCard]:
    """People in reach by their exact phone or identity number; audited. Raises Invalid, TooMany (120 an hour)."""
    if (phone is None) == (identity_number is None):
        raise Invalid(FieldError("", "one-of", "give a phone or an identity number", "请填写手机号或身份证号"))
    number = phones.normalise(phone) if phone else ""
    document = identity.normalise(identity_number) if identity_number else ""
    limits.hit("people.search", str(actor.must_be_known()), limit=120, per=3600)
    return _search(actor, number=number, document=document)


@verb("person.searched")
def _search(actor: Actor, *, number: str, document: str) -> list[PersonCard]:
    if number:
        asked = Q(phone_blind=phones.blind(number)) | Q(id__in=addresses.owners_of_phone(number))
    else:
        asked = Q(identity_blind=identity.blind(document))
    cards = []
    for user in User.objects.filter(asked).exclude(state=User.State.ERASED).order_by("id"):
        try:
            cards.append(_card(user, _lived(actor, user.id)))
        except NotFound:
            continue
        record("person.read", about=user)
    record("person.searched", about=None, by="phone" if number else "identity", found=len(cards))
    return cards
