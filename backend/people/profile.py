"""A person's own page, and the verbs by which people change what is theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.community.models import Company, Compound, Division
from backend.core import vault
from backend.core.errors import FieldError, Invalid
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.people import consents, phones, purposes
from backend.people.actor import Actor
from backend.people.models import EmergencyContact, Residency, RoleGrant, User
from backend.people.reading import CARE, CONTACT, NAME, ContactCard, contacts_of, name_of, phone_of
from notifications import addresses, preferences

MAX_CONTACTS = 8
MAX_CARE_NOTES = 2000


@dataclass(frozen=True)
class PlaceName:
    id: UUID
    kind: str
    name: str


@dataclass(frozen=True)
class HomeLine:
    id: UUID
    name: str
    kind: str
    address: str
    relation: str
    state: str
    until: datetime | None
    building_id: UUID
    compound_id: UUID
    community_id: UUID


@dataclass(frozen=True)
class RoleLine:
    role: str
    scope: PlaceName
    until: datetime | None


@dataclass(frozen=True)
class Profile:
    id: UUID
    name: str
    phone: str
    language: str
    elder_mode: bool
    assurance: str
    homes: list[HomeLine]
    roles: list[RoleLine]
    contacts: list[ContactCard]
    is_limited: bool = False
    care_notes: str = ""


def profile(actor: Actor, language: str = "zh-CN") -> Profile:
    """The person's own name, masked phone, homes (pending ones too), roles and contacts; nothing of it for a limited login."""
    if actor.is_limited:
        return Profile(actor.must_be_known(), "", "", "zh-CN", False, actor.assurance, [], [], [], is_limited=True)
    with looking_up("own-profile"):
        user = User.objects.get(id=actor.must_be_known())
        claims = Residency.objects.filter(user=user).exclude(state__in=["rejected", "ended"])
        homes = [
            _home(r) for r in claims.select_related("home__building__compound", "home__unit").order_by("created_at")
        ]
        grants = list(RoleGrant.objects.filter(user=user).order_by("created_at"))
        names = scope_names(grants, language)
        phone = phone_of(user.id)
        return Profile(
            id=user.id,
            name=name_of(user),
            phone=phones.masked(phone) if phone else "",
            language=user.language,
            elder_mode=user.elder_mode,
            assurance=actor.assurance,
            homes=homes,
            roles=[
                RoleLine(g.role, PlaceName(g.scope_id, g.scope_kind, names.get(g.scope_id, "")), g.until)
                for g in grants
            ],
            contacts=contacts_of(user.id, reveal=True),
            care_notes=care_notes_of(user.id),
        )


def care_notes_of(person_id: UUID) -> str:
    """The person's own words about the care they need, for themselves alone; empty when there are none."""
    with looking_up("own-profile"):
        sealed = User.objects.values_list("care_notes_sealed", flat=True).get(id=person_id)
    return vault.unseal(person_id, CARE, sealed) if sealed is not None else ""


def _home(claim: Residency) -> HomeLine:
    home = claim.home
    return HomeLine(
        id=home.id,
        name=home.name,
        kind=home.kind,
        address=home.address(),
        relation=claim.relation,
        state=claim.state,
        until=claim.until,
        building_id=home.building_id,
        compound_id=home.compound_id,
        community_id=home.community_id,
    )


def scope_names(grants: list[RoleGrant], language: str = "zh-CN") -> dict[UUID, str]:
    """Names of the places and companies that grants are held on."""
    ids = {g.scope_id for g in grants}
    named: dict[UUID, str] = {}
    for model in (Division, Compound, Company):
        named |= {row.id: row.label(language) for row in model.objects.filter(id__in=ids)}
    return named


@verb("person.changed")
def change(
    actor: Actor,
    *,
    name: str | None = None,
    language: str | None = None,
    elder_mode: bool | None = None,
    care_notes: str | None = None,
    must_hold: Callable[[], None] | None = None,
) -> User:
    """Change one's own name, language, elder mode or care notes (blank: none); what is None stays.

    `must_hold` is asked once the row is locked and raises when the change must not be made. Raises Invalid for a blank name,
    ConsentNeeded for care notes without the consent for them.
    """
    user = User.objects.select_for_update().get(id=actor.must_be_known())
    if must_hold is not None:
        must_hold()
    changed = []
    if name is not None:
        if not name.strip():
            raise Invalid(FieldError("/name", "required", "a name has letters", "请填写姓名"))
        user.name_sealed = vault.seal(user.id, NAME, name.strip())
        changed.append("name_sealed")
    if language is not None:
        user.language = language
        preferences.set_reading(user.id, language=language)
        changed.append("language")
    if elder_mode is not None:
        user.elder_mode = elder_mode
        preferences.set_reading(user.id, is_plain=elder_mode)
        changed.append("elder_mode")
    if care_notes is not None:
        if care_notes.strip():
            consents.must_hold(user.id, purposes.HEALTH)
        user.care_notes_sealed = vault.seal(user.id, CARE, care_notes.strip()) if care_notes.strip() else None
        changed.append("care_notes_sealed")
    user.save(update_fields=changed)
    record("person.changed", about=user, fields=changed)
    return user


@verb("person.contacts-set")
def set_contacts(actor: Actor, *, contacts: list[dict[str, str]]) -> User:
    """Replace one's emergency contacts, in order. Raises Invalid for a bad phone or more than eight."""
    user = User.objects.select_for_update().get(id=actor.must_be_known())
    consents.must_not_be_refused(user.id, purposes.CONTACTS)
    replace_contacts(user, contacts)
    record("person.contacts-set", about=user, count=len(contacts))
    return user


def replace_contacts(user: User, contacts: list[dict[str, str]], pointer: str = "") -> None:
    """Set whom to call for a person, in order (inside a verb). Raises Invalid, its pointers below `pointer`."""
    if len(contacts) > MAX_CONTACTS:
        most = FieldError(pointer, "too-many", f"at most {MAX_CONTACTS} contacts", f"最多 {MAX_CONTACTS} 位联系人")
        raise Invalid(most)
    numbers = [phones.normalise(c["phone"], f"{pointer}/{i}/phone") for i, c in enumerate(contacts)]
    kept = {row.address_id: row.confirmed_at for row in EmergencyContact.objects.filter(user=user)}
    EmergencyContact.objects.filter(user=user).delete()
    for position, (contact, number) in enumerate(zip(contacts, numbers, strict=True)):
        address = addresses.add(user.id, addresses.SMS, number, is_own=False)
        EmergencyContact.objects.create(
            user=user,
            position=position,
            name_sealed=vault.seal(user.id, CONTACT, contact["name"].strip()),
            address_id=address.id,
            relation=contact.get("relation", ""),
            confirmed_at=kept.get(address.id),
        )
