"""My devices: where I am logged in, ending it, and refusing a change of my phone that the desk asked for."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from backend.core.errors import NotFound
from backend.people import login, login_devices, phone_change_desk
from web import session
from web.pages import person_page, say, show


@require_GET
@person_page
def devices(request: HttpRequest) -> HttpResponse:
    """`/app/devices`."""
    actor = session.actor_of(request)
    person = actor.must_be_known()
    return show(
        request,
        "web/app/devices.html",
        devices=list(login_devices.alive(person)),
        current=actor.session_id,
        change=phone_change_desk.waiting_for(person),
    )


@require_POST
@person_page
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """`/app/devices/<id>/end`: one of the others."""
    with suppress(NotFound):  # it has ended meanwhile
        login.end_session(session.actor_of(request), session_id=session_id)
    session.flash(request, say("devices.ended"))
    return redirect("web:devices")


@require_POST
@person_page
def end_others(request: HttpRequest) -> HttpResponse:
    """`/app/devices/end`: all but this one."""
    login.end_others(session.actor_of(request))
    session.flash(request, say("devices.ended"))
    return redirect("web:devices")


@require_POST
@person_page
def refuse_phone(request: HttpRequest) -> HttpResponse:
    """`/app/devices/refuse-phone`: my phone stays as it is."""
    phone_change_desk.refuse(session.actor_of(request))
    session.flash(request, say("devices.phone.refused"))
    return redirect("web:devices")
