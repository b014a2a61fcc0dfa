"""The resident's reports: list, report with photos, follow, verify or send back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from backend.bulletins import reading as bulletins
from backend.core.errors import NotFound, Refusal
from backend.core.ids import uuid7
from backend.core.queries import reading
from backend.people.actor import Actor
from backend.tickets import actions
from backend.tickets import reading as seeing
from backend.tickets.categories import GROUPS, Category, all_categories
from backend.tickets.models import Ticket
from backend.tickets.sight import access_ticket
from web import session
from web.pages import person_page, say, show, words_of
from web.resident import photos
from web.resident.home import main_home
from web.templatetags.yike import lang

SHOWN = 50
STEPS = frozenset({"verify", "reopen", "cancel", "comment", "rate"})


@person_page
def tickets(request: HttpRequest) -> HttpResponse:
    """`/app/tickets`: my reports, the running ones first."""
    actor = session.actor_of(request)
    mine = Ticket.objects.filter(reporter_id=actor.must_be_known()).order_by("-created_at", "id")
    running = seeing.seen_by(actor, list(mine.open()[:SHOWN]))
    ended = seeing.seen_by(actor, list(mine.exclude(id__in=[one.ticket.id for one in running])[:SHOWN]))
    return show(request, "web/app/tickets.html", tab="tickets", running=running, ended=ended)


def _categories() -> list[tuple[str, list[Category]]]:
    """(group's name, its categories) in the order of the catalogue."""
    place = 1 if lang() == "en" else 0
    return [
        (names[place], [one for one in all_categories().values() if one.group == group])
        for group, names in GROUPS.items()
    ]


@require_http_methods(["GET", "POST"])
@person_page
def report(request: HttpRequest) -> HttpResponse:
    """`/app/tickets/new`: first what, then the form with that category's questions and up to three photos."""
    category = all_categories().get(request.POST.get("category") or request.GET.get("category", ""))
    if category is None:
        return show(request, "web/app/ticket_category.html", tab="tickets", groups=_categories())
    actor = session.actor_of(request)
    if request.method == "GET":
        return _form(request, actor, category)
    try:
        ticket = actions.report(actor, photo_ids=photos.keep(request), **_said(request, category, actor))
    except Refusal as refusal:
        with reading(actor):
            return _form(request, actor, category, error=words_of(refusal), status=422)
    session.flash(request, say("ticket.sent", number=ticket.number))
    return redirect("web:ticket", ticket.id)


def _form(
    request: HttpRequest, actor: Actor, category: Category, *, error: str = "", status: int = 200
) -> HttpResponse:
    return show(
        request,
        "web/app/ticket_new.html",
        status=status,
        tab="tickets",
        category=category,
        category_name=category.name(lang()),
        questions=[_question(one, request) for one in category.questions],
        home=main_home(actor),
        bulletins=bulletins.before_reporting(actor, category.outage),
        ticket_id=request.POST.get("id") or uuid7(),
        said=request.POST,
        error=error,
    )


def _question(question: Any, request: HttpRequest) -> dict[str, Any]:
    english = lang() == "en"
    return {
        "code": question.code,
        "text": question.en if english else question.zh,
        "required": question.required,
        "options": [(value, en if english else zh) for value, zh, en in question.options],
        "given": request.POST.get(f"answer.{question.code}", ""),
    }


def _said(request: HttpRequest, category: Category, actor: Actor) -> dict[str, Any]:
    """The form as the verb's keywords: the place is the home or building; a point is the browser's, else the building's."""
    form = request.POST
    answers = {one.code: form[f"answer.{one.code}"] for one in category.questions if form.get(f"answer.{one.code}")}
    said: dict[str, Any] = {
        "id": _uuid(form.get("id")),
        "category": category.code,
        "text": form.get("text", ""),
        "urgency": "urgent" if form.get("urgent") else "normal",
        "answers": answers,
    }
    dwelling = actor.dwellings[0] if actor.dwellings else None
    lon, lat = _degrees(form.get("lon")), _degrees(form.get("lat"))
    if category.place in {"home", "any"} and dwelling:
        said["home_id"] = dwelling.home_id
    elif category.place == "building" and dwelling:
        said["building_id"] = dwelling.building_id
    elif lon is not None and lat is not None:
        said |= {"lon": lon, "lat": lat}
    elif dwelling:
        with reading(actor):
            home = main_home(actor)
        if home is not None:
            said |= {"lon": home.building.lon, "lat": home.building.lat}
    return said


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _degrees(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


@person_page
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """`/app/tickets/{id}`"""
    actor = session.actor_of(request)
    row = access_ticket(actor, ticket_id)
    return show(
        request,
        "web/app/ticket.html",
        tab="tickets",
        seen=seeing.seen(actor, row),
        moments=seeing.timeline(actor, row),
        category_name=all_categories()[row.category].name(lang()),
    )


@require_POST
@person_page
def step(request: HttpRequest, ticket_id: UUID, act: str) -> HttpResponse:
    """`/app/tickets/{id}/{verify|reopen|cancel|comment|rate}`"""
    if act not in STEPS:
        raise NotFound
    actor, text = session.actor_of(request), request.POST.get("text", "")
    if act == "verify":
        actions.verify(actor, ticket_id=ticket_id, note=text)
    elif act == "reopen":
        actions.reopen(actor, ticket_id=ticket_id, reason=text)
    elif act == "cancel":
        actions.cancel(actor, ticket_id=ticket_id, reason=text)
    elif act == "comment":
        actions.comment(actor, ticket_id=ticket_id, text=text)
    else:
        stars = request.POST.get("stars", "")
        actions.rate(actor, ticket_id=ticket_id, stars=int(stars) if stars.isdecimal() else 0)
    return redirect("web:ticket", ticket_id)
