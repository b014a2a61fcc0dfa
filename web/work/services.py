"""A provider's own page: the application, and for members their services, proposals, closures and fellow members."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend.community.models import Division
from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.directory import categories, hours_acting
from backend.directory.hours_drafts import ClosureDraft
from backend.directory.intake import proposals, providers, work_login, writing
from backend.directory.intake.membership import organizations_of
from backend.directory.models import (
    Application,
    Closure,
    Membership,
    Organization,
    Proposal,
    Service,
    ServiceAtLocation,
    Status,
)
from backend.people.actor import Actor
from backend.people.roles import Can
from web import session
from web.differences import differences
from web.forms import needed_end_of, one_of, uuid_of
from web.pages import person_page, say, show
from web.resident.corrections import keep_photos
from web.templatetags.yike import lang

SHOWN = 40
TEXTS = (
    "name",
    "name_en",
    "phone",
    "hours",
    "address",
    "address_en",
    "description",
    "description_en",
    "fees",
    "fees_en",
    "url",
)


@person_page
def services(request: HttpRequest) -> HttpResponse:
    """`/work/services`: what one asked for, and the organizations that one acts for."""
    actor = session.own_actor_of(request)
    own = organizations_of(actor)
    asked = Application.objects.select_related("category").filter(person_id=actor.must_be_known())
    return show(
        request,
        "web/work/services.html",
        tab="circle",
        applications=list(asked.order_by("-created_at")[:SHOWN]),
        organizations=[_organization(actor, one) for one in Organization.objects.filter(id__in=own).order_by("name")],
        is_at_work=actor.may(Can.SERVICE_OFFER),
        proposals=_proposals(own),
    )


def _organization(actor: Actor, row: Organization) -> dict[str, Any]:
    with looking_up("own organization"):
        members = list(Membership.objects.filter(organization=row, ended_at=None).order_by("since"))
    rows = Service.objects.select_related("category").filter(organization=row).exclude(status=Status.DEFUNCT)
    return {
        "row": row,
        "members": [{"row": one, "is_me": one.person_id == actor.person_id} for one in members],
        "services": list(rows.order_by("name", "id")),
    }


def _proposals(own: set[UUID]) -> list[dict[str, Any]]:
    with looking_up("own proposals"):
        rows = Proposal.objects.select_related("service__category").filter(organization__in=own)
        return [{"row": row, "differences": differences(row.was, row.wanted)} for row in rows.order_by("-id")[:SHOWN]]


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@person_page
def apply_for(request: HttpRequest) -> HttpResponse:
    """`/work/services/apply`"""
    actor = session.own_actor_of(request)
    if request.method == "POST":
        form = request.POST
        providers.apply_for(
            actor,
            name=form.get("name", ""),
            category=form.get("category", ""),
            phone=form.get("phone", ""),
            credit_code=form.get("credit_code", ""),
            address=form.get("address", ""),
            community_id=uuid_of(form.get("community")),
            photo_ids=keep_photos(request, actor),
        )
        session.flash(request, say("own.apply.sent"))
        return redirect("web:work")
    communities = Division.objects.filter(kind=Division.Kind.COMMUNITY).select_related("parent").order_by("code")
    return show(
        request,
        "web/work/apply.html",
        tab="circle",
        groups=_groups(),
        communities=communities,
        own=actor.community_ids,
    )


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(code, name)]) of every kind of service."""
    terms = categories.terms().values()
    heads = [term for term in terms if term.parent is None]
    return [
        (head.name(lang()), [(term.code, term.name(lang())) for term in terms if term.parent == head.code])
        for head in heads
    ]


@require_POST
@person_page
def withdraw(request: HttpRequest, kind: str, row_id: UUID) -> HttpResponse:
    """`/work/{applications|proposals}/{id}/withdraw`"""
    actor = session.own_actor_of(request)
    if kind == "applications":
        providers.withdraw(actor, application_id=row_id)
    elif kind == "proposals":
        proposals.withdraw(actor, proposal_id=row_id)
    else:
        raise NotFound
    session.flash(request, say("own.withdrawn"))
    return redirect("web:work")


@require_POST
@person_page
def end_membership(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """`/work/members/{id}/end`"""
    providers.end_membership(session.own_actor_of(request), membership_id=membership_id)
    session.flash(request, say("own.member.ended"))
    return redirect("web:work")


@require_POST
@person_page
def set_up_login(request: HttpRequest) -> HttpResponse:
    """`/work/login`: to the page where the password and the second factor are set."""
    return redirect(work_login.open_for(session.own_actor_of(request)))


@require_http_methods(["GET", "POST"])
@person_page
def service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """`/work/services/{id}`: one's own service; a POST proposes what differs."""
    actor = session.own_actor_of(request)
    at = proposals.own_service(actor, service_id)
    if request.method == "POST":
        proposals.propose(actor, service_id=service_id, wanted=_wanted(request, at))
        session.flash(request, say("own.proposed"))
        return redirect("web:work")
    closures = [row for row in Closure.objects.filter(service_at_location=at) if not hours_acting.is_over(row)]
    return show(
        request,
        "web/work/service.html",
        tab="circle",
        at=at,
        fields=[{"name": name, "value": value} for name, value in writing.values_of(at, TEXTS).items()],
        access=at.location.accessibility,
        closures=closures,
        kinds=Closure.Kind.values,
        is_new=False,
    )


def _wanted(request: HttpRequest, at: ServiceAtLocation | None = None) -> dict[str, Any]:
    """The fields of the form that say something else than what is kept."""
    form = request.POST
    kept = writing.values_of(at, (*TEXTS, "accessibility")) if at else dict.fromkeys((*TEXTS, "accessibility"), "")
    wanted: dict[str, Any] = {name: form[name] for name, value in kept.items() if name in form and form[name] != value}
    if form.get("lon") or form.get("lat"):
        wanted["place"] = {name: form.get(name, "") for name in ("lon", "lat", "crs")}
    return wanted


@require_http_methods(["GET", "POST"])
@person_page
def new(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """`/work/organizations/{id}/new`: a new service; a POST proposes it."""
    actor = session.own_actor_of(request)
    actor.require(Can.SERVICE_OFFER)
    organization = Organization.objects.filter(id=organization_id, id__in=organizations_of(actor)).first()
    if organization is None:
        raise NotFound
    if request.method == "POST":
        wanted, category = _wanted(request), request.POST.get("category", "")
        proposals.propose_new(actor, organization_id=organization_id, category=category, wanted=wanted)
        session.flash(request, say("own.proposed"))
        return redirect("web:work")
    return show(
        request,
        "web/work/service.html",
        tab="circle",
        organization=organization,
        groups=_groups(),
        fields=[{"name": name, "value": ""} for name in TEXTS],
        is_new=True,
    )


@require_POST
@person_page
def pause(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """`/work/services/{id}/pause`: closed from now until the end of a day, at once."""
    actor = session.own_actor_of(request)
    at = proposals.own_service(actor, service_id)
    kind = one_of(request.POST.get("kind"), tuple(Closure.Kind.values), "other")
    until: datetime = needed_end_of(request.POST.get("until"))
    begins = now().replace(second=0, microsecond=0)
    hours_acting.close(actor, at_id=at.id, draft=ClosureDraft(kind=kind, starts_at=begins, ends_at=until))
    session.flash(request, say("own.pause.done"))
    return redirect("web:work-service", service_id)


@require_POST
@person_page
def resume(request: HttpRequest, service_id: UUID, closure_id: UUID) -> HttpResponse:
    """`/work/services/{id}/pause/{closure}/end`"""
    actor = session.own_actor_of(request)
    at = proposals.own_service(actor, service_id)
    hours_acting.end_closure(actor, at_id=at.id, closure_id=closure_id)
    session.flash(request, say("own.resumed"))
    return redirect("web:work-service", service_id)
