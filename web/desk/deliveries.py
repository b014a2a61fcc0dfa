"""The operator's page: what was sent to a person and why or why not, how the channels do, tests, and dead letters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.errors import Forbidden, Refusal
from backend.core.queries import looking_up
from backend.people import cards
from backend.people.actor import Actor
from backend.people.roles import Can
from notifications import breaker, dead, deliveries, journal
from notifications.channels import registry
from web import session
from web.desk.access import desk_of, is_on_duty
from web.pages import person_page, say, show, words_of

SHOWN = 80
STATES = ("", "queued", "sent", "skipped", "failed", "dead")


def _keeper(request: HttpRequest) -> Actor:
    actor = session.actor_of(request)
    if not actor.may(Can.DELIVERY_KEEP):
        raise Forbidden
    return actor


def _page(request: HttpRequest, actor: Actor, **context: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    channel = request.GET.get("channel", "")
    given: dict[str, Any] = {"person_id": None} | context
    with looking_up("delivery log"):
        rows = journal.log(
            person_id=given["person_id"],
            channel=channel if channel in (*registry.CHANNELS, "socket") else "",
            state=state if state in STATES else "",
        )
        found = list(rows.order_by("-at", "id")[:SHOWN])
        waiting = deliveries.backlog()
        circuits = breaker.circuits()
    return show(
        request,
        "web/desk/deliveries.html",
        tab="deliveries",
        desk=desk_of(actor),
        on_duty=is_on_duty(actor.must_be_known()),
        rows=found,
        waiting=waiting,
        circuits=circuits,
        channels=[(name, [one.name for one in registry.providers(name)]) for name in registry.CHANNELS],
        states=STATES,
        **({"asked_state": state, "asked_channel": channel} | context),
    )


@person_page
def log(request: HttpRequest) -> HttpResponse:
    """`/desk/deliveries?state&channel&person`"""
    actor = _keeper(request)
    try:
        person = UUID(request.GET.get("person", ""))
    except ValueError:
        return _page(request, actor)
    return _page(request, actor, person_id=person)


@require_POST
@person_page
def search(request: HttpRequest) -> HttpResponse:
    """`/desk/deliveries/search`: by the exact phone (in the body, never in an address); the look is audited."""
    actor = _keeper(request)
    try:
        found = cards.search(actor, phone=request.POST.get("phone", ""))
    except Refusal as refusal:
        return _page(request, actor, error=words_of(refusal))
    if not found:
        return _page(request, actor, error=say("log.nobody"))
    return _page(request, actor, person_id=found[0].id, card=found[0])


@require_POST
@person_page
def test(request: HttpRequest, channel: str) -> HttpResponse:
    """`/desk/deliveries/test/{channel}`"""
    journal.test(_keeper(request), channel=channel)
    session.flash(request, say("log.tested"))
    return redirect("web:desk-deliveries")


@require_POST
@person_page
def replay(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """`/desk/deliveries/{id}/replay`"""
    dead.replay(_keeper(request), delivery_id=delivery_id)
    session.flash(request, say("log.replayed"))
    return redirect("web:desk-deliveries")
