"""Themed circles: what officers published, and one of them stop by stop."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse

from backend.core.errors import NotFound
from backend.directory.curated import reading
from backend.directory.models import ThemedCircle
from web import served, session
from web.forms import one_of
from web.pages import open_page, show

SHOWN = 60


@open_page
def circles(request: HttpRequest) -> HttpResponse:
    """`/app/circles?kind`"""
    kind = one_of(request.GET.get("kind"), tuple(ThemedCircle.Kind.values), "")
    rows = reading.published(kind).order_by("-published_at", "id")[:SHOWN]
    kinds = ThemedCircle.Kind.values
    return show(request, "web/app/circles.html", tab="circle", kind=kind, kinds=kinds, rows=served.rounds(list(rows)))


@open_page
def circle(request: HttpRequest, circle_id: UUID) -> HttpResponse:
    """`/app/circles/{id}`"""
    row = reading.one(session.actor_of(request), circle_id)
    walk = reading.round_of(list(row.stops.all()))
    return show(request, "web/app/themed.html", tab="circle", row=row, walk=walk, stops=served.stops(row))


@open_page
def cover(request: HttpRequest, circle_id: UUID) -> HttpResponse:
    """`/circles/{id}/cover.jpg`"""
    row = reading.one(session.actor_of(request), circle_id)
    if not row.cover or not default_storage.exists(row.cover):
        raise NotFound
    with default_storage.open(row.cover) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response
