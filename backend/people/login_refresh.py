"""Refresh families: each token works once; its parallel callers get the same successor; a later replay ends the login."""

from __future__ import annotations

from datetime import timedelta

from backend.core.clock import now
from backend.core.errors import Unauthenticated
from backend.core.verb import record, verb
from backend.people import login_devices, login_notices, tokens
from backend.people.actor import Actor
from backend.people.login_sessions import LoggedIn, new_refresh, with_tokens
from backend.people.models import RefreshToken

GRACE = timedelta(seconds=10)


class RefreshInvalid(Unauthenticated):
    """This login has ended; log in again."""

    code, zh = "refresh-invalid", "登录已失效，请重新登录"


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
        successor = new_refresh(session)
        row.used_at, row.successor_sealed = moment, tokens.seal_successor(presented, successor)
        row.save(update_fields=["used_at", "successor_sealed"])
        session.last_seen_at = moment
        session.save(update_fields=["last_seen_at"])
        return with_tokens(session, successor)
    if row.used_at + GRACE >= moment and row.successor_sealed is not None:
        kept = tokens.open_successor(presented, bytes(row.successor_sealed))
        return with_tokens(session, kept) if kept else None
    login_notices.reuse(session)
    login_devices.end([session], why="reuse")
    record("login.reuse-detected", about=session, person=str(session.user_id))
    return None
