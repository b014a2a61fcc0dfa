"""The service index of communities, explained line by line, and the official stars beside it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from api.edge import PUBLIC, Reply, Request, Router, access, language, perform, single
from api.schemas.insight import (
    ConfigIn,
    ConfigOut,
    ConfigsOut,
    IndexCompareOut,
    IndexOut,
    RunIn,
    SourceOut,
    SourcesOut,
    StarIn,
    StarOut,
)
from api.schemas.jobs import JobOut
from backend.directory.coverage import comparing
from backend.insight import acting, months, reading
from backend.people.roles import Can

router = Router(tags=["index"])
PLACES = PUBLIC("how a community is served is public, and how that was counted; it says nothing of any resident")


@router.get("/communities/{uuid:community_id}/index", response=IndexOut)
@access(PLACES)
def community_index(request: Request, community_id: UUID, month: date | None = None) -> Reply:
    """The index of a month (any day of it; by default the last computed) with its lines; nothing computed: no points."""
    community, tongue = comparing.community(community_id), language(request)
    found = reading.results(community.id, months.first_of(month) if month else None)
    shown = IndexOut.of(community, found[0] if found else None, reading.stars([community.id])[community.id], tongue)
    return single(request, None, lambda _: shown)


@router.get("/index/compare", response=IndexCompareOut)
@access(PLACES)
def compare(request: Request, subdistrict_id: UUID, month: date | None = None) -> IndexCompareOut:
    """The communities of a subdistrict (or of the district) beside each other, all by the same version."""
    places, tongue = comparing.communities(subdistrict_id), language(request)
    ids = [place.id for place in places]
    shown, results = reading.beside(ids, months.first_of(month) if month else None)
    stars = reading.stars(ids)
    return IndexCompareOut(
        month=shown, items=[IndexOut.of(place, results.get(place.id), stars[place.id], tongue) for place in places]
    )


@router.get("/index/sources", response=SourcesOut)
@access(PLACES)
def sources(request: Request) -> SourcesOut:
    """What an indicator can measure."""
    return SourcesOut(items=SourceOut.every(language(request)))


@router.get("/index/configs", response=ConfigsOut)
@access(PLACES)
def configs(request: Request) -> ConfigsOut:
    """Every version of the index, newest first; drafts are shown too: nobody is surprised by the next one."""
    return ConfigsOut(items=[ConfigOut.of(row, language(request)) for row in reading.configs()])


@router.post("/index/configs", response={201: ConfigOut})
@access(Can.CIRCLE_CURATE)
def draft(request: Request, body: ConfigIn) -> Reply:
    """Keep a new version as a draft (district officers)."""
    tongue = language(request)
    rows = [row.wanted() for row in body.indicators]
    return perform(
        request, acting.draft, render=lambda row: ConfigOut.of(row, tongue), status=201, indicators=rows, note=body.note
    )


@router.post("/index/configs/{uuid:config_id}/adopt", response=ConfigOut)
@access(Can.CIRCLE_CURATE)
def adopt(request: Request, config_id: UUID) -> Reply:
    """Compute by it from now on; what was computed before keeps its version."""
    tongue = language(request)
    return perform(request, acting.adopt, render=lambda row: ConfigOut.of(row, tongue), config_id=config_id)


@router.post("/index/runs", response={202: JobOut})
@access(Can.CIRCLE_CURATE)
def compute(request: Request, body: RunIn) -> Reply:
    """Compute a month again, as a job: `GET /jobs/{id}` says how far it is."""
    return perform(request, acting.compute, render=JobOut.of, status=202, month=body.month)


@router.post("/communities/{uuid:community_id}/stars", response=StarOut)
@access(Can.CIRCLE_CURATE)
def note_star(request: Request, community_id: UUID, body: StarIn) -> Reply:
    """Write down an official star with its source and year; the same source and year is corrected."""
    return perform(request, acting.note_star, render=StarOut.of, community_id=community_id, **body.dict())
