"""Where the circle is broken: coverage of a community, its history, comparison, map; and the printed booklet."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from api.edge import PUBLIC, Reply, Request, Router, access, language, single
from api.schemas.coverage import (
    BookletQuery,
    CompareOut,
    CompareQuery,
    CoverageLineOut,
    CoverageOut,
    CoverageQuery,
    FeatureOut,
    FeatureProperties,
    HistoryOut,
    HistoryQuery,
    MapOut,
    SpanOut,
    compared,
)
from backend.community.models import Division
from backend.core.clock import today
from backend.core.errors import FieldError, Invalid
from backend.directory.booklet import keeping as printing
from backend.directory.coverage import comparing, counting, drawing, keeping
from backend.directory.coverage.counting import Count

router = Router(tags=["coverage"])
PLACES = PUBLIC("how well places are served is public; it counts homes, never people")


@router.get("/circle/coverage", response=CoverageOut)
@access(PLACES)
def coverage(request: Request, query: Query[CoverageQuery]) -> Reply:
    """Now, from the walks computed ahead: what each category's homes reach within 15 minutes, and which buildings miss it."""
    tongue, community, codes = language(request), comparing.community(query.community_id), counting.codes_of(query.list)
    missing = counting.gaps(community.id, codes, query.profile)
    shown = CoverageOut(
        community_id=community.id,
        community_name=community.label(tongue),
        list=query.list,
        profile=query.profile,
        minutes=counting.MINUTES,
        items=[
            CoverageLineOut.of(one, missing[one.category], tongue)
            for one in counting.counts([community.id], codes, query.profile)
        ],
    )
    return single(request, None, lambda _: shown)


@router.get("/circle/coverage/history", response=HistoryOut)
@access(PLACES)
def history(request: Request, query: Query[HistoryQuery]) -> HistoryOut:
    """What the daily counts found: one row for as long as the numbers stayed the same."""
    community, codes = comparing.community(query.community_id), _codes(query.category, query.list)
    start, end = query.start or today() - timedelta(days=90), query.end or today() + timedelta(days=1)
    spans = keeping.history(community.id, codes, query.profile, start, end)
    return HistoryOut(
        community_id=community.id,
        profile=query.profile,
        counted_at=comparing.counted_at([community.id]).get(community.id),
        items=[SpanOut.of(span) for span in spans],
    )


@router.get("/circle/coverage/compare", response=CompareOut)
@access(PLACES)
def compare(request: Request, query: Query[CompareQuery]) -> CompareOut:
    """The communities of a subdistrict beside each other, by the last daily count."""
    places, cells, times, codes = _compared(query)
    tongue = language(request)
    items = [compared(place, cells[place.id], times.get(place.id), tongue) for place in places]
    return CompareOut(profile=query.profile, categories=codes, items=items)


@router.get("/circle/coverage/map", response=MapOut)
@access(PLACES)
def district_map(request: Request, query: Query[CompareQuery]) -> MapOut:
    """The same as GeoJSON: a feature a community, the hull of its buildings (nobody published its boundary)."""
    places, cells, times, _ = _compared(query)
    shapes, tongue = drawing.geometries(places), language(request)
    features = []
    for place in places:
        (geometry, kind), line = shapes[place.id], compared(place, cells[place.id], times.get(place.id), tongue)
        told = line.dict(include={"community_id", "name", "mean_share", "homes", "cells"})
        features.append(FeatureOut(geometry=geometry, properties=FeatureProperties(geometry_is=kind, **told)))
    return MapOut(features=features)


@router.get("/communities/{uuid:community_id}/booklet.pdf")
@access(PLACES)
def booklet(request: Request, community_id: UUID, query: Query[BookletQuery]) -> HttpResponse:
    """The printed booklet (A4, PDF): emergency numbers, map, services by kind. Drawn when its data has changed."""
    community = comparing.community(community_id)
    found = printing.booklet(community, language=query.language or language(request)[:2], is_large=query.large)
    return printed(request, found)


def printed(request: Request, found: printing.Booklet) -> HttpResponse:
    """A booklet with its ETag; 304, undrawn, when the reader has it."""
    etag = f'"{found.digest}"'
    if etag in {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(found.pdf(), content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="booklet.pdf"'
    response["ETag"] = etag
    response["Vary"] = "Accept-Language"
    return response


def _compared(
    query: CompareQuery,
) -> tuple[list[Division], dict[UUID, list[Count]], dict[UUID, datetime], list[str]]:
    codes = _codes(query.category, query.list)
    places = comparing.communities(query.subdistrict_id)
    ids = [place.id for place in places]
    cells: dict[UUID, list[Count]] = defaultdict(list)
    for one in keeping.on(ids, codes, query.profile):
        cells[one.community_id].append(one)
    return places, cells, comparing.counted_at(ids), codes


def _codes(category: str, name: str) -> list[str]:
    codes = counting.codes_of(category) if category else counting.codes_of(name)
    if not codes:
        raise Invalid(
            FieldError(
                "?category", "category-unknown", "not a code of GET /categories", "不是 GET /categories 中的代码"
            )
        )
    return codes
