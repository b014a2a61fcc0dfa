"""Django's session for our own pages: the session names a login (`Session`), and the login is read at each request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from backend.people.actor import Actor
from backend.people.login import LoggedIn, session_actor
from backend.people.models import User

KEY = "login"


class PersonBackend(BaseBackend):
    """Django asks for a backend; people come in through `backend.people.login` only."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        return None


def enter(request: HttpRequest, login: LoggedIn) -> None:
    """Begin a web session for a login."""
    request.session.flush()
    request.session[KEY] = str(login.session.id)


def leave(request: HttpRequest) -> None:
    request.session.flush()


def actor_of(session: Any) -> Actor:
    """Who a Django session (or its data) belongs to; anonymous when nobody."""
    session_id = session.get(KEY)
    return (session_actor(session_id) if session_id else None) or Actor.anonymous()
