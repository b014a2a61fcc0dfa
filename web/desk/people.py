"""The desk's people: claims that wait, search by a whole number, cards, enrolment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from backend.community.models import Compound
from backend.core.errors import Forbidden, Refusal
from backend.core.queries import reading
from backend.people import cards, delegations, enrolment, homes, household, powers, reveal
from backend.people.actor import Actor, ReauthenticationRequired
from backend.people.reach import all_compounds
from backend.people.roles import Can, Power
from web import session
from web.desk.access import desk_of, is_on_duty
from web.forms import day_in, end_of, needed_end_of, one_of, uuid_of
from web.pages import person_page, say, show, words_of
from web.places import choice
from web.resident.homes import RELATIONS, take_decision
from web.templatetags.yike import lang

SHOWN = 60
CONTACTS = 2
POWERS = [power.value for power in Power]


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    actor = session.actor_of(request)
    desk = desk_of(actor)
    if not desk.has_people:
        raise Forbidden
    return show(
        request,
        template,
        status=status,
        tab="people",
        desk=desk,
        on_duty=is_on_duty(actor.must_be_known()),
        can_enrol=actor.may(Can.PERSON_ENROL),
        can_search=actor.may(Can.PERSON_READ),
        **context,
    )


def _claims(actor: Actor) -> list[household.Line]:
    if not actor.may(Can.HOME_CONFIRM):
        return []
    with reading(actor):
        return household.lines(actor, household.queue(actor).order_by("created_at", "id")[:SHOWN])


@sensitive_post_parameters()
@person_page
def people(request: HttpRequest) -> HttpResponse:
    """`/desk/people`: claims that wait, the oldest first; a POST looks for a person by a whole number, which no address keeps."""
    actor = session.actor_of(request)
    found: list[cards.PersonCard] | None = None
    error = ""
    if request.method == "POST":
        number = request.POST.get("number", "").strip()[:32]
        kind = "identity_number" if request.POST.get("kind") == "identity" else "phone"
        if not actor.may(Can.PERSON_READ):
            raise Forbidden
        try:
            found = cards.search(actor, **{kind: number})
        except Refusal as refusal:
            error = words_of(refusal)
    return _page(
        request,
        "web/desk/people.html",
        status=422 if error else 200,
        claims=_claims(actor),
        found=found,
        error=error,
        rejections=homes.REJECTIONS,
    )


@require_POST
@person_page
def decide(request: HttpRequest, home_id: UUID, claim_id: UUID, act: str) -> HttpResponse:
    """`/desk/people/claims/{home}/{claim}/{confirm|reject}`"""
    take_decision(request, home_id, claim_id, act)
    return redirect("web:desk-people")


@sensitive_post_parameters()
@person_page
def enrol(request: HttpRequest) -> HttpResponse:
    """`/desk/people/new`: choose a home, then who lives there; the person stands before the desk."""
    actor = session.actor_of(request)
    reach = actor.reach(Can.PERSON_ENROL)
    if not reach:
        raise Forbidden
    error = ""
    if request.method == "POST":
        try:
            made = enrolment.enrol(actor, **_enrolled(request))
        except Refusal as refusal:
            error = words_of(refusal)
        else:
            session.flash(request, say("people.enrolled"))
            return redirect("web:desk-person", made.user_id)
    return _page(
        request,
        "web/desk/enrol.html",
        status=422 if error else 200,
        choice=choice(request, Compound.objects.filter(id__in=all_compounds(reach))),
        relations=RELATIONS,
        contacts=range(1, CONTACTS + 1),
        said=request.POST,
        error=error,
    )


def _enrolled(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    contacts = [
        {
            "name": form.get(f"contact{i}.name", "")[:60],
            "phone": form.get(f"contact{i}.phone", "")[:32],
            "relation": form.get(f"contact{i}.relation", "")[:40],
        }
        for i in range(1, CONTACTS + 1)
    ]
    return {
        "name": form.get("name", "")[:60],
        "phone": form.get("phone", "").strip()[:32] or None,
        "identity_number": form.get("identity", "").strip()[:24] or None,
        "home_id": uuid_of(form.get("home")),
        "relation": one_of(form.get("relation"), RELATIONS, "family"),
        "until": end_of(form.get("until")),
        "language": "en" if form.get("language") == "en" else "zh-CN",
        "elder_mode": form.get("elder") == "1",
        "contacts": [one for one in contacts if one["name"].strip() and one["phone"].strip()],
        "witnessed": form.get("witnessed") == "1",
    }


@person_page
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """`/desk/people/{person}`: the masked card; the look is audited."""
    return _card(request, person_id)


def _card(request: HttpRequest, person_id: UUID, *, shown: reveal.Revealed | None = None) -> HttpResponse:
    actor = session.actor_of(request)
    with reading(actor):
        return _shown_card(request, actor, cards.card(actor, person_id), shown)


def _shown_card(
    request: HttpRequest, actor: Actor, found: cards.PersonCard, shown: reveal.Revealed | None
) -> HttpResponse:
    person_id = found.id
    return _page(
        request,
        "web/desk/person.html",
        card=found,
        given=powers.of_person(actor, person_id),
        powers=POWERS,
        default_until=day_in(180),
        can_act=cards.reaches(actor, person_id, Can.PERSON_ENROL),
        can_end=actor.may(Can.HOME_CONFIRM),
        can_reveal=bool(reveal.reaching(actor, person_id)),
        reasons=[(code, words[0 if lang() == "zh" else 1]) for code, words in reveal.REASONS.items()],
        revealed=shown,
        endings=homes.ENDINGS,
    )


@require_POST
@person_page
def show_in_full(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """`/desk/people/{person}/reveal`: name and phone in full on this one page, for a reason that the person can read."""
    actor = session.actor_of(request)
    reason = one_of(request.POST.get("reason"), tuple(reveal.REASONS), "")
    shown = reveal.reveal(actor, person_id=person_id, fields=["name", "phone"], reason=reason)
    return _card(request, person_id, shown=shown)


@require_POST
@person_page
def end_residency(request: HttpRequest, person_id: UUID, residency_id: UUID) -> HttpResponse:
    """`/desk/people/{person}/homes/{residency}/end`"""
    actor = session.actor_of(request)
    home_id = uuid_of(request.POST.get("home"))
    reason = one_of(request.POST.get("reason"), homes.ENDINGS, "other")
    homes.end(actor, home_id=home_id, residency_id=residency_id, reason=reason)
    session.flash(request, say("homes.ended"))
    return redirect("web:desk-people")


@sensitive_post_parameters()
@require_POST
@person_page
def give(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """`/desk/people/{person}/delegations`: the person agrees before the desk, whose login must be fresh."""
    actor = session.actor_of(request)
    try:
        actor.must_be_fresh()
    except ReauthenticationRequired:
        return redirect(f"{reverse('web:proof')}?next={reverse('web:desk-person', args=[person_id])}")
    delegations.give(
        actor,
        person_id=person_id,
        powers=[p for p in request.POST.getlist("power") if p in POWERS],
        until=needed_end_of(request.POST.get("until")),
        delegate_phone=request.POST.get("phone", "")[:32],
        witnessed=request.POST.get("witnessed") == "1",
        language="zh-CN" if lang() == "zh" else "en",
    )
    session.flash(request, say("family.given"))
    return redirect("web:desk-person", person_id)


@require_POST
@person_page
def revoke(request: HttpRequest, person_id: UUID, delegation_id: UUID) -> HttpResponse:
    """`/desk/people/{person}/delegations/{delegation}/end`"""
    delegations.revoke(session.actor_of(request), person_id=person_id, delegation_id=delegation_id)
    session.flash(request, say("family.ended"))
    return redirect("web:desk-person", person_id)
