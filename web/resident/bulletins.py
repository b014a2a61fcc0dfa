"""A planned outage or a notice, as everybody reads it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from backend.bulletins import reading, scopes
from backend.core.clock import now
from backend.core.errors import NotFound
from web.pages import open_page, show
from web.templatetags.yike import lang


@open_page
def bulletin(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """`/app/bulletins/{id}`"""
    row = reading.all_with_places().filter(id=bulletin_id).first()
    if row is None:
        raise NotFound
    return show(
        request,
        "web/app/bulletin.html",
        tab="inbox",
        row=row,
        title=row.headline(lang()),
        text=row.body(lang()),
        place=scopes.of(row).label(lang()),
        is_current=row.is_current(now()),
    )
