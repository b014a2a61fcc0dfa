"""Residents' login: one flow for login and registration, by a code sent to the phone; and who a credential belongs to.

Attempts are counted, atomically and committed, before a code is compared; an unknown phone gets the same answer and the same work.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F

from backend.core import limits, secrets
from backend.core.clock import now
from backend.core.errors import BadRequest, Gone, NotFound, TooMany, Unauthenticated
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.env import env
from backend.people import phones, tokens, whence
from backend.people.actor import Actor, Assurance
from backend.people.models import LoginCode, RefreshToken, Session, User
from notifications import addresses, sms

CODE_LIFE = timedelta(minutes=5)
CODE_EVERY = timedelta(seconds=60)
MAX_ATTEMPTS = 5
IDLE, ABSOLUTE, GRACE = timedelta(days=60), timedelta(days=180), timedelta(seconds=10)


class CodeWrong(BadRequest):
    """The code is wrong."""

    code, zh = "code-wrong", "验证码不正确"


class CodeExpired(Gone):
    """The code has expired or was tried too often; ask for a new one."""

    code, zh = "code-expired", "验证码已失效，请重新获取"


class RefreshInvalid(Unauthenticated):
    """This login has ended; log in again."""

    code, zh = "refresh-invalid", "登录已失效，请重新登录"


@dataclass(frozen=True)
class LoggedIn:
    """What a device gets: tokens and who it is."""

    user: User
    session: Session
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    sos_key: str = field(repr=False)


def ask_code(*, phone: str, language: str = "zh-CN", ip: str = "", device: str = "") -> dict[str, int]:
    """Send a code to the phone: `{expires_in, retry_after}` in seconds, the same for known and unknown phones.

    Raises Invalid for a bad phone, TooMany within 60 s of the last code and above the hourly and daily limits.
    """
    number = phones.normalise(phone)
    _must_wait(phones.blind(number))  # before it is counted: pressing the button again must not use up the day's codes
    key, ip = phones.blind(number).hex(), whence.counted(ip)
    limits.hit("code.phone.hour", key, limit=60 if env.demo else 5, per=3600)
    limits.hit("code.phone.day", key, limit=500 if env.demo else 10, per=86400)
    if not env.demo:
        limits.hit("code.ip.hour", ip, limit=10, per=3600)
        limits.hit("code.device.hour", device or ip, limit=10, per=3600)
        limits.hit("code.global.minute", "all", limit=600, per=60)
    _send_code(Actor.anonymous(), number=number, language=language)
    return {"expires_in": int(CODE_LIFE.total_seconds()), "retry_after": int(CODE_EVERY.total_seconds())}


@verb("login.code-sent")
def _send_code(actor: Actor, *, number: str, language: str) -> LoginCode:
    blind = phones.blind(number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(blind[:8], signed=True)])
    _must_wait(blind)
    code = f"{random.randbelow(1_000_000):06d}"
    made = LoginCode(phone_blind=blind, expires_at=now() + CODE_LIFE)
    made.code_mac = _mac(made, code)
    made.save(force_insert=True)
    sms.send_code(number, code, language)
    record("login.code-sent", about=made)
    return made


def _must_wait(blind: bytes) -> None:
    """Raise TooMany while the phone's last code is younger than 60 s."""
    last = LoginCode.objects.filter(phone_blind=blind).order_by("-created_at").first()
    if last is not None and last.created_at + CODE_EVERY > now():
        raise TooMany(retry_after=max(1, int((last.created_at + CODE_EVERY - now()).total_seconds())))


def _mac(row: LoginCode, code: str) -> bytes:
    return hmac.digest(secrets.secret("token_key"), f"code|{row.id}|{code}".encode(), hashlib.sha256)


def log_in(*, phone: str, code: str, device: dict[str, str]) -> LoggedIn:
    """Exchange a code for a session; registers an unknown phone. Raises CodeWrong, CodeExpired, Invalid."""
    number = phones.normalise(phone)
    row = _burn_attempt(phones.blind(number))
    if row is None:
        raise CodeExpired
    if not hmac.compare_digest(bytes(row.code_mac), _mac(row, code.strip())):
        raise CodeWrong
    return _open_session(Actor.anonymous(), row=row, number=number, device=device)


def _burn_attempt(blind: bytes) -> LoginCode | None:
    """Count one attempt against the phone's newest live code, before anything is compared."""
    newest = LoginCode.objects.filter(phone_blind=blind).order_by("-created_at").first()
    if newest is None:
        return None
    alive = LoginCode.objects.filter(
        id=newest.id, attempts__lt=MAX_ATTEMPTS, consumed_at__isnull=True, expires_at__gt=now()
    )
    return newest if alive.update(attempts=F("attempts") + 1) else None


@verb("login.opened")
def _open_session(actor: Actor, *, row: LoginCode, number: str, device: dict[str, str]) -> LoggedIn:
    if not LoginCode.objects.filter(id=row.id, consumed_at__isnull=True).update(consumed_at=now()):
        raise CodeExpired
    blind = phones.blind(number)
    user, is_new = User.objects.get_or_create(phone_blind=blind)
    if is_new:
        addresses.add(user.id, "sms", number)
        record("person.registered", about=user)
    return _issue(user, device, "mfa" if env.demo else "otp")


def _issue(user: User, device: dict[str, str], assurance: Assurance) -> LoggedIn:
    session = Session.objects.create(
        user=user,
        device_key=device.get("key", "")[:128],
        device_name=device.get("name", "")[:80],
        platform=device.get("platform", "")[:24],
        assurance=assurance,
        expires_at=now() + ABSOLUTE,
    )
    record("login.opened", about=session, person=str(user.id))
    return _with_tokens(session, _new_refresh(session))


def _new_refresh(session: Session) -> str:
    token = tokens.fresh_secret()
    expires = min(now() + IDLE, session.expires_at)
    RefreshToken.objects.create(session=session, token_hash=tokens.hashed(token), expires_at=expires)
    return token


def _with_tokens(session: Session, refresh_token: str) -> LoggedIn:
    return LoggedIn(
        user=session.user,
        session=session,
        access_token=tokens.access_token(session.user_id, session.id),
        refresh_token=refresh_token,
        sos_key=tokens.sos_key(session.id),
    )


def refresh(*, refresh_token: str) -> LoggedIn:
    """Rotate a refresh token. Parallel calls within 10 s get the same successor; a later replay ends the login (RefreshInvalid)."""
    result = _rotate(Actor.anonymous(), presented=refresh_token)
    if result is None:
        raise RefreshInvalid
    return result


@verb("login.refreshed", audited=False)
def _rotate(actor: Actor, *, presented: str) -> LoggedIn | None:
    row = (
        RefreshToken.objects.select_for_update(of=("self", "session"))
        .select_related("session__user")
        .filter(token_hash=tokens.hashed(presented))
        .first()
    )
    moment = now()
    if row is None or row.session.revoked_at is not None or row.session.expires_at <= moment:
        return None
    if row.expires_at <= moment:
        return None
    session = row.session
    if row.used_at is None:
        successor = _new_refresh(session)
        row.used_at, row.successor_sealed = moment, tokens.seal_successor(presented, successor)
        row.save(update_fields=["used_at", "successor_sealed"])
        session.last_seen_at = moment
        session.save(update_fields=["last_seen_at"])
        return _with_tokens(session, successor)
    if row.used_at + GRACE >= moment and row.successor_sealed is not None:
        kept = tokens.open_successor(presented, bytes(row.successor_sealed))
        return _with_tokens(session, kept) if kept else None
    session.revoked_at, session.revoked_why = moment, "reuse"
    session.save(update_fields=["revoked_at", "revoked_why"])
    record("login.reuse-detected", about=session, person=str(session.user_id))
    return None


def token_actor(token: str) -> Actor | None:
    """Who a valid access token belongs to; None when it is not valid or its session has ended."""
    session_id = tokens.session_of(token)
    return session_actor(session_id) if session_id else None


def sos_actor(authorization: str) -> Actor | None:
    """Who may raise an alarm with this `Authorization` header: a token, even expired, of an unrevoked login, or an SOS key.

    Returns a person's actor (`assurance` "sos" when only good for an alarm), None when the credential proves nobody.
    """
    scheme, _, value = authorization.partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        if actor := token_actor(value):
            return actor
        session_id = tokens.session_of(value, even_expired=True)
    elif scheme.lower() == "sos":
        session_id = tokens.session_of_sos_key(value)
    else:
        return None
    return session_actor(session_id, sos=True) if session_id else None


def session_actor(session_id: Any, *, sos: bool = False) -> Actor | None:
    """Who a live session belongs to (`sos`: even past its time, but never a revoked one)."""
    with looking_up("auth"):
        session = Session.objects.select_related("user").filter(id=session_id, revoked_at__isnull=True).first()
        if session is None or (not sos and session.expires_at <= now()):
            return None
        assurance: Assurance = "sos" if sos else session.assurance  # type: ignore[assignment]
        return Actor.of(
            session.user,
            assurance=assurance,
            session_id=session.id,
            authenticated_at=session.authenticated_at,
            is_limited=session.is_limited,
        )


@verb("login.ended")
def end_session(actor: Actor, *, session_id: Any) -> Session:
    """End one of the person's own sessions (NotFound for another's)."""
    session = Session.objects.filter(id=session_id, user_id=actor.must_be_known(), revoked_at__isnull=True).first()
    if session is None:
        raise NotFound
    session.revoked_at, session.revoked_why = now(), "logout"
    session.save(update_fields=["revoked_at", "revoked_why"])
    return session
