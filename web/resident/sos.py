"""The resident's own call for help, and where it stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import NotFound
from backend.core.ids import uuid7
from backend.core.queries import reading as reading_as
from backend.emergency import actions
from backend.emergency.kinds import Kind
from backend.emergency.models import Incident, SignalKey
from backend.people import reading
from backend.people.actor import Actor
from web import session
from web.pages import open_page, person_page, say, show


def present(actor: Actor) -> dict[str, Any]:
    """The person's unresolved call for help and who has it; `alarm_seen` names the state for the page's next question."""
    calls = Incident.objects.filter(person_id=actor.person_id).unresolved().exclude(kind=Kind.TECHNICAL)
    alarm = calls.order_by("priority", "-opened_at").first()
    owner = reading.names_by_id([alarm.owner_id]).get(alarm.owner_id, "") if alarm and alarm.owner_id else ""
    seen = f"{alarm.id}.{alarm.state}.{alarm.owner_id}.{alarm.cancelled_at is not None}" if alarm else "none"
    return {
        "alarm": alarm,
        "alarm_owner": owner,
        "alarm_seen": seen,
        "can_cancel": alarm is not None and _own_id(actor, alarm),
    }


def _own_id(actor: Actor, incident: Incident) -> str | None:
    """The id under which the person's app raised this incident; None when a device did."""
    keys = SignalKey.objects.filter(incident_id=incident.id, source="alarm", person_id=actor.person_id)
    return keys.order_by("-created_at").values_list("event_id", flat=True).first()


@person_page
def alarm(request: HttpRequest) -> HttpResponse:
    """`/app/alarm`: the SOS button, or the running call; 204 while nothing has changed, so that a finger on it is not disturbed."""
    context = present(session.actor_of(request))
    if request.GET.get("seen") == context["alarm_seen"]:
        return HttpResponse(status=204)
    return show(request, "web/app/alarm.html", alarm_id=uuid7(), **context)


@require_http_methods(["GET", "POST"])
@open_page
def sos(request: HttpRequest) -> HttpResponse:
    """`/app/sos`: ask once, then raise the alarm, also for a device whose login has run out.

    The id was made with the form, so a second press is the same alarm.
    """
    caller = session.caller_of(request)
    if request.method != "POST" or caller.kind != "person":
        return show(request, "web/app/sos.html", tab="home", alarm_id=uuid7(), is_known=caller.kind == "person")
    actions.raise_alarm(caller, id=_uuid(request.POST.get("id")), kind=Kind.SOS)
    if session.actor_of(request).kind != "person":
        return show(request, "web/app/sos_sent.html", tab="home")
    session.flash(request, say("sos.sent"))
    return redirect("web:app")


def _uuid(text: str | None) -> UUID:
    """The form's id, or a fresh one: an alarm is never refused for its form."""
    try:
        return UUID(text or "")
    except ValueError:
        return uuid7()


@require_POST
@person_page
def cancel(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """`/app/sos/{incident}/cancel`: "I am fine": the desk still calls back."""
    actor = session.actor_of(request)
    with reading_as(actor):
        incident = Incident.objects.filter(id=incident_id, person_id=actor.person_id).first()
        own = _own_id(actor, incident) if incident else None
    if own is None:
        raise NotFound
    actions.cancel_alarm(actor, id=UUID(own))
    return redirect("web:app")
