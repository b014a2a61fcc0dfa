"""A person's e-mail address: used only once a code sent there came back, one at a time, gone when it refuses mail."""

from __future__ import annotations

import hmac
import secrets
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from backend.core import limits, vault
from backend.core.clock import now
from backend.core.errors import BadRequest, FieldError, Gone, Invalid, Unauthenticated
from backend.core.limits import Limit
from backend.core.rows import Row
from backend.core.verb import Doer, record, verb
from notifications import addresses, deliveries, preferences, sms
from notifications.addresses import EMAIL, Address
from notifications.channels import registry
from notifications.deliveries import CODE, Delivery
from notifications.devices import ProviderNotConfigured
from notifications.templates import register_templates, render

CONTEXT = "notifications.mail.asked"
TOPIC = "email.code"
LIFE = sms.LIFE
MOST_TRIES = 5
A_DAY = 24 * 3600

register_templates(
    {
        TOPIC: {
            "zh": "您的验证码是 {code}，5 分钟内有效，用于把此邮箱设为一刻的通知邮箱。若非本人操作，请忽略。",
            "en": "Your code is {code}, valid for 5 minutes. It makes this the mailbox for messages from Yike. Not you? Ignore it.",
        }
    }
)


class MailCodeWrong(BadRequest):
    """This code is not right."""

    code, zh = "code-wrong", "验证码不正确"


class MailCodeOver(Gone):
    """This code is no longer valid; ask for a new one."""

    code, zh = "code-expired", "验证码已失效，请重新获取"


class MailProof(Row):
    """An address that a person asked for and has not proved yet."""

    person_id = models.UUIDField(unique=True)
    asked_sealed = models.BinaryField()
    code_blind = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "notifications"


def of(person_id: UUID) -> Address | None:
    """The person's proved mailbox."""
    return addresses.live(person_id, EMAIL).first()


def masked(email: str) -> str:
    """`w***@mail.example`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def ask(actor: Doer, *, email: str) -> MailProof:
    """Send a code to this address. Raises Invalid, TooMany, ProviderNotConfigured."""
    if actor.person_id is None:
        raise Unauthenticated
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(FieldError("/email", "email-wrong", "no e-mail address", "邮箱地址不正确")) from None
    if not registry.is_configured(EMAIL):
        raise ProviderNotConfigured(provider=EMAIL)
    limits.hit_all([Limit("mail.person", str(actor.person_id), 5, A_DAY), Limit("mail.box", email.lower(), 5, A_DAY)])
    return _asked(actor, person_id=actor.person_id, email=email)


@verb("email.asked")
def _asked(actor: Doer, *, person_id: UUID, email: str) -> MailProof:
    code = f"{secrets.randbelow(10**6):06}"
    proof, _ = MailProof.objects.update_or_create(
        person_id=person_id,
        defaults={
            "asked_sealed": vault.seal(person_id, CONTEXT, email),
            "code_blind": _blind(person_id, code),
            "tries": 0,
            "expires_at": now() + LIFE,
        },
    )
    language = preferences.of(person_id).language
    said = {"code": code}
    sealed = sms.sealed(person_id, email, render(TOPIC, said, language), said, language)
    deliveries.queue(
        Delivery(
            person_id=person_id,
            channel=EMAIL,
            topic=TOPIC,
            urgency=CODE,
            sealed_by=person_id,
            sealed=sealed,
            due_at=now(),
        )
    )
    record("email.asked", about=None)
    return proof


def prove(actor: Doer, *, code: str) -> Address:
    """Use the address from now on, in place of the one before. Raises MailCodeWrong, MailCodeOver."""
    if actor.person_id is None:
        raise Unauthenticated
    is_right = _tried(actor, person_id=actor.person_id, code=code)  # a try counts whatever comes of it
    if is_right is None:
        raise MailCodeOver
    if not is_right:
        raise MailCodeWrong
    return _proved(actor, person_id=actor.person_id)


@verb("email.tried", audited=False)
def _tried(actor: Doer, *, person_id: UUID, code: str) -> bool | None:
    open_one = MailProof.objects.filter(person_id=person_id, expires_at__gt=now(), tries__lt=MOST_TRIES)
    if not open_one.update(tries=models.F("tries") + 1):
        return None
    return hmac.compare_digest(
        bytes(open_one.model.objects.get(person_id=person_id).code_blind), _blind(person_id, code)
    )


@verb("email.proved")
def _proved(actor: Doer, *, person_id: UUID) -> Address:
    proof = MailProof.objects.select_for_update().filter(person_id=person_id, expires_at__gt=now()).first()
    if proof is None:
        raise MailCodeOver
    email = vault.unseal(person_id, CONTEXT, proof.asked_sealed)
    _retired(person_id, "replaced")
    proof.delete()
    return addresses.add(person_id, EMAIL, email)


@verb("email.removed")
def forget(actor: Doer) -> int:
    """Write to this person no more; returns how many mailboxes were live."""
    if actor.person_id is None:
        raise Unauthenticated
    MailProof.objects.filter(person_id=actor.person_id).delete()
    removed = _retired(actor.person_id, "removed")
    record("email.removed", about=None, count=removed)
    return removed


def _retired(person_id: UUID, why: str) -> int:
    mine = list(addresses.live(person_id, EMAIL).values_list("id", flat=True))
    for address_id in mine:
        addresses.retire(address_id, why)
    return len(mine)


def _blind(person_id: UUID, code: str) -> bytes:
    return vault.blind("mail.code", f"{person_id}|{code}")
