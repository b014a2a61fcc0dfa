"""Django's session for our own pages: the session names a login (`Session`), and the login is read at each request."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from backend.people.actor import Actor
from backend.people.login import LoggedIn, session_actor

KEY = "login"


def enter(request: HttpRequest, login: LoggedIn) -> None:
    """Begin a web session for a login."""
    request.session.flush()
    request.session[KEY] = str(login.session.id)


def leave(request: HttpRequest) -> None:
    request.session.flush()


def actor_of(session: Any) -> Actor:
    """Who a Django session (or its data) belongs to; anonymous when nobody, and while the login must first be proved."""
    found = holder_of(session)
    return Actor.anonymous() if found is None or found.is_limited else found


def holder_of(session: Any) -> Actor | None:
    """Whose login this session names, limited or not: only for ending it, or for its way out."""
    session_id = session.get(KEY)
    return session_actor(session_id) if session_id else None
