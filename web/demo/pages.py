"""The demo's pages: who to be, what to press, what would have gone out."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.people.actor import Actor
from backend.people.models import RoleGrant
from backend.people.roles import TABLE, Can, Role
from notifications import outbox
from web import session
from web.demo import actions, frames, people, press
from web.pages import open_page, safe_path, say, show
from web.templatetags.yike import lang

DESK_ROLES = frozenset(role for role, held in TABLE.items() if held & {Can.INCIDENT_READ, Can.TICKET_READ})
SHOWN = 40


@open_page
def demo(request: HttpRequest) -> HttpResponse:
    """`/demo`"""
    return show(
        request,
        "web/demo/demo.html",
        people=people.everybody(_language()),
        button=press.button(),
        staff_password=people.DEMO_PASSWORD,
    )


def _language() -> str:
    return "en" if lang() == "en" else "zh-CN"


@require_POST
@open_page
def enter(request: HttpRequest) -> HttpResponse:
    """`/demo/enter`: be this person, and go where such a person works."""
    person = _uuid(request.POST.get("person"))
    login = actions.enter_as(Actor.anonymous(), person_id=person)
    session.begin(request, login)
    response = redirect(safe_path(request, request.POST.get("next"), reverse(_place_of(person))))
    session.remember_sos(response, login)
    return response


def _place_of(person: UUID) -> str:
    with looking_up("demo"):
        roles = {Role(role) for role in RoleGrant.objects.filter(user_id=person).values_list("role", flat=True)}
    return "web:desk" if roles & DESK_ROLES else "web:app"


@require_POST
@open_page
def press_button(request: HttpRequest) -> HttpResponse:
    """`/demo/press`"""
    pressed = press.button()
    if pressed is None:
        raise NotFound
    press.press(pressed)
    return _said(request, say("demo.pressed", name=pressed.wearer))


@require_POST
@open_page
def silence(request: HttpRequest) -> HttpResponse:
    """`/demo/silence`: the dispatcher who would answer that button is gone."""
    pressed = press.button()
    if pressed is None or pressed.dispatcher_id is None:
        raise NotFound
    actions.silence(Actor.anonymous(), person_id=pressed.dispatcher_id)
    return _said(request, say("demo.silenced", name=pressed.dispatcher))


def _said(request: HttpRequest, text: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    session.flash(request, text)
    return redirect("web:demo")


@require_http_methods(["GET", "POST"])
@open_page
def stage(request: HttpRequest) -> HttpResponse:
    """`/demo/stage`: the desk beside a phone, two people in one browser; a POST lets both in."""
    pressed = press.button()
    if pressed is None or pressed.dispatcher_id is None:
        raise NotFound
    if request.method == "POST":
        response = redirect("web:stage")
        for slug, person in ((frames.DESK, pressed.dispatcher_id), (frames.PHONE, pressed.wearer_id)):
            frames.let_in(response, slug, actions.enter_as(Actor.anonymous(), person_id=person), lang())
        request.session["stage"] = True
        return response
    return show(
        request,
        "web/demo/stage.html",
        button=pressed,
        is_set=request.session.get("stage", False),
        desk_frame=frames.address(frames.DESK, "/desk"),
        phone_frame=frames.address(frames.PHONE, "/app"),
        messages=outbox.recent(limit=8),
    )


@open_page
def outbox_page(request: HttpRequest) -> HttpResponse:
    """`/demo/messages`: what would have gone out, newest first."""
    is_fragment = request.headers.get("HX-Request") == "true"
    count = 8 if request.GET.get("short") else SHOWN
    return show(
        request,
        "web/demo/messages.html" if is_fragment else "web/demo/outbox.html",
        messages=outbox.recent(limit=count),
    )


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound from None
