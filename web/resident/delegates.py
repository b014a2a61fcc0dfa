"""Family: who acts for me (and one button that ends it all), for whom I act, asking somebody far away."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from backend.emergency.models import Incident
from backend.people import delegation_requests, delegations, powers
from backend.people.roles import Power
from web import acting, session
from web.forms import day_in, needed_end_of, uuid_of
from web.pages import person_page, say, show
from web.templatetags.yike import lang

POWERS = [power.value for power in Power]
ASKED = "delegation_asked"


def _language() -> str:
    return "zh-CN" if lang() == "zh" else "en"


@person_page
def family(request: HttpRequest) -> HttpResponse:
    """`/app/family`"""
    given, held = powers.mine(session.actor_of(request))
    return show(
        request,
        "web/app/family.html",
        tab="home",
        given=given,
        held=held,
        powers=POWERS,
        default_until=day_in(180),
        asked=request.session.get(ASKED),
    )


@sensitive_post_parameters()
@require_POST
@person_page
def give(request: HttpRequest) -> HttpResponse:
    """`/app/family/give`: let the owner of a phone act for me."""
    actor = session.actor_of(request)
    delegations.give(
        actor,
        person_id=actor.must_be_known(),
        powers=[p for p in request.POST.getlist("power") if p in POWERS],
        until=needed_end_of(request.POST.get("until")),
        delegate_phone=request.POST.get("phone", "")[:32],
        language=_language(),
    )
    session.flash(request, say("family.given"))
    return redirect("web:family")


@require_POST
@person_page
def end(request: HttpRequest, person_id: UUID, delegation_id: UUID) -> HttpResponse:
    """`/app/family/{person}/{delegation}/end`: end one, given or held."""
    delegations.revoke(session.actor_of(request), person_id=person_id, delegation_id=delegation_id)
    session.flash(request, say("family.ended"))
    return redirect("web:family")


@require_POST
@person_page
def end_all(request: HttpRequest) -> HttpResponse:
    """`/app/family/end-all`: nobody acts for me any more."""
    delegations.revoke_all(session.actor_of(request))
    session.flash(request, say("family.ended.all"))
    return redirect("web:family")


@sensitive_post_parameters()
@require_POST
@person_page
def ask(request: HttpRequest) -> HttpResponse:
    """`/app/family/ask`: the owner of a phone gets a code and, in plain words, what it agrees to."""
    made = delegation_requests.ask(
        session.actor_of(request),
        phone=request.POST.get("phone", "")[:32],
        powers=[p for p in request.POST.getlist("power") if p in POWERS],
        until=needed_end_of(request.POST.get("until")),
        language=_language(),
    )
    request.session[ASKED] = str(made.id)
    session.flash(request, say("family.asked"))
    return redirect("web:family")


@sensitive_post_parameters()
@require_POST
@person_page
def confirm(request: HttpRequest) -> HttpResponse:
    """`/app/family/confirm`: the code that they read to me."""
    asked = uuid_of(request.session.get(ASKED))
    code = request.POST.get("code", "")[:12]
    delegation_requests.confirm(session.actor_of(request), request_id=asked, code=code)
    del request.session[ASKED]
    session.flash(request, say("family.confirmed"))
    return redirect("web:family")


@require_POST
@person_page
def act(request: HttpRequest) -> HttpResponse:
    """`/app/family/act`: on the pages that my powers open, I now act for this person."""
    acting.begin(request, session.own_actor_of(request), uuid_of(request.POST.get("person")))
    return redirect("web:app")


@require_POST
@person_page
def stop(request: HttpRequest) -> HttpResponse:
    """`/app/family/stop`: I act for myself again."""
    acting.stop(request)
    session.flash(request, say("acting.stopped"))
    return redirect("web:app")


@person_page
def alarms(request: HttpRequest) -> HttpResponse:
    """`/app/family/alarms`: calls for help of the person for whom I act."""
    actor = session.actor_of(request)
    if actor.delegate_id is None:
        return redirect("web:app")
    calls = Incident.objects.visible_to(actor).filter(person_id=actor.person_id).order_by("-opened_at", "-id")
    return show(request, "web/app/family_alarms.html", tab="home", incidents=list(calls[:30]))
