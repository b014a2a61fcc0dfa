"""The desk enrols people who cannot register alone, a phone or not: name, home, contacts, before a witness.

A phone that has an account already makes no difference to the answer: what was written down stands beside the account until its
owner takes it by their own login (`invitations.accept`), and nothing of the account is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.community.models import Home
from backend.core import limits, vault
from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Invalid, NotFound
from backend.core.ids import uuid7
from backend.core.verb import record, verb
from backend.people import consents, homes, identity, phones, purposes
from backend.people.actor import Actor
from backend.people.models import HomeInvitation, Residency, User
from backend.people.profile import replace_contacts
from backend.people.reading import NAME
from backend.people.roles import Can
from backend.people.texting import link, text_phone
from notifications import addresses, preferences
from notifications.notices import notify


class AlreadyEnrolled(Conflict):
    """Somebody with this identity number is enrolled already."""

    code, zh = "already-enrolled", "该身份证号已登记"


class IdTaken(Conflict):
    """This id is taken."""

    code, zh = "id-taken", "该编号已被使用"


def enrol(
    actor: Actor,
    *,
    name: str,
    home_id: UUID,
    relation: str,
    witnessed: bool,
    id: UUID | None = None,
    phone: str | None = None,
    language: str = "zh-CN",
    elder_mode: bool = False,
    identity_number: str | None = None,
    until: datetime | None = None,
    contacts: Sequence[dict[str, str]] = (),
) -> Residency:
    """Enrol a person into a home within one's reach: confirmed at once. Returns the residency; `.user` is the person.

    The same `id` by the same member of staff gives the first one back. Raises NotFound, Invalid, AlreadyEnrolled, IdTaken, TooMany
    (200 a day).
    """
    if not witnessed:
        raise Invalid(
            FieldError("/witnessed", "required", "say that the person agreed before you", "请确认本人当面同意")
        )
    if not name.strip():
        raise Invalid(FieldError("/name", "required", "a name has letters", "请填写姓名"))
    homes.must_be_future(until)
    number = phones.normalise(phone) if phone else None
    document = identity.normalise(identity_number) if identity_number else None
    limits.hit("enrolment.day", str(actor.must_be_known()), limit=200, per=86_400)
    return _enrol(
        actor,
        person_id=id or uuid7(),
        name=name.strip(),
        home_id=home_id,
        relation=relation,
        number=number,
        language=language,
        elder_mode=elder_mode,
        document=document,
        until=until,
        contacts=list(contacts),
    )


@verb("person.enrolled")
def _enrol(
    actor: Actor,
    /,
    *,
    person_id: UUID,
    home_id: UUID,
    relation: str,
    until: datetime | None,
    contacts: list[dict[str, str]],
    **facts: Any,
) -> Residency:
    home = Home.objects.filter(id=home_id).first()
    if home is None or not actor.may(Can.PERSON_ENROL, compound=home.compound_id, community=home.community_id):
        raise NotFound
    if repeated := _repeated(actor, person_id, home):
        return repeated
    number: str | None = facts["number"]
    person, has_account = _person(actor, person_id, facts)
    lived = Residency.objects.create(
        user=person,
        home=home,
        community_id=home.community_id,
        compound_id=home.compound_id,
        relation=relation,
        state=Residency.State.CONFIRMED,
        until=until,
        decided_by_id=actor.person_id,
        decided_at=now(),
    )
    replace_contacts(person, contacts, "/contacts")
    _consents(actor, person, with_identity=facts["document"] is not None, with_contacts=bool(contacts))
    if number:
        if has_account:
            _offer(actor, lived, number)
        text_phone(number, "home.enrolled.text", {"link": link("/app/homes")}, language=facts["language"])
    record("person.enrolled", about=person, home=str(home.id), relation=relation, with_phone=number is not None)
    return lived


def _repeated(actor: Actor, person_id: UUID, home: Home) -> Residency | None:
    """What the same call made before. Raises IdTaken for another's."""
    earlier = User.objects.filter(id=person_id).first()
    if earlier is None:
        return None
    found = Residency.objects.filter(user=earlier, home=home, decided_by_id=actor.person_id).first()
    if earlier.enrolled_by_id != actor.person_id or found is None:
        raise IdTaken
    found.is_repeat = True  # type: ignore[attr-defined]
    return found


def _person(actor: Actor, person_id: UUID, facts: dict[str, Any]) -> tuple[User, bool]:
    """The person, and whether their phone belongs to an account already. Raises AlreadyEnrolled."""
    number, document = facts["number"], facts["document"]
    user = User(
        id=person_id,
        phone_blind=phones.blind(number) if number else None,
        language=facts["language"],
        elder_mode=facts["elder_mode"],
        enrolled_by_id=actor.person_id,
    )
    has_account = not _inserted(user)
    if has_account:
        user.phone_blind = None
        user.save(force_insert=True)
    user.name_sealed = vault.seal(user.id, NAME, facts["name"])
    if document:
        user.identity_sealed = vault.seal(user.id, identity.CONTEXT, document)
        user.identity_blind = identity.blind(document)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AlreadyEnrolled from None
    if number:
        addresses.add(user.id, addresses.SMS, number)
    preferences.set_reading(user.id, language=user.language, is_plain=user.elder_mode)
    return user, has_account


def _inserted(user: User) -> bool:
    """False when the phone is somebody's already."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _offer(actor: Actor, lived: Residency, number: str) -> None:
    blind = phones.blind(number)
    made = HomeInvitation.objects.create(
        home_id=lived.home_id,
        community_id=lived.community_id,
        compound_id=lived.compound_id,
        kind=HomeInvitation.Kind.ENROLMENT,
        relation=lived.relation,
        until=lived.until,
        state=HomeInvitation.State.INVITED,
        invited_by_id=actor.must_be_known(),
        enrolled_id=lived.user_id,
        phone_blind=blind,
        residency=lived,
    )
    account = User.objects.filter(phone_blind=blind).first()
    if account is not None:
        notify(account.id, "home.invited", {}, about=homes.MINE, key=f"invited:{made.id}")


def _consents(actor: Actor, person: User, *, with_identity: bool, with_contacts: bool) -> None:
    """What the person agreed to before the witness, a row a purpose."""
    agreed = [purposes.ACCOUNT] + [purposes.IDENTITY] * with_identity + [purposes.CONTACTS] * with_contacts
    for purpose in agreed:
        consents.give(actor, person.id, purpose, witness=actor.person_id)
