"""Logins: opening one for a device, its tokens, and who a credential belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.core.clock import now
from backend.core.queries import looking_up
from backend.core.verb import record
from backend.people import tokens
from backend.people.actor import Actor, Assurance
from backend.people.models import RefreshToken, Session, User
from backend.people.reach import Held, in_force

IDLE, ABSOLUTE = timedelta(days=60), timedelta(days=180)
SUSPENDED = "suspended"
"""Why a session was revoked when its person was suspended."""


@dataclass(frozen=True)
class LoggedIn:
    """What a device gets: tokens and who it is."""

    user: User
    session: Session
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    sos_key: str = field(repr=False)


def open_session(user: User, device: dict[str, str], assurance: Assurance, *, is_limited: bool = False) -> LoggedIn:
    """A new login of a device `{key, name, platform}` (inside a verb)."""
    session = Session.objects.create(
        user=user,
        device_key=device.get("key", "")[:128],
        device_name=device.get("name", "")[:80],
        platform=device.get("platform", "")[:24],
        assurance=assurance,
        is_limited=is_limited,
        expires_at=now() + ABSOLUTE,
    )
    record("login.opened", about=session, person=str(user.id), limited=is_limited)
    return with_tokens(session, new_refresh(session))


def new_refresh(session: Session) -> str:
    """A fresh refresh token of this login; only its hash is kept."""
    token = tokens.fresh_secret()
    expires = min(now() + IDLE, session.expires_at)
    RefreshToken.objects.create(session=session, token_hash=tokens.hashed(token), expires_at=expires)
    return token


def with_tokens(session: Session, refresh_token: str) -> LoggedIn:
    return LoggedIn(
        user=session.user,
        session=session,
        access_token=tokens.access_token(session.user_id, session.id),
        refresh_token=refresh_token,
        sos_key=tokens.sos_key(session.id),
    )


def token_actor(token: str) -> Actor | None:
    """Who a valid access token belongs to; None when it is not valid or its session has ended."""
    session_id = tokens.session_of(token)
    return session_actor(session_id) if session_id else None


def sos_actor(authorization: str) -> Actor | None:
    """Who may raise an alarm with this `Authorization` header: a token, even expired, of an unrevoked login, or an SOS key.

    Returns a person's actor (`assurance` "sos" when only good for an alarm), None when the credential proves nobody.
    """
    (actor,) = sos_actors([authorization])
    return actor


def sos_actors(authorizations: Sequence[str]) -> list[Actor | None]:
    """`sos_actor` of many credentials at once, in three queries: a crowd that comes back after a deploy."""
    proofs = [_proof(authorization) for authorization in authorizations]
    with looking_up("auth"):
        sessions = _live({session_id for session_id, _ in proofs if session_id})
        held = in_force({session.user_id for session in sessions.values()})
        return [
            _actor(sessions[session_id], sos=is_expired or _is_over(sessions[session_id]), held=held)
            if session_id in sessions
            else None
            for session_id, is_expired in proofs
        ]


def _proof(authorization: str) -> tuple[UUID | None, bool]:
    """The session that a credential names (None: it proves nothing), and whether it is good for an alarm only."""
    scheme, _, value = authorization.partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        session_id = tokens.session_of(value)
        return (session_id, False) if session_id else (tokens.session_of(value, even_expired=True), True)
    return (tokens.session_of_sos_key(value) if scheme.lower() == "sos" else None), True


def _live(session_ids: set[UUID]) -> dict[UUID, Session]:
    """The sessions that are not revoked; those that a suspension ended too, since nobody is refused help for that."""
    usable = Q(revoked_at__isnull=True) | Q(revoked_why=SUSPENDED)
    return {row.id: row for row in Session.objects.select_related("user").filter(usable, id__in=session_ids)}


def _is_over(session: Session) -> bool:
    return session.revoked_at is not None or session.expires_at <= now()


def _actor(session: Session, *, sos: bool, held: dict[UUID, Held] | None = None) -> Actor:
    assurance: Assurance = "sos" if sos else session.assurance  # type: ignore[assignment]
    return Actor.of(
        session.user,
        assurance=assurance,
        session_id=session.id,
        authenticated_at=session.authenticated_at,
        is_limited=session.is_limited,
        held=held[session.user_id] if held is not None else None,
    )


def session_actor(session_id: Any, *, sos: bool = False) -> Actor | None:
    """Who a live session belongs to (`sos`: even past its time, but never a revoked one)."""
    with looking_up("auth"):
        session = Session.objects.select_related("user").filter(id=session_id, revoked_at__isnull=True).first()
        if session is None or (not sos and session.expires_at <= now()):
            return None
        return _actor(session, sos=sos)
