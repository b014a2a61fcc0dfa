"""Powers that a person gives somebody who acts for them: given, seen, ended at once. Never staff rights, never more than a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from backend.core import limits
from backend.core.clock import BEIJING, now
from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import emit, record, verb
from backend.people import cards, homes, phones
from backend.people.actor import Actor
from backend.people.models import Delegation, User
from backend.people.roles import Can, Power
from backend.people.texting import link, text_phone
from notifications import addresses
from notifications.notices import notify

LONGEST = timedelta(days=366)
MINE = "/api/v1/me/delegations"


class WitnessIsDelegate(Forbidden):
    """Whoever witnesses a power cannot receive it; let a colleague witness it."""

    code, zh = "witness-is-delegate", "见证人不能同时是被授权人，请由其他工作人员见证"


def in_force() -> QuerySet[Delegation]:
    """Powers that hold now."""
    return Delegation.objects.filter(consented_at__isnull=False, revoked_at__isnull=True, until__gt=now())


def give(
    actor: Actor,
    *,
    person_id: UUID,
    powers: Sequence[str],
    until: datetime,
    delegate: UUID | None = None,
    delegate_phone: str | None = None,
    witnessed: bool = False,
    language: str = "zh-CN",
) -> Delegation:
    """Let somebody act for a person: given by the person themself, or before a member of the desk (`witnessed`).

    A phone without an account gets one, as its first login would make it, so that the answer never tells. Powers given to the same
    delegate before are replaced. Raises NotFound, Invalid, TooMany (20 a day); before the desk also WitnessIsDelegate and
    ReauthenticationRequired.
    """
    number = phones.normalise(delegate_phone, "/delegate_phone") if delegate_phone else None
    if (number is None) == (delegate is None):
        raise Invalid(FieldError("/delegate_phone", "required", "name one delegate", "请填写一位代办人"))
    limits.hit("delegation.day", str(actor.must_be_known()), limit=20, per=86_400)
    return _give(
        actor,
        person_id=person_id,
        powers=checked(powers, until),
        until=until,
        delegate=delegate,
        number=number,
        witnessed=witnessed,
        language=language,
    )


def checked(powers: Sequence[str], until: datetime) -> list[str]:
    """The powers, each once. Raises Invalid for none, for an end that is over or more than a year away."""
    if not powers:
        raise Invalid(FieldError("/powers", "required", "name at least one power", "请至少选择一项"))
    homes.must_be_future(until)
    if until > now() + LONGEST:
        raise Invalid(FieldError("/until", "too-far", "at most one year", "最长一年"))
    return [power.value for power in Power if power.value in powers]


@verb("delegation.given")
def _give(
    actor: Actor,
    *,
    person_id: UUID,
    powers: list[str],
    until: datetime,
    delegate: UUID | None,
    number: str | None,
    witnessed: bool,
    language: str,
) -> Delegation:
    is_own = person_id == actor.must_be_known() and actor.delegate_id is None
    person = User.objects.filter(id=person_id, state=User.State.ACTIVE).first()
    if person is None or not (is_own or cards.reaches(actor, person.id, Can.PERSON_ENROL)):
        raise NotFound
    if not is_own and not witnessed:
        word = "say that the person agreed before you"
        raise Invalid(FieldError("/witnessed", "required", word, "请确认本人当面同意"))
    if not is_own:
        actor.must_be_fresh()
    other = _delegate(delegate, number)
    if not is_own and other.id == actor.doer_id:
        raise WitnessIsDelegate
    made = write(
        person=person,
        delegate_id=other.id,
        powers=powers,
        until=until,
        consent=Delegation.Consent.SELF if is_own else Delegation.Consent.WITNESSED,
        witness=None if is_own else actor.person_id,
    )
    if number:
        day = f"{until.astimezone(BEIJING):%Y-%m-%d}"
        text_phone(number, "delegation.given.text", {"until": day, "link": link("/app/family")}, language=language)
    return made


def _delegate(delegate: UUID | None, number: str | None) -> User:
    if number is None:
        found = User.objects.filter(id=delegate, state=User.State.ACTIVE).first() if delegate else None
        if found is None:
            raise Invalid(FieldError("/delegate", "unknown", "nobody has this id", "没有此人"))
        return found
    user, is_new = User.objects.get_or_create(phone_blind=phones.blind(number))
    if is_new:
        addresses.add(user.id, addresses.SMS, number)
        record("person.registered", about=user)
    return user


def write(
    *, person: User, delegate_id: UUID, powers: list[str], until: datetime, consent: str, witness: UUID | None = None
) -> Delegation:
    """Keep a power that the person has agreed to (inside a verb), replacing what this delegate held; both are told."""
    if delegate_id == person.id:
        raise Invalid(FieldError("/delegate", "oneself", "nobody acts for themselves", "不能授权给本人"))
    with connection.cursor() as cursor:  # two at once for one pair wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 70))", [f"{person.id}|{delegate_id}"])
    earlier = Delegation.objects.filter(person=person, delegate_id=delegate_id, revoked_at__isnull=True)
    earlier.update(revoked_at=now(), revoked_by=person)
    made = Delegation.objects.create(
        person=person,
        delegate_id=delegate_id,
        powers=powers,
        until=until,
        consent=consent,
        consented_at=now(),
        witness_id=witness,
    )
    record("delegation.given", about=made, person=str(person.id), delegate=str(delegate_id), powers=powers, by=consent)
    notify(delegate_id, "delegation.given", {}, about=MINE, key=f"given:{made.id}")
    day = f"{until.astimezone(BEIJING):%Y-%m-%d}"
    notify(person.id, "delegation.begun", {"until": day}, about=MINE, key=f"begun:{made.id}")
    emit(f"person:{delegate_id}", "rights.changed", about=MINE)
    return made


@verb("delegation.revoked")
def revoke(actor: Actor, *, person_id: UUID, delegation_id: UUID) -> Delegation:
    """End a power at once: the person, the delegate, or the desk. Ending it again changes nothing. Raises NotFound."""
    row = Delegation.objects.select_for_update().filter(id=delegation_id, person_id=person_id).first()
    if row is None:
        raise NotFound
    if actor.must_be_known() not in (row.person_id, row.delegate_id) and not cards.reaches(
        actor, row.person_id, Can.PERSON_ENROL
    ):
        raise NotFound
    if row.revoked_at is None:
        _end(row, actor.doer_id)
    return row


@verb("delegation.revoked-all")
def revoke_all(actor: Actor) -> list[Delegation]:
    """End every power that the person has given, with one call."""
    rows = Delegation.objects.select_for_update().filter(person_id=actor.must_be_known(), revoked_at__isnull=True)
    ended = list(rows.order_by("id"))
    for row in ended:
        _end(row, actor.doer_id)
    record("delegation.revoked-all", about=None, count=len(ended))
    return ended


def _end(row: Delegation, by: UUID | None) -> None:
    row.revoked_at, row.revoked_by_id = now(), by
    row.save(update_fields=["revoked_at", "revoked_by"])
    record("delegation.revoked", about=row, person=str(row.person_id), delegate=str(row.delegate_id))
    for person in (row.person_id, row.delegate_id):
        notify(person, "delegation.ended", {}, about=MINE, key=f"revoked:{row.id}")
    emit(f"person:{row.delegate_id}", "rights.changed", about=MINE)
