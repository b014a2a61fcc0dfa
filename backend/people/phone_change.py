"""A person's phone: changed by themselves with both numbers proved (at the desk: `phone_change_desk`)."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.people import login_codes, login_devices, login_notices, phones
from backend.people.actor import Actor
from backend.people.login import is_silent
from backend.people.login_codes import Purpose
from backend.people.models import HomeInvitation, LoginCode, PhoneChange, User
from backend.people.reading import phone_of
from notifications import addresses


class PhoneTaken(Conflict):
    """This phone belongs to another account."""

    code, zh = "phone-taken", "该手机号已属于其他账户"


def ask_code(actor: Actor, *, phone: str, language: str = "zh-CN", ip: str = "") -> dict[str, int]:
    """Send a code to the phone that shall become the person's: `{expires_in, retry_after}`. Raises Invalid, TooMany."""
    person, number = actor.must_be_known(), phones.normalise(phone)
    return login_codes.ask(Purpose.PHONE, number=number, about=person, language=language, ip=ip, device_key=str(person))


def change(actor: Actor, *, phone: str, code: str) -> User:
    """Make a proved phone one's own; the caller has proved the old one (`Actor.must_be_fresh`). All other logins end.

    Raises ReauthenticationRequired, CodeWrong, CodeExpired; PhoneTaken, which only who holds the phone ever learns.
    """
    actor.must_be_fresh()
    person, number = actor.must_be_known(), phones.normalise(phone)
    with looking_up("own phone"):
        already = User.objects.filter(id=person, phone_blind=phones.blind(number)).first()
    if already is not None:
        return already
    row = login_codes.check(Purpose.PHONE, number=number, code=code, about=person)
    return _change(actor, row=row, number=number)


@verb("person.phone-changed")
def _change(actor: Actor, *, row: LoginCode, number: str) -> User:
    login_codes.spend(row)
    user = User.objects.select_for_update().get(id=actor.must_be_known())
    PhoneChange.objects.filter(user=user, state=PhoneChange.State.WAITING).update(
        state=PhoneChange.State.REFUSED, due_at=None
    )
    give(user, number, keep=actor.session_id)
    return user


def give(user: User, number: str, *, keep: UUID | None = None) -> None:
    """Make the number the person's (inside a verb, the person locked): former addresses retire, logins but `keep` end.

    Who has a phone of their own is joined with no other account any more: offers of what the desk enrolled end.
    """
    blind, old = phones.blind(number), phone_of(user.id)
    if user.phone_blind is not None and bytes(user.phone_blind) == blind:
        return
    _take_away(blind, but=user)
    login_notices.phone_changed(user.id, old=old, new=number, language=user.language)
    for address in addresses.live(user.id, addresses.SMS):
        addresses.retire(address.id, "phone changed")
    addresses.add(user.id, addresses.SMS, number)
    user.phone_blind = blind
    try:
        with transaction.atomic():
            user.save(update_fields=["phone_blind"])
    except IntegrityError:  # somebody registered with it at this moment
        raise PhoneTaken from None
    HomeInvitation.objects.filter(enrolled=user, state=HomeInvitation.State.INVITED).update(
        state=HomeInvitation.State.ENDED, ended_at=now()
    )
    login_devices.end_all(user.id, why="phone-changed", keep=keep)
    record("person.phone-changed", about=user)


def _take_away(blind: bytes, *, but: User) -> None:
    """Take the number from an account that was silent for 90 days: its owner must prove at the desk. Raises PhoneTaken."""
    other = User.objects.filter(phone_blind=blind).exclude(id=but.id).first()
    if other is None:
        return
    if not is_silent(other):  # asked before it is locked: two people who are both here never wait for each other
        raise PhoneTaken
    detach(User.objects.select_for_update().get(id=other.id), why="phone-moved")


def detach(user: User, *, why: str) -> None:
    """Leave a locked account without a phone and end its logins (inside a verb); home and data stay."""
    for address in addresses.live(user.id, addresses.SMS):
        addresses.retire(address.id, why)
    user.phone_blind = None
    user.save(update_fields=["phone_blind"])
    login_devices.end_all(user.id, why=why)
    login_notices.phone_detached(user.id)
    record("person.phone-detached", about=user, why=why)
