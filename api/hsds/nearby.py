"""Our extension: `lat`, `lon` and `minutes` on the services at locations, ordered by walking time along the streets."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from api.hsds import loading, selecting
from api.hsds.answers import as_json, as_lines, page
from api.hsds.query import Asked, BadParameter
from api.problems import language
from backend.directory import circle
from backend.directory.circle import Found, Start, Wish
from backend.directory.listing import Filters

MOST = 5000
"""Nobody walks to more in half an hour; the rest is cut off."""


def listed(request: HttpRequest, asked: Asked) -> HttpResponseBase:
    """What can be walked to in time and is in use, nearest first; the other filters hold too."""
    if asked.lon is None or asked.lat is None:
        raise BadParameter(parameter="lat", reason="lon and lat go together")
    wish = Wish(minutes=asked.minutes, filters=Filters(q=asked.search), limit=MOST)
    found = {one.listed.id: one for one in circle.of(Start(asked.lon, asked.lat), wish).items}
    ids = [key for key in found if key in _wanted(asked, list(found))]
    start = 0 if asked.is_stream else (asked.page - 1) * asked.per_page
    shown = ids if asked.is_stream else ids[start : start + asked.per_page]
    tongue = language(request)
    contents = loading.places(shown, asked, tongue, {key: _words(found[key], tongue) for key in shown})
    if asked.is_stream:
        return as_lines(request, contents)
    return as_json(request, page(asked.page, asked.per_page, len(ids), contents))


def _wanted(asked: Asked, ids: list[UUID]) -> set[UUID]:
    """Of these, what the filters of HSDS let through."""
    selection = selecting.places(
        Asked(
            taxonomy_term_id=asked.taxonomy_term_id,
            taxonomy_id=asked.taxonomy_id,
            organization_id=asked.organization_id,
            modified_after=asked.modified_after,
            postcode=asked.postcode,
            proximity=asked.proximity,
        )
    )
    if selection.where == "true":
        return set(ids)
    selection.where += " AND x.id = ANY(%s)"
    selection.parameters.append(ids)
    return set(selection.ids(offset=0, limit=len(ids)))


def _words(one: Found, language: str) -> str:
    metres = round(one.metres)
    if language == "en":
        return f"{one.walk_minutes} min on foot ({metres} m)"
    return f"步行约 {one.walk_minutes} 分钟（{metres} 米）"
