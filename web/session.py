"""What a page keeps between two requests: the login, the reader's choices, one-time messages.

All of it lies in a session row, which holds ids and codes only; the cookie holds the row's key.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.people import reading, tokens, web_login
from backend.people.actor import Actor
from backend.people.login import LoggedIn, end_session, sos_actor
from backend.people.models import User
from web import acting

LANGUAGE_COOKIE = "yike_language"
ELDER_COOKIE = "yike_elder"
SOS_COOKIE = "yike_sos"
PHONE_COOKIE = "yike_phone"
CHOICE_DAYS = 400
PHONE_SECONDS = 600


@dataclass(frozen=True)
class Reader:
    """Who the page is shown to."""

    name: str
    wants_elder: bool


def actor_of(request: HttpRequest) -> Actor:
    """Who acts on this page: whose session it is, or they standing in for somebody (see `web.acting`). Raises NotADelegate."""
    return acting.on_page(request, own_actor_of(request))


def own_actor_of(request: HttpRequest) -> Actor:
    """Who the request's session belongs to, read once a request; anonymous when nobody."""
    found: Actor | None = getattr(request, "_page_actor", None)
    if found is None:
        found = web_login.actor_of(request.session)
        request._page_actor = found  # type: ignore[attr-defined]
    return found


def reader_of(request: HttpRequest) -> Reader | None:
    """The logged-in person's name and wishes, read once a request."""
    actor = own_actor_of(request)
    if actor.kind != "person":
        return None
    found: Reader | None = getattr(request, "_page_reader", None)
    if found is None:
        with looking_up("own page"):
            user = User.objects.get(id=actor.must_be_known())
            found = Reader(reading.name_of(user), user.elder_mode)
        request._page_reader = found  # type: ignore[attr-defined]
    return found


def begin(request: HttpRequest, login: LoggedIn) -> None:
    """Log in: a fresh session that keeps only what the reader chose on this page."""
    kept = {key: request.session[key] for key in ("language",) if key in request.session}
    web_login.enter(request, login)
    request.session.update(kept)
    forget_reader(request)


def remember_asked(response: HttpResponse, phone: str) -> None:
    """Keep the phone to which a code was sent, signed, on this device alone and until the code has expired."""
    response.set_signed_cookie(
        PHONE_COOKIE,
        phone,
        salt=PHONE_COOKIE,
        max_age=PHONE_SECONDS,
        path=reverse("web:login"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def asked_phone(request: HttpRequest) -> str:
    """The phone to which this device asked a code; empty when none waits."""
    return str(request.get_signed_cookie(PHONE_COOKIE, "", salt=PHONE_COOKIE, max_age=PHONE_SECONDS))


def forget_asked(response: HttpResponse) -> None:
    response.delete_cookie(PHONE_COOKIE, path=reverse("web:login"), samesite="Lax")


def remember_sos(response: HttpResponse, login: LoggedIn) -> None:
    """Keep this device's SOS key beside the session and for longer: a call for help never meets a login page."""
    response.set_cookie(
        SOS_COOKIE,
        tokens.sos_key(login.session.id),
        max_age=CHOICE_DAYS * 86_400,
        path=reverse("web:sos"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def caller_of(request: HttpRequest) -> Actor:
    """Who calls for help: the person of the session, else of the device's SOS key; anonymous when nobody."""
    actor = actor_of(request)
    key = request.COOKIES.get(SOS_COOKIE)
    if actor.kind == "person" or not key:
        return actor
    return sos_actor(f"SOS {key}") or actor


def finish(request: HttpRequest) -> None:
    """Log out: the login ends on the server too."""
    actor = web_login.holder_of(request.session)
    if actor is not None and actor.session_id is not None:
        with suppress(NotFound):
            end_session(actor, session_id=actor.session_id)
    kept = request.session.get("language")
    web_login.leave(request)
    if kept:
        request.session["language"] = kept
    forget_reader(request)


def forget_reader(request: HttpRequest) -> None:
    """Who reads is asked anew: the login has changed within this request."""
    for cached in ("_page_actor", "_page_reader", "_page_standing"):
        if hasattr(request, cached):
            delattr(request, cached)


def language_of(request: HttpRequest) -> str | None:
    """The language chosen by the switch, `zh` or `en`; None when none was chosen."""
    chosen = request.session.get("language") or request.COOKIES.get(LANGUAGE_COOKIE)
    return chosen if chosen in {"zh", "en"} else None


def is_elder(request: HttpRequest) -> bool:
    """长辈版: the switch first, then the person's own setting."""
    chosen = request.session.get("elder")
    if chosen is None:
        reader = reader_of(request)
        if reader is not None:
            return reader.wants_elder
        chosen = request.COOKIES.get(ELDER_COOKIE) == "1"
    return bool(chosen)


def flash(request: HttpRequest, text: str, look: str = "good") -> None:
    """Say something once, at the top of the next page."""
    request.session["flashes"] = [*request.session.get("flashes", [])[-2:], {"text": text[:300], "look": look}]


def take_flashes(request: HttpRequest) -> list[dict[str, Any]]:
    """What is to be said now; it is then forgotten."""
    taken: list[dict[str, Any]] = request.session.pop("flashes", [])
    return taken
