"""Rating a visit: of a booking, or of a place where one says one was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from backend.core.errors import NotFound, Refusal
from backend.core.ids import uuid7
from backend.core.queries import reading as reading_as
from backend.directory.bookings import reading
from backend.directory.models import ServiceAtLocation
from backend.directory.ratings import acting
from web import session
from web.forms import uuid_of
from web.pages import person_page, say, show, words_of
from web.templatetags.yike import lang


@require_http_methods(["GET", "POST"])
@person_page
def rate_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """`/app/bookings/{id}/rate`"""
    actor = session.actor_of(request)
    with reading_as(actor):
        found = reading.one(actor, booking_id)
        if not found.is_mine:
            raise NotFound
    at = found.booking.offer.place
    return _rate(request, at, found.booking.slot.label(lang()), booking_id)


@require_http_methods(["GET", "POST"])
@person_page
def rate_visit(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """`/app/services/{place}/rate`"""
    at = ServiceAtLocation.objects.select_related("service__category").filter(id=place_id).first()
    if at is None:
        raise NotFound
    own = at.service.name_en if lang() == "en" else at.service.name
    return _rate(request, at, own or at.service.name or at.service.category.label(lang()), None)


def _rate(request: HttpRequest, at: ServiceAtLocation, title: str, booking_id: UUID | None) -> HttpResponse:
    def form(status: int = 200, **more: Any) -> HttpResponse:
        known = {
            "title": title,
            "place_id": at.id,
            "rating_id": request.POST.get("id") or uuid7(),
            "said": request.POST,
        }
        return show(request, "web/app/rate.html", status=status, tab="circle", numbers=range(1, 6), **known, **more)

    if request.method == "GET":
        return form()
    actor, stars = session.actor_of(request), request.POST.get("stars", "")
    try:
        acting.rate(
            actor,
            service_id=at.service_id,
            stars=int(stars) if stars.isdecimal() else 0,
            text=request.POST.get("text", ""),
            booking_id=booking_id,
            id=uuid_of(request.POST.get("id")),
        )
    except Refusal as refusal:
        with reading_as(actor):
            return form(422, error=words_of(refusal))
    session.flash(request, say("rate.sent"))
    return redirect("web:service", at.id)
