"""The live queue of alarms and one incident on one screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backend.core.errors import Forbidden, NotFound
from backend.core.ids import uuid7
from backend.core.queries import reading as reading_as
from backend.emergency import actions, reading
from backend.emergency.actions.working import CALLEES, RESULTS
from backend.emergency.kinds import Disposition, Kind, State
from backend.emergency.models import Incident
from backend.people import duty
from backend.people.actor import Actor
from backend.people.roles import Can
from web import session
from web.desk.access import desk_of, is_on_duty, own_divisions
from web.pages import is_fragment, person_page, show

RECENT = 8
CALL_KINDS = [kind for kind in Kind.values if kind not in (Kind.TECHNICAL, Kind.UNIDENTIFIED)]
MOST = 200


def _helped(actor: Actor) -> Any:
    """Incidents that this person sees as one who helps, their own calls for help left out."""
    return Incident.objects.visible_to(actor).exclude(person_id=actor.person_id).select_related(*reading.RELATED)


def queue(actor: Actor) -> dict[str, Any]:
    """What waits (most urgent first, then oldest), what is in hand, what ended lately."""
    rows = _helped(actor)
    waiting = rows.filter(state=State.OPEN).order_by("priority", "opened_at")[:MOST]
    running = rows.filter(state__in=[State.ACKNOWLEDGED, State.IN_PROGRESS]).order_by("priority", "opened_at")[:MOST]
    ended = rows.filter(state=State.RESOLVED).order_by("-resolved_at")[:RECENT]
    board = reading.board(actor, [*waiting, *running, *ended])
    return {
        "waiting": [row for row in board if row["state"] == State.OPEN],
        "running": [row for row in board if row["state"] in (State.ACKNOWLEDGED, State.IN_PROGRESS)],
        "ended": [row for row in board if row["state"] == State.RESOLVED],
    }


def _page(request: HttpRequest, actor: Actor, **context: Any) -> HttpResponse:
    person = actor.must_be_known()
    return show(
        request,
        "web/desk/alarms.html",
        tab="alarms",
        desk=desk_of(actor),
        on_duty=is_on_duty(person),
        call_id=uuid7(),
        call_kinds=CALL_KINDS,
        **({"me": person} | queue(actor) | context),
    )


@person_page
def desk(request: HttpRequest) -> HttpResponse:
    """`/desk`"""
    actor = session.actor_of(request)
    own = desk_of(actor)
    if own.has_alarms:
        return _page(request, actor)
    if own.has_tickets:
        return redirect("web:desk-tickets")
    return show(request, "web/desk/none.html", status=403)


@person_page
def queue_fragment(request: HttpRequest) -> HttpResponse:
    """`/desk/queue`: the list alone."""
    actor = session.actor_of(request)
    return show(request, "web/desk/queue.html", me=actor.person_id, **queue(actor))


def _detail(actor: Actor, incident_id: UUID) -> dict[str, Any]:
    whole = reading.whole(actor, incident_id)
    if not actor.may(Can.INCIDENT_READ, community=whole["community_id"], division=whole["division_id"]):
        raise NotFound
    owner = whole["owner"]
    return {
        "one": whole,
        "me": actor.person_id,
        "is_mine": owner is not None and owner["id"] == actor.person_id,
        "can_act": actor.may(Can.INCIDENT_ACKNOWLEDGE, community=whole["community_id"], division=whole["division_id"]),
        "dispositions": Disposition.values,
        "callees": CALLEES,
        "results": RESULTS,
    }


@person_page
def incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """`/desk/incidents/{id}`: the whole of it beside the queue; htmx asks for it alone."""
    actor = session.actor_of(request)
    detail = _detail(actor, incident_id)
    return (
        show(request, "web/desk/incident.html", **detail) if is_fragment(request) else _page(request, actor, **detail)
    )


@require_POST
@person_page
def act(request: HttpRequest, incident_id: UUID, act: str) -> HttpResponse:
    """`/desk/incidents/{id}/{acknowledge|release|take-over|note|call|resolve}`"""
    actor, form = session.actor_of(request), request.POST
    if act == "acknowledge":
        actions.acknowledge(actor, incident_id=incident_id)
    elif act == "release":
        actions.release(actor, incident_id=incident_id)
    elif act == "take-over":
        actions.hand_off(actor, incident_id=incident_id, to=actor.must_be_known())
    elif act == "note":
        actions.note(actor, incident_id=incident_id, text=form.get("text", ""))
    elif act == "call":
        said = {name: form.get(name, "") for name in ("to", "result", "reference", "text")}
        actions.call(actor, incident_id=incident_id, **said)
    elif act == "resolve":
        said = {name: form.get(name, "") for name in ("disposition", "reference", "text")}
        actions.resolve(actor, incident_id=incident_id, **said)
    else:
        raise NotFound
    if not is_fragment(request):
        return redirect("web:desk-incident", incident_id)
    with reading_as(actor):
        return show(request, "web/desk/incident.html", **_detail(actor, incident_id))


@require_POST
@person_page
def enter_call(request: HttpRequest) -> HttpResponse:
    """`/desk/calls`: write down a telephone call; it is an incident at once, even where the form says little."""
    form = request.POST
    try:
        given = UUID(form.get("id", ""))
    except ValueError:
        given = uuid7()
    kind = form.get("kind", "")
    called = actions.enter_call(
        session.actor_of(request),
        id=given,
        kind=kind if kind in Kind.values else Kind.UNIDENTIFIED,
        caller=form.get("caller", "")[:40],
        note=form.get("note", "")[:2000],
    )
    return redirect("web:desk-incident", called.incident.id)


@require_POST
@person_page
def keep_duty(request: HttpRequest) -> HttpResponse:
    """`/desk/duty`: begin or end duty on all my desks."""
    actor = session.actor_of(request)
    if not desk_of(actor).is_dispatcher:
        raise Forbidden
    if request.POST.get("duty") == "end":
        duty.end(actor)
    else:
        with reading_as(actor):
            divisions = own_divisions(actor)
        for division in divisions:
            duty.start(actor, division_id=division.id)
    if is_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true" if request.POST.get("duty") == "end" else "false"
        return response
    return redirect(reverse("web:desk"))
