"""Saying what is wrong with a service, and what became of it."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from backend.core.errors import NotFound, TooLarge
from backend.directory.intake import corrections, pictures
from backend.directory.models import Correction, ServiceAtLocation
from backend.people.actor import Actor
from web import session
from web.pages import person_page, say, show
from web.resident.photos import MOST_BYTES

MOST_PHOTOS = 3
SHOWN = 40


def keep_photos(request: HttpRequest, actor: Actor) -> list[UUID]:
    """Keep the form's `photos` for what their uploader sends with it; their ids. Raises TooLarge, PhotoBroken, TooMany."""
    files = [cast("UploadedFile[bytes]", file) for file in request.FILES.getlist("photos")[:MOST_PHOTOS]]
    if any((file.size or 0) > MOST_BYTES for file in files):
        raise TooLarge(limit=MOST_BYTES)
    return [pictures.add(actor, file=cast("BinaryIO", file)).id for file in files]


@sensitive_post_parameters()
@require_POST
@person_page
def report(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """`/app/services/{place}/correct`"""
    actor = session.actor_of(request)
    at = ServiceAtLocation.objects.filter(id=place_id).first()
    if at is None:
        raise NotFound
    kind = request.POST.get("kind", "")
    corrections.report(
        actor,
        service_id=at.service_id,
        kind=kind if kind in Correction.Kind.values else Correction.Kind.OTHER,
        text=request.POST.get("text", "")[:1001],
        photo_ids=keep_photos(request, actor),
    )
    session.flash(request, say("correct.sent"))
    return redirect("web:service", place_id)


@person_page
def mine(request: HttpRequest) -> HttpResponse:
    """`/app/corrections`: one's own, what became of them, and how many proved right."""
    rows = corrections.of_person(session.actor_of(request))
    shown = [{"row": row, "text": corrections.text_of(row)} for row in rows[:SHOWN]]
    confirmed = rows.filter(state=Correction.State.APPROVED).count()
    return show(request, "web/app/corrections.html", tab="circle", rows=shown, confirmed=confirmed)
