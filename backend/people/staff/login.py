"""The staff's logins: a finished proof with a second factor opens a session of assurance `mfa`, a fresh one renews it.

The steps themselves (password, codes, passkeys) are allauth's, in a Django session; here such a session is turned into ours, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from backend.core import limits
from backend.core.clock import now
from backend.core.errors import Forbidden, Unauthenticated
from backend.core.verb import record, verb
from backend.people import tokens, whence
from backend.people.actor import Actor
from backend.people.login_sessions import LoggedIn
from backend.people.models import RefreshToken, Session, User
from backend.people.staff import factors, proofs
from backend.people.staff.backend import normalised, staff

SHIFT = timedelta(hours=12)
"""How long a staff login lasts at most."""
WEB = {"key": "web", "platform": "web"}


class StaffProofMissing(Unauthenticated):
    """This staff login is not finished: the second factor is missing, or it was exchanged already."""

    code, zh = "staff-proof-missing", "工作人员登录未完成：缺少第二验证，或已使用过"


class NotYours(Forbidden):
    """This proof is somebody else's."""

    code, zh = "proof-not-yours", "这不是您本人的验证"


def count_password(*, staff_name: str, ip: str) -> None:
    """Count an attempt at a password, before it is looked at. Raises TooMany."""
    limits.hit("staff.ip", whence.counted(ip), limit=50, per=300)
    limits.hit("staff.name", normalised(staff_name), limit=20, per=900)


def count_factor(user_id: UUID | None, *, ip: str) -> None:
    """Count an attempt at a second factor, before it is looked at: 5 a person in 5 minutes. Raises TooMany."""
    limits.hit("staff.ip", whence.counted(ip), limit=50, per=300)
    if user_id is not None:
        limits.hit("staff.factor", str(user_id), limit=5, per=300)


def one_at_a_time(user_id: UUID) -> None:
    """Let one transaction at a time check this person's factors: a code that is good once is then good once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(user_id.bytes[-8:], signed=True)])


@verb("staff.login-opened")
def open_session(actor: Actor, *, user_id: UUID, device: dict[str, str], proven_at: datetime) -> LoggedIn:
    """A session of assurance `mfa` for somebody whose second factor was shown at `proven_at`. Raises StaffProofMissing."""
    return _open(user_id, device, proven_at)


def _open(user_id: UUID, device: dict[str, str], proven_at: datetime) -> LoggedIn:
    user = staff().select_for_update().filter(id=user_id).first()
    if user is None or not factors.has_factor(user_id):
        raise StaffProofMissing
    session = Session.objects.create(
        user=user,
        device_key=device.get("key", "")[:128],
        device_name=device.get("name", "")[:80],
        platform=device.get("platform", "")[:24],
        assurance="mfa",
        authenticated_at=proven_at,
        expires_at=now() + SHIFT,
    )
    refresh = tokens.fresh_secret()
    RefreshToken.objects.create(session=session, token_hash=tokens.hashed(refresh), expires_at=session.expires_at)
    record("staff.login-opened", about=session, person=str(user.id))
    access = tokens.access_token(user.id, session.id)
    return LoggedIn(user, session, access, refresh, tokens.sos_key(session.id))


def _store(session_token: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_token)


def _take(session_token: str) -> tuple[UUID, datetime]:
    """Who finished this login of a program, and when; the login is used up. Call it inside a verb. Raises StaffProofMissing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"staff.take|{session_token}"])
    store = _store(session_token)
    person, moment = proofs.known(store), proofs.proven_at(store)
    if person is None or moment is None or proofs.OPENED in store or now() - moment > proofs.FRESH:
        raise StaffProofMissing
    store.flush()
    return person, moment


def exchange(*, session_token: str, device: dict[str, str]) -> LoggedIn:
    """Turn a finished login of a program into our tokens, once. Raises StaffProofMissing."""
    return _exchange(Actor.anonymous(), session_token=session_token, device=device)


@verb("staff.login-opened")
def _exchange(actor: Actor, *, session_token: str, device: dict[str, str]) -> LoggedIn:
    person, moment = _take(session_token)
    return _open(person, device, moment)


@verb("login.proved")
def prove(actor: Actor, *, session_token: str) -> Session:
    """Make one's login fresh by another finished staff login of the same person. Raises StaffProofMissing, NotYours."""
    person, moment = _take(session_token)
    if person != actor.must_be_known():
        raise NotYours
    return _freshen(actor, moment)


@verb("login.proved")
def freshen(actor: Actor, *, proven_at: datetime) -> Session:
    """Make one's login fresh: a second factor was shown in this browser at `proven_at`."""
    return _freshen(actor, proven_at)


def _freshen(actor: Actor, moment: datetime) -> Session:
    if actor.session_id is None:
        raise StaffProofMissing
    session = Session.objects.select_for_update().filter(id=actor.session_id, revoked_at__isnull=True).first()
    if session is None:
        raise StaffProofMissing
    session.authenticated_at = max(moment, session.authenticated_at)
    session.save(update_fields=["authenticated_at"])
    record("login.proved", about=session, person=str(actor.person_id))
    return session


@verb("staff.factors-changed")
def note_factors(actor: Actor, *, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Put into the audit which kinds of factors a member of staff added or removed."""
    user = User.objects.get(id=actor.must_be_known())
    record("staff.factors-changed", about=user, added=list(added), removed=list(removed))
