"""Suggestions while a person types. Public; what is typed is not kept."""

from __future__ import annotations

from ninja import Query

from api.edge import PUBLIC, Reply, Request, Router, access, language
from api.schemas.search import SuggestionOut, SuggestionsOut, SuggestQuery
from backend.core import geo
from backend.core.errors import FieldError, Invalid
from backend.directory.suggesting import suggest

router = Router(tags=["directory"])

TYPED = PUBLIC("what is typed is looked up in the public directory")


@router.get("/suggest", response=SuggestionsOut)
@access(TYPED)
def get_suggestions(request: Request, query: Query[SuggestQuery]) -> Reply:
    """What the typed may become: kinds of services, life events, services by name, near ones first."""
    tongue = language(request)
    items = [SuggestionOut.of(one, tongue) for one in suggest(query.q, _position(query), query.limit)]
    response = Reply(SuggestionsOut(items=items).model_dump_json(), content_type="application/json")
    response["Cache-Control"] = "public, max-age=60"
    response["Vary"] = "Accept-Language"
    return response


def _position(query: SuggestQuery) -> tuple[float, float] | None:
    if query.lon is None and query.lat is None:
        return None
    if query.lon is None or query.lat is None:
        name = "lat" if query.lat is None else "lon"
        raise Invalid(FieldError(f"?{name}", "missing", "lon and lat go together", "lon 与 lat 须同时提供"))
    try:
        return geo.to_wgs84(query.lon, query.lat, query.crs)
    except Invalid as wrong:
        named = [FieldError(f"?{e.pointer.lstrip('/')}", e.code, e.detail, e.zh) for e in wrong.errors]
        raise Invalid(*named) from None
