"""The desk's tab of the directory: applications, proposals and corrections of one's communities, each decided once."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.errors import Forbidden, NotFound
from backend.core.queries import looking_up
from backend.directory.intake import corrections, pictures, proposals, providers, queue, writing
from backend.directory.models import Application, Correction, Proposal, ServiceAtLocation
from backend.people import masks
from backend.people.actor import Actor
from backend.people.reading import names_by_id
from backend.people.roles import Can
from web import session
from web.desk.access import desk_of, is_on_duty
from web.differences import differences, shown
from web.pages import person_page, say, show

SHOWN = 60
BY_KIND = {
    "moved": ("address",),
    "hours": ("hours",),
    "phone": ("phone",),
    "name": ("name", "name_en"),
    "other": ("name", "phone", "hours", "address"),
}
"""Which fields an officer is offered for each kind of correction."""


@person_page
def waiting(request: HttpRequest) -> HttpResponse:
    """`/desk/directory`: what waits in one's communities, oldest first."""
    actor = session.actor_of(request)
    if not actor.may(Can.DIRECTORY_REVIEW):
        raise Forbidden
    with looking_up("directory queue"):
        asked = list(queue.within(actor, Application).select_related("category", "organization")[:SHOWN])
        wanted = list(queue.within(actor, Proposal).select_related("service__category", "organization")[:SHOWN])
        wrong = list(queue.within(actor, Correction).select_related("service__category")[:SHOWN])
        names = names_by_id(row.person_id for row in asked)
        return show(
            request,
            "web/desk/directory.html",
            tab="directory",
            desk=desk_of(actor),
            on_duty=is_on_duty(actor.must_be_known()),
            applications=[_application(row, names) for row in asked],
            proposals=[{"row": row, "differences": differences(row.was, row.wanted)} for row in wanted],
            corrections=_corrections(wrong),
        )


def _application(row: Application, names: dict[UUID, str]) -> dict[str, Any]:
    who = names.get(row.person_id, "") if row.person_id else ""
    return {"row": row, "who": masks.name(who) if who else "", "photos": _photos(row)}


def _photos(row: Application | Correction) -> list[UUID]:
    return list(row.pictures.order_by("id").values_list("id", flat=True))


def _corrections(rows: list[Correction]) -> list[dict[str, Any]]:
    """One line a correction, but one for all who say of a service that it has closed."""
    closed = Counter(row.service_id for row in rows if row.kind == Correction.Kind.CLOSED)
    told: set[UUID] = set()
    lines = []
    for row in rows:
        if row.kind == Correction.Kind.CLOSED:
            if row.service_id in told:
                continue
            told.add(row.service_id)
        at = _kept(row.service_id)
        names = BY_KIND.get(row.kind, ()) if at else ()
        lines.append(
            {
                "row": row,
                "at": at,
                "text": corrections.text_of(row),
                "people": closed[row.service_id] if row.kind == Correction.Kind.CLOSED else 1,
                "photos": _photos(row),
                "fields": [{"name": name, "value": value} for name, value in writing.values_of(at, names).items()]
                if at
                else [],
                "was": shown("place", {"lon": at.location.lon, "lat": at.location.lat}) if at else "",
            }
        )
    return lines


def _kept(service_id: UUID) -> ServiceAtLocation | None:
    """The service at its place; None when it has ended meanwhile: what was said of it still waits for an answer."""
    try:
        return writing.at_of(service_id)
    except NotFound:
        return None


@require_POST
@person_page
def decide(request: HttpRequest, kind: str, row_id: UUID, act: str) -> HttpResponse:
    """`/desk/directory/{applications|proposals|corrections}/{id}/{approve|refuse}`"""
    actor, reason = session.actor_of(request), request.POST.get("reason", "")[:301]
    match kind, act:
        case "applications", "approve":
            providers.approve(actor, application_id=row_id)
        case "applications", "refuse":
            providers.refuse(actor, application_id=row_id, reason=reason)
        case "proposals", "approve":
            proposals.approve(actor, proposal_id=row_id)
        case "proposals", "refuse":
            proposals.refuse(actor, proposal_id=row_id, reason=reason)
        case "corrections", "approve":
            corrections.apply(actor, correction_id=row_id, values=_values(actor, request, row_id))
        case "corrections", "refuse":
            corrections.dismiss(actor, correction_id=row_id, reason=reason)
        case _:
            raise NotFound
    session.flash(request, say("dirq.done"))
    return redirect("web:desk-directory")


def _values(actor: Actor, request: HttpRequest, row_id: UUID) -> dict[str, Any]:
    """The fields of the form that differ from what is kept."""
    with looking_up("directory queue"):
        row = queue.within(actor, Correction).filter(id=row_id).first()
    if row is None or row.kind == Correction.Kind.CLOSED:
        return {}
    now = writing.values_of(writing.at_of(row.service_id), BY_KIND.get(row.kind, ()))
    form = request.POST
    values: dict[str, Any] = {name: form[name] for name, value in now.items() if name in form and form[name] != value}
    if form.get("lon") or form.get("lat"):
        values["place"] = {name: form.get(name, "") for name in ("lon", "lat", "crs")}
    return values


@person_page
def picture(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """`/directory/photos/{id}`: for its uploader and the officers who decide."""
    response = HttpResponse(pictures.read(session.actor_of(request), photo_id), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response
