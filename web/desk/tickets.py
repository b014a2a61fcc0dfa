"""The desk's second tab: tickets of the person's scope and their steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.core.queries import reading as reading_as
from backend.people import reading as people
from backend.people.actor import Actor
from backend.people.models import RoleGrant
from backend.people.roles import Can
from backend.tickets import actions, listing, reading
from backend.tickets.flow import PauseReason
from backend.tickets.models import Ticket
from backend.tickets.sight import access_ticket, within
from backend.tickets.staff import WORKERS, can_be_assigned
from web import session
from web.desk.access import desk_of, is_on_duty
from web.pages import is_fragment, person_page, show
from web.resident import photos

SHOWN = 60
STATES = ("open", "reported", "accepted", "assigned", "in_progress", "paused", "resolved", "verified", "closed")
PLAIN = {
    "accept": actions.accept,
    "start": actions.start,
    "resume": actions.resume,
    "close": actions.close,
}


def _asked(request: HttpRequest) -> dict[str, Any]:
    state = request.GET.get("state", "open")
    return {
        "state": state if state in STATES else "",
        "q": request.GET.get("q", "").strip()[:40],
        "overdue": request.GET.get("overdue") == "1",
        "mine": request.GET.get("mine") == "1",
    }


def _found(actor: Actor, asked: dict[str, Any]) -> list[reading.SeenTicket]:
    rows = listing.tickets(
        actor,
        state=asked["state"],
        q=asked["q"],
        overdue=True if asked["overdue"] else None,
        assignee=actor.person_id if asked["mine"] else None,
    )
    mine = rows.filter(within(actor.reach(Can.TICKET_READ)))
    return reading.seen_by(actor, list(mine.order_by("deadline", "id")[:SHOWN]))


def _page(request: HttpRequest, actor: Actor, **context: Any) -> HttpResponse:
    asked = _asked(request)
    return show(
        request,
        "web/desk/tickets.html",
        tab="tickets",
        desk=desk_of(actor),
        on_duty=is_on_duty(actor.must_be_known()),
        asked=asked,
        states=STATES,
        tickets=_found(actor, asked),
        **context,
    )


@person_page
def tickets(request: HttpRequest) -> HttpResponse:
    """`/desk/tickets?state&q&overdue&mine`: the nearest deadline first; htmx asks for the list alone."""
    actor = session.actor_of(request)
    if not desk_of(actor).has_tickets:
        return show(request, "web/desk/none.html", status=403)
    if is_fragment(request):
        return show(request, "web/desk/ticket_list.html", tickets=_found(actor, _asked(request)))
    return _page(request, actor)


def _workers(ticket: Ticket) -> list[tuple[UUID, str]]:
    """Who can be given this ticket: id and name."""
    with looking_up("who works for the handling office"):
        candidates = RoleGrant.objects.filter(role__in=WORKERS).order_by("created_at").values_list("user_id", flat=True)
        able = [person for person in dict.fromkeys(candidates) if can_be_assigned(person, ticket)]
        names = people.names_by_id(able)
    return [(person, names.get(person, "")) for person in able]


def _detail(actor: Actor, ticket_id: UUID) -> dict[str, Any]:
    row = access_ticket(actor, ticket_id)
    seen = reading.seen(actor, row)
    return {
        "seen": seen,
        "moments": reading.timeline(actor, row),
        "workers": _workers(row) if "assign" in seen.steps else [],
        "pause_reasons": [str(reason) for reason in PauseReason],
    }


@person_page
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """`/desk/tickets/{id}`"""
    actor = session.actor_of(request)
    detail = _detail(actor, ticket_id)
    return show(request, "web/desk/ticket.html", **detail) if is_fragment(request) else _page(request, actor, **detail)


@require_POST
@person_page
def step(request: HttpRequest, ticket_id: UUID, act: str) -> HttpResponse:
    """`/desk/tickets/{id}/{step}`: one step of the ticket's flow, or a comment."""
    actor = session.actor_of(request)
    _take(actor, request, ticket_id, act)
    if not is_fragment(request):
        return redirect("web:desk-ticket", ticket_id)
    with reading_as(actor):
        response = show(request, "web/desk/ticket.html", **_detail(actor, ticket_id))
    response["HX-Trigger"] = "tickets-changed"
    return response


def _take(actor: Actor, request: HttpRequest, ticket_id: UUID, act: str) -> None:
    form, text = request.POST, request.POST.get("text", "")
    if act in PLAIN:
        PLAIN[act](actor, ticket_id=ticket_id)
    elif act == "assign":
        actions.assign(actor, ticket_id=ticket_id, assignee_id=_uuid(form.get("assignee")))
    elif act == "pause":
        actions.pause(actor, ticket_id=ticket_id, reason=form.get("reason", ""), note=text)
    elif act == "resolve":
        actions.resolve(actor, ticket_id=ticket_id, note=text, photo_ids=photos.keep(request))
    elif act == "verify":
        actions.verify(actor, ticket_id=ticket_id, note=text)
    elif act == "reopen":
        actions.reopen(actor, ticket_id=ticket_id, reason=text)
    elif act == "escalate":
        actions.escalate(actor, ticket_id=ticket_id, reason=text)
    elif act == "transfer":
        actions.transfer(actor, ticket_id=ticket_id, to=form.get("to", "subdistrict"), reason=text)
    elif act == "cancel":
        actions.cancel(actor, ticket_id=ticket_id, reason=text)
    elif act == "comment":
        actions.comment(actor, ticket_id=ticket_id, text=text, visibility="staff" if form.get("staff") else "all")
    else:
        raise NotFound


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound from None
