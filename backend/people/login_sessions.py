"""Logins: opening one for a device, its tokens, and who a credential belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from backend.core.clock import now
from backend.core.queries import looking_up
from backend.core.verb import record
from backend.people import tokens
from backend.people.actor import Actor, Assurance
from backend.people.models import RefreshToken, Session, User

IDLE, ABSOLUTE = timedelta(days=60), timedelta(days=180)


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
