"""The frame round allauth's views: attempts are counted first, then one marked transaction, then our own session opens.

allauth reads people behind the row walls and checks factors by reading and writing: so each of its views runs in one transaction
with the mark, and what checks a factor of one person runs one at a time. A password alone leads nowhere but to the second factor;
once that is shown, `people.Session` is opened with assurance `mfa`, and the page session names it, as after a phone login.
"""

from __future__ import annotations

import json
from collections.abc import Callable, MutableMapping
from functools import wraps
from importlib import import_module
from typing import Any, Literal
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from backend.core.clock import now
from backend.core.errors import TooMany
from backend.core.queries import looking_up
from backend.people import web_login
from backend.people.actor import Actor
from backend.people.login_sessions import session_actor
from backend.people.staff import factors, login, proofs
from web import session
from web.pages import refused, words_of

Needs = Literal["nobody", "first", "staff"]
Counts = Literal["", "password", "factor"]
View = Callable[..., HttpResponseBase]
SECRETS = ("password", "code", "credential", "login")


def door(view: View, *, needs: Needs, counts: Counts = "", adds_factor: bool = False) -> View:
    """A page of allauth. `needs`: `nobody`; `first` (a password while no factor exists, else staff); `staff` (a finished login).

    `counts`: what kind of attempt a POST is. `adds_factor`: a POST may set up the first factor, which completes the login.
    """

    @sensitive_post_parameters(*SECRETS)
    @sensitive_variables()
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _end_with_login(request)
        if not _may_enter(request, needs):
            return HttpResponseRedirect(f"{reverse('account_login')}")
        person = proofs.pending(request.session)
        try:
            if request.method == "POST":
                _count(counts, request.POST.get("login", ""), person, _ip(request))
        except TooMany as wait:
            return refused(request, wait)
        before = _shape(person)
        response = _within(request, view, person if request.method == "POST" else None, *args, **kwargs)
        if adds_factor and request.method == "POST":
            _complete_first(request.session, before)
        _follow(request, before)
        return response

    return run


def program_door(view: View, *, counts: Counts = "", adds_factor: bool = False) -> View:
    """An operation of allauth's headless API, for a program that logs a member of staff in (`X-Session-Token`).

    Factors are added here but not removed: that is for the security page, where the last one stays.
    """
    methods = ["GET", "POST"] if counts == "factor" else ["GET", "POST", "DELETE"]

    @csrf_exempt
    @require_http_methods(methods)
    @sensitive_variables()
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = request.headers.get("X-Session-Token", "")
        person = proofs.pending(_store(token)) if token else None
        try:
            if request.method == "POST":
                _count(counts, _name_in(request), person, _ip(request))
        except TooMany as wait:
            said = {"status": 429, "errors": [{"code": wait.code, "message": words_of(wait)}]}
            return JsonResponse(said, status=429, headers={"Retry-After": str(wait.retry_after or 1)})
        before = _shape(person)
        response = _within(request, view, person if request.method == "POST" else None, *args, **kwargs)
        if adds_factor and token and request.method == "POST":
            store = _store(token)
            if _complete_first(store, before):
                store.save()
        _audit_factors(Actor(kind="person", person_id=person) if person else None, before)
        return response

    return run


def _within(request: HttpRequest, view: View, person: UUID | None, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """The view and its template in one marked transaction; one at a time for the attempts of one person."""
    with looking_up("staff login"):
        if person is not None:
            login.one_at_a_time(person)
        try:
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response = response.render()
        except ImmediateHttpResponse as said:
            response = said.response
        except ReauthenticationRequired:
            response = suspend_request(request, _where_to_prove(request))
        return response


def _where_to_prove(request: HttpRequest) -> str:
    methods = get_adapter().get_reauthentication_methods(request.user)
    return str(methods[0]["url"]) if methods else reverse("account_login")


def _store(token: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(token)


def _ip(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _name_in(request: HttpRequest) -> str:
    """The staff name of a program's login; it is counted as it was sent."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        return ""
    return str(body.get("username", ""))[:80] if isinstance(body, dict) else ""


def _count(counts: Counts, staff_name: str, person: UUID | None, ip: str) -> None:
    if counts == "password":
        login.count_password(staff_name=staff_name[:80], ip=ip)
    elif counts == "factor":
        login.count_factor(person, ip=ip)


def _end_with_login(request: HttpRequest) -> None:
    """When the login that this session opened has ended, the session ends too."""
    opened = request.session.get(proofs.OPENED)
    if opened is not None and session_actor(opened) is None:
        request.session.flush()


def _may_enter(request: HttpRequest, needs: Needs) -> bool:
    if needs == "nobody":
        return True
    person = proofs.known(request.session)
    if person is None or not request.user.is_authenticated:
        return False
    if request.session.get(proofs.OPENED) == request.session.get(web_login.KEY) is not None:
        return True
    return needs == "first" and not factors.has_factor(person)


def _shape(person: UUID | None) -> tuple[str, ...]:
    """The kinds of factors a person holds, each as often as it is there."""
    return factors.kinds(person) if person else ()


def _complete_first(store: MutableMapping[str, Any] | Any, before: tuple[str, ...]) -> bool:
    """A first factor, shown while it was set up, completes this login."""
    person = proofs.known(store)
    added = [kind for kind in factors.kinds(person) if kind in factors.PRIMARY] if person else []
    if not added or set(before) & factors.PRIMARY:
        return False
    proofs.note_first_factor(store, added[0])
    return True


def _follow(request: HttpRequest, before: tuple[str, ...]) -> None:
    """After the view: open our session when the login is complete, renew it when the factor was shown again."""
    person, shown = proofs.known(request.session), proofs.proven_at(request.session)
    if person is None or shown is None:
        return
    opened = request.session.get(proofs.OPENED)
    if opened is None or opened != request.session.get(web_login.KEY):
        made = login.open_session(
            Actor.anonymous(), user_id=person, device=login.WEB | {"name": _browser(request)}, proven_at=shown
        )
        request.session[proofs.OPENED] = request.session[web_login.KEY] = str(made.session.id)
        session.forget_reader(request)
    else:
        actor = session.actor_of(request)
        if actor.authenticated_at is None or shown > actor.authenticated_at:
            login.freshen(actor, proven_at=min(shown, now()))
            session.forget_reader(request)
    _audit_factors(session.actor_of(request), before)


def _audit_factors(actor: Actor | None, before: tuple[str, ...]) -> None:
    if actor is None or actor.person_id is None:
        return
    after = list(factors.kinds(actor.person_id))
    removed = []
    for kind in before:
        if kind in after:
            after.remove(kind)
        else:
            removed.append(kind)
    if after or removed:
        login.note_factors(actor, added=tuple(after), removed=tuple(removed))


def _browser(request: HttpRequest) -> str:
    """What the sessions list calls this browser."""
    agent = request.headers.get("User-Agent", "")
    for name in ("Edg", "Firefox", "Chrome", "Safari"):
        if name in agent:
            return {"Edg": "Edge"}.get(name, name)
    return ""
