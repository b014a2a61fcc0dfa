"""A child far away asks to act for a parent: the parent's phone gets a code and, in plain words, what it agrees to.

The parent reads the code to the child, who confirms with it. An unknown phone gets no message, and the asker the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from backend.core import limits, secrets
from backend.core.clock import BEIJING, now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.people import masks, phones
from backend.people.actor import Actor
from backend.people.delegations import checked, write
from backend.people.login import CodeExpired, CodeWrong
from backend.people.models import Delegation, DelegationRequest, LoginCode, User
from backend.people.reading import name_of, phone_of
from backend.people.texting import text_phone

LIFE = timedelta(minutes=10)
MAX_ATTEMPTS = 5
WORDS = {
    "pay": ("缴费", "pay bills"),
    "report": ("报修", "report repairs"),
    "book": ("预约服务", "book services"),
    "see_alarms": ("看到求助", "see calls for help"),
}


def ask(
    actor: Actor, *, phone: str, powers: Sequence[str], until: datetime, language: str = "zh-CN"
) -> DelegationRequest:
    """Ask the owner of a phone for powers; valid 10 minutes. The same answer and work whether anybody has the phone or not.

    Raises Invalid (a bad phone, one's own, no power, too long), TooMany (3 an hour for a phone, 10 a day for the asker).
    """
    number = phones.normalise(phone)
    wanted = checked(powers, until)
    person = actor.must_be_known()
    limits.hit_all(
        [
            limits.Limit("delegation.phone.hour", phones.blind(number).hex(), 3, 3600),
            limits.Limit("delegation.asker.day", str(person), 10, 86_400),
        ]
    )
    return _ask(actor, number=number, powers=wanted, until=until, language=language)


@verb("delegation.asked")
def _ask(actor: Actor, *, number: str, powers: list[str], until: datetime, language: str) -> DelegationRequest:
    asker = User.objects.get(id=actor.must_be_known())
    blind = phones.blind(number)
    person = User.objects.filter(phone_blind=blind, state=User.State.ACTIVE).first()
    if person is not None and person.id == asker.id:
        raise Invalid(FieldError("/phone", "oneself", "this is your own phone", "这是您自己的手机号"))
    made = DelegationRequest.objects.create(
        asker=asker, person=person, powers=powers, until=until, expires_at=now() + LIFE
    )
    row = LoginCode(
        phone_blind=blind,
        purpose=LoginCode.Purpose.DELEGATION,
        about=made.id,
        expires_at=made.expires_at,
        is_sent=person is not None,
    )
    code = f"{random.randbelow(1_000_000):06d}"
    row.code_mac = _mac(row, code)
    row.save(force_insert=True)
    if person is not None:
        tongue = person.language
        params = {
            "asker": masks.name(name_of(asker)) + _tail(actor),
            "powers": _in_words(powers, tongue),
            "until": f"{until.astimezone(BEIJING):%Y-%m-%d}",
        }
        text_phone(number, "delegation.code", params, language=tongue, code=code)
    record("delegation.asked", about=made, powers=powers)
    return made


def _tail(actor: Actor) -> str:
    """The asker's masked phone, so that the person knows who asks."""
    number = phone_of(actor.must_be_known())
    return f"（{phones.masked(number)}）" if number else ""


def _in_words(powers: Sequence[str], language: str) -> str:
    english = language.startswith("en")
    return (", " if english else "、").join(WORDS[power][1 if english else 0] for power in powers)


def _mac(row: LoginCode, code: str) -> bytes:
    words = f"delegation|{row.id}|{row.about}|{code}"
    return hmac.digest(secrets.secret("token_key"), words.encode(), hashlib.sha256)


def confirm(actor: Actor, *, request_id: UUID, code: str) -> Delegation:
    """The asker gives the code that the person read to them: the power holds from now. Attempts are counted before comparing.

    Raises NotFound, CodeWrong, CodeExpired.
    """
    with looking_up("delegation request"):
        asked = DelegationRequest.objects.filter(id=request_id, asker_id=actor.must_be_known()).first()
        if asked is None:
            raise NotFound
        row = LoginCode.objects.filter(purpose=LoginCode.Purpose.DELEGATION, about=asked.id).first()
    if row is None or not _burn(row):
        raise CodeExpired
    if not hmac.compare_digest(bytes(row.code_mac), _mac(row, code.strip())):
        raise CodeWrong
    return _confirm(actor, request_id=asked.id, code_id=row.id)


def _burn(row: LoginCode) -> bool:
    alive = LoginCode.objects.filter(
        id=row.id, attempts__lt=MAX_ATTEMPTS, consumed_at__isnull=True, expires_at__gt=now()
    )
    with looking_up("code"):  # committed before anything is compared
        return bool(alive.update(attempts=F("attempts") + 1))


@verb("delegation.confirmed")
def _confirm(actor: Actor, *, request_id: UUID, code_id: UUID) -> Delegation:
    if not LoginCode.objects.filter(id=code_id, consumed_at__isnull=True).update(consumed_at=now()):
        raise CodeExpired
    asked = DelegationRequest.objects.select_for_update().get(id=request_id)
    person = User.objects.get(id=asked.person_id) if asked.person_id else None
    if person is None or person.state != User.State.ACTIVE:
        raise CodeExpired
    made = write(
        person=person,
        delegate_id=asked.asker_id,
        powers=list(asked.powers),
        until=asked.until,
        consent=Delegation.Consent.CODE,
    )
    asked.delegation = made
    asked.save(update_fields=["delegation"])
    return made
