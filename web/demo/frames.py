"""Letting a person into a frame of the demo: the frame's own session cookie, good under its path only."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.http import HttpResponse

from backend.people.login import LoggedIn
from backend.people.web_login import KEY
from web.demo_sessions import cookie_of, frame_path

DESK, PHONE = "desk", "phone"


def address(slug: str, path: str) -> str:
    """A page as the frame sees it."""
    return frame_path(slug) + path.lstrip("/")


def let_in(response: HttpResponse, slug: str, login: LoggedIn, language: str) -> None:
    """Begin the frame's session for a login."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[KEY] = str(login.session.id)
    store["language"] = language
    store.save()
    response.set_cookie(
        cookie_of(slug, settings.SESSION_COOKIE_NAME),
        store.session_key,
        max_age=settings.SESSION_COOKIE_AGE,
        path=frame_path(slug),
        httponly=True,
        samesite="Lax",
    )
