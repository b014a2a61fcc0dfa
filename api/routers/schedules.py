"""Opening hours of a service at a location: read by anybody, set by its office or its provider."""

from __future__ import annotations

from uuid import UUID

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, etag_of, language, must_match, perform, single
from api.schemas.schedules import ClosureIn, KeptClosureOut, SchedulesIn, SchedulesOut
from backend.core.errors import NotFound
from backend.directory import hours_acting
from backend.directory.models import Closure, ServiceAtLocation

router = Router(tags=["directory"])


@router.get("/services-at-locations/{at_id}/schedules", response=SchedulesOut)
@access(PUBLIC("the directory of services is public"))
def get_schedules(request: Request, at_id: UUID) -> Reply:
    """Its schedules, closures in force or ahead, and whether it is open."""
    tongue = language(request)
    return single(request, _read(at_id), lambda at: SchedulesOut.of(at, tongue))


@router.put("/services-at-locations/{at_id}/schedules", response=SchedulesOut)
@access(PERSON)
def put_schedules(request: Request, at_id: UUID, body: SchedulesIn) -> Reply:
    """Replace its schedules; with `If-Match` only what I have read (412). By who reviews the directory there, or its provider."""
    tongue = language(request)
    changed = perform(
        request,
        hours_acting.set_schedules,
        render=lambda at: SchedulesOut.of(_read(at.id), tongue),
        at_id=at_id,
        drafts=[one.draft() for one in body.schedules],
        hours_text=body.hours_text.strip(),
        make_up_day=body.make_up_day,
        check=must_match(request, lambda: SchedulesOut.of(_read(at_id), tongue)),
    )
    changed["ETag"] = etag_of(changed.content)
    return changed


@router.post("/services-at-locations/{at_id}/closures", response={201: KeptClosureOut, 200: KeptClosureOut})
@access(PERSON)
def close(request: Request, at_id: UUID, body: ClosureIn) -> Reply:
    """Close it for a time: renovation, stocktaking, … What was booked meanwhile is called off."""
    return perform(
        request,
        hours_acting.close,
        render=lambda row: _closure(request, row),
        status=201,
        at_id=at_id,
        draft=body.draft(),
        id=body.id,
    )


@router.delete("/services-at-locations/{at_id}/closures/{closure_id}", response=KeptClosureOut)
@access(PERSON)
def end_closure(request: Request, at_id: UUID, closure_id: UUID) -> Reply:
    """Open again before the end, or call it off before it began; 409 `closure-over`."""
    return perform(
        request,
        hours_acting.end_closure,
        render=lambda row: _closure(request, row),
        at_id=at_id,
        closure_id=closure_id,
    )


def _closure(request: Request, row: Closure) -> KeptClosureOut:
    return KeptClosureOut.of(row, language(request), _read(row.service_at_location_id).location.timezone)


def _read(at_id: UUID) -> ServiceAtLocation:
    rows = ServiceAtLocation.objects.select_related("location").prefetch_related("schedules", "closures")
    at = rows.defer("search").filter(id=at_id).first()
    if at is None:
        raise NotFound
    return at
