"""Themed circles: rounds of places that officers pick and publish."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpResponse
from ninja import Query

from api.edge import (
    PUBLIC,
    Reply,
    Request,
    Router,
    access,
    etag_of,
    language,
    must_match,
    page,
    page_of,
    perform,
    read_limit,
    single,
)
from api.routers.photos import UPLOAD, uploaded
from api.schemas.circles import CircleIn, CirclePatch, CirclesQuery, ThemedCircleOut
from backend.community.models import Division
from backend.core import geo
from backend.core.errors import FieldError, Invalid, NotFound, Unauthenticated
from backend.directory.curated import acting, reading
from backend.directory.curated.acting import Stop
from backend.directory.models import ThemedCircle
from backend.people.roles import Can

router = Router(tags=["circles"])
SHOWN = PUBLIC("published circles are for everybody; drafts are shown to those who curate them")


def _stops(body: CircleIn | CirclePatch) -> list[Stop]:
    return [Stop(stop.service_at_location_id, stop.note, stop.note_en) for stop in body.stops]


@router.get("/circles", response=page_of(ThemedCircleOut))
@access(SHOWN)
def circles(request: Request, query: Query[CirclesQuery]) -> dict[str, Any]:
    """Published circles, newest first; with `lon` and `lat` those near by, nearest first (one page)."""
    tongue = language(request)
    if query.lon is not None or query.lat is not None:
        if query.lon is None or query.lat is None:
            raise Invalid(FieldError("?lon", "missing", "lon and lat go together", "lon 与 lat 须同时提供"))
        lon, lat = geo.to_wgs84(query.lon, query.lat, query.crs)
        found = reading.near(lon, lat, query.metres, query.kind or "", read_limit(request.GET))
        return {"items": [ThemedCircleOut.of(row, tongue, far) for row, far in found], "next": None}
    if query.mine:
        if request.actor.kind == "anonymous":
            raise Unauthenticated
        rows, order = reading.kept_by(request.actor), ("-created_at", "id")
    else:
        rows, order = reading.published(query.kind or "", _division(query.division_id)), ("-published_at", "id")
    return page(request, rows, lambda row: ThemedCircleOut.of(row, tongue), order=order)


def _division(division_id: UUID | None) -> Division | None:
    if division_id is None:
        return None
    found = Division.objects.filter(id=division_id).first()
    if found is None:
        raise NotFound
    return found


@router.get("/circles/{uuid:circle_id}", response=ThemedCircleOut)
@access(SHOWN)
def circle(request: Request, circle_id: UUID) -> Reply:
    """One circle with its stops and the walks between them."""
    tongue = language(request)
    return single(request, reading.one(request.actor, circle_id), lambda row: ThemedCircleOut.of(row, tongue))


@router.get("/circles/{uuid:circle_id}/cover")
@access(SHOWN)
def cover(request: Request, circle_id: UUID) -> HttpResponse:
    """The picture of a circle (JPEG)."""
    row = reading.one(request.actor, circle_id)
    if not row.cover or not default_storage.exists(row.cover):
        raise NotFound
    with default_storage.open(row.cover) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["Cache-Control"] = "no-cache"
    response["ETag"] = f'"{hashlib.sha256(row.cover.encode()).hexdigest()[:32]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.post("/circles", response={201: ThemedCircleOut, 200: ThemedCircleOut})
@access(Can.CIRCLE_CURATE)
def draft(request: Request, body: CircleIn) -> Reply:
    """Begin a circle as a draft."""
    words = body.dict(exclude={"stops"})
    return perform(request, acting.draft, render=_shown(request), status=201, stops=_stops(body), **words)


@router.patch("/circles/{uuid:circle_id}", response=ThemedCircleOut)
@access(Can.CIRCLE_CURATE)
def change(request: Request, circle_id: UUID, body: CirclePatch) -> Reply:
    """Change the words or all the stops; with `If-Match` only what I have read (412)."""
    render = _shown(request)
    words: dict[str, Any] = body.dict(exclude_unset=True, exclude={"stops"})
    if "stops" in body.model_fields_set:
        words["stops"] = _stops(body)
    unchanged = must_match(request, lambda: render(reading.one(request.actor, circle_id)))
    changed = perform(request, acting.change, render=render, circle_id=circle_id, unchanged=unchanged, **words)
    changed["ETag"] = etag_of(changed.content)
    return changed


@router.post("/circles/{uuid:circle_id}/publish", response=ThemedCircleOut)
@access(Can.CIRCLE_CURATE)
def publish(request: Request, circle_id: UUID) -> Reply:
    """Show it to everybody."""
    return perform(request, acting.publish, render=_shown(request), circle_id=circle_id)


@router.post("/circles/{uuid:circle_id}/withdraw", response=ThemedCircleOut)
@access(Can.CIRCLE_CURATE)
def withdraw(request: Request, circle_id: UUID) -> Reply:
    """Take it down."""
    return perform(request, acting.withdraw, render=_shown(request), circle_id=circle_id)


@router.post("/circles/{uuid:circle_id}/cover", response=ThemedCircleOut, openapi_extra=UPLOAD)
@access(Can.CIRCLE_CURATE)
def give_cover(request: Request, circle_id: UUID) -> Reply:
    """Give it a picture, up to 15 MB; metadata is stripped."""
    file = uploaded(request)
    digest = hashlib.file_digest(file, "sha256").digest()
    file.seek(0)
    return perform(
        request, acting.give_cover, render=_shown(request), fingerprint=digest, circle_id=circle_id, file=file
    )


def _shown(request: Request) -> Any:
    tongue, actor = language(request), request.actor

    def render(row: ThemedCircle) -> ThemedCircleOut:
        return ThemedCircleOut.of(reading.one(actor, row.id), tongue)

    return render
