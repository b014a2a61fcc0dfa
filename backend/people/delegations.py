"""Powers that a person gives somebody who acts for them: given, seen, ended at once. Never staff rights, never more than a year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from backend.core import limits
from backend.core.clock import BEIJING, now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.queries import looking_up, reading
from backend.core.verb import emit, record, verb
from backend.people import cards, homes, masks, phones
from backend.people.actor import Actor
from backend.people.models import Delegation, User
from backend.people.reading import names_of, phone_of
from backend.people.roles import Can, Power
from backend.people.texting import link, text_phone
from notifications import addresses
from notifications.notices import notify

LONGEST = timedelta(days=366)
MINE = "/api/v1/me/delegations"


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
    delegate before are replaced. Raises NotFound, Invalid, TooMany (20 a day).
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
    other = _delegate(delegate, number)
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


def mine(actor: Actor) -> tuple[list[Given], list[Given]]:
    """The powers that the person gave, and those that they hold, the newest first."""
    person = actor.must_be_known()
    with reading(actor):
        rows = in_force().filter(Q(person_id=person) | Q(delegate_id=person))
        found = list(rows.order_by("-created_at", "-id"))
    shown = {one.id: one for one in _shown(actor, found)}
    given = [shown[r.id] for r in found if r.person_id == person]
    return given, [shown[r.id] for r in found if r.delegate_id == person]


def of_person(actor: Actor, person_id: UUID) -> list[Given]:
    """A person's powers in force, for a desk that may see the person."""
    with looking_up("delegations"):
        found = list(in_force().filter(person_id=person_id).order_by("-id"))
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
