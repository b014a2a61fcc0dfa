"""Codes by SMS: made for one purpose, counted before they are compared, used once.

An unknown phone, a phone that gets no SMS and a known one get the same answer and cost the same work.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F

from backend.core import limits
from backend.core.clock import now
from backend.core.errors import BadRequest, Gone, TooMany
from backend.core.queries import looking_up
from backend.core.verb import after_commit, record, verb
from backend.env import env
from backend.people import login_alarm, login_limits, phones, tokens
from backend.people.actor import Actor
from backend.people.models import LoginCode, User
from notifications import sms

CODE_LIFE = timedelta(minutes=5)
CODE_EVERY = timedelta(seconds=60)
MAX_ATTEMPTS = 5
Purpose = LoginCode.Purpose
TOPICS = {Purpose.PROOF: sms.PROOF, Purpose.PHONE: sms.NEW_PHONE}


class CodeWrong(BadRequest):
    """The code is wrong."""

    code, zh = "code-wrong", "验证码不正确"


class CodeExpired(Gone):
    """The code has expired or was tried too often; ask for a new one."""

    code, zh = "code-expired", "验证码已失效，请重新获取"


class CodesUsedUp(TooMany):
    """Too many wrong codes today. Call the service line 12345 or come to your service desk, or try again tomorrow."""

    code, zh = "codes-used-up", "今天输错验证码的次数过多。请拨打 12345 或到社区服务台办理，也可明天再试"


def ask(
    purpose: LoginCode.Purpose,
    *,
    number: str,
    about: UUID | None = None,
    language: str = "zh-CN",
    ip: str = "",
    device_key: str = "",
) -> dict[str, int]:
    """Send a code to a phone (E.164): `{expires_in, retry_after}` in seconds, the same whoever's phone it is.

    Raises TooMany within 60 s of the last code of this purpose and above the limits, CodesUsedUp after 20 wrong codes today.
    """
    blind = phones.blind(number)
    _must_wait(blind, purpose)  # before it is counted: pressing the button again must not use up the day's codes
    tries = _tries(blind)
    if wait := limits.seconds_until_free(tries):  # sending one more would help nobody
        raise CodesUsedUp(retry_after=wait)
    with login_limits.counted_code(blind, phones.prefix_blind(number), ip=ip, device_key=device_key):
        _send(Actor.anonymous(), number=number, purpose=purpose, about=about, language=language)
    return {"expires_in": int(CODE_LIFE.total_seconds()), "retry_after": int(CODE_EVERY.total_seconds())}


@verb("login.code-sent")
def _send(actor: Actor, *, number: str, purpose: LoginCode.Purpose, about: UUID | None, language: str) -> LoginCode:
    blind, prefix = phones.blind(number), phones.prefix_blind(number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(blind[:8], signed=True)])
    _must_wait(blind, purpose)
    code = f"{random.randbelow(1_000_000):06d}"
    made = LoginCode(phone_blind=blind, prefix_blind=prefix, purpose=purpose, about=about, expires_at=now() + CODE_LIFE)
    made.code_mac = _macs(made, code)[0]
    is_known = User.objects.filter(phone_blind=blind).exists()
    is_held = login_alarm.is_open(prefix)
    made.is_sent = phones.gets_codes(number) and (is_known or not is_held)
    made.save(force_insert=True)
    topic = TOPICS.get(purpose, sms.TOPIC)
    sms.send_code(number, code, language, topic=topic, owner=made.id, is_withheld=not made.is_sent)
    if made.is_sent:
        after_commit(login_alarm.SENT.labels(purpose.value).inc)
    record("login.code-sent", about=made, purpose=purpose.value)
    return made


def _must_wait(blind: bytes, purpose: LoginCode.Purpose) -> None:
    """Raise TooMany while the phone's last code of this purpose is younger than 60 s."""
    with looking_up("code"):
        last = LoginCode.objects.filter(phone_blind=blind, purpose=purpose).order_by("-created_at").first()
    if last is not None and last.created_at + CODE_EVERY > now():
        raise TooMany(retry_after=max(1, int((last.created_at + CODE_EVERY - now()).total_seconds())))


def _macs(row: LoginCode, code: str) -> list[bytes]:
    """The MAC of a code, bound to its row, purpose and matter, under every key (the first is the present one)."""
    text = f"code|{row.id}|{row.purpose}|{row.about or ''}|{code}".encode()
    return [hmac.digest(key, text, hashlib.sha256) for key in tokens.mac_keys()]


def check(purpose: LoginCode.Purpose, *, number: str, code: str, about: UUID | None = None) -> LoginCode:
    """The live code of this phone, purpose and matter, if `code` is right: spend it inside the verb that it is for.

    Call it outside a verb: an attempt counts whatever follows. Raises CodeWrong, CodeExpired, CodesUsedUp.
    """
    blind = phones.blind(number)
    row = _burn_attempt(blind, purpose, about)
    if row is None:
        raise CodeExpired
    tries = _tries(blind)
    try:
        limits.hit_all([tries])
    except TooMany as full:
        raise CodesUsedUp(retry_after=full.retry_after) from None
    if not any(hmac.compare_digest(bytes(row.code_mac), mac) for mac in _macs(row, code.strip())):
        raise CodeWrong(attempts_left=MAX_ATTEMPTS - row.attempts)
    limits.give_back(tries)
    return row


def _tries(blind: bytes) -> limits.Limit:
    return limits.Limit("code.wrong.day", blind.hex(), env.code_wrong_day, 86400)


def _burn_attempt(blind: bytes, purpose: LoginCode.Purpose, about: UUID | None) -> LoginCode | None:
    """Count one attempt against the newest live code, before anything is compared."""
    with looking_up("code"):  # committed before anything is compared
        newest = (
            LoginCode.objects.filter(phone_blind=blind, purpose=purpose, about=about).order_by("-created_at").first()
        )
        if newest is None:
            return None
        alive = LoginCode.objects.filter(
            id=newest.id, attempts__lt=MAX_ATTEMPTS, consumed_at__isnull=True, expires_at__gt=now()
        )
        if not alive.update(attempts=F("attempts") + 1):
            return None
    newest.attempts += 1
    return newest


def spend(row: LoginCode) -> None:
    """Use a checked code, inside the verb that it is for. Raises CodeExpired when somebody used it in between."""
    if not LoginCode.objects.filter(id=row.id, consumed_at__isnull=True).update(consumed_at=now()):
        raise CodeExpired
    if row.is_sent:
        after_commit(login_alarm.VERIFIED.labels(row.purpose).inc)
