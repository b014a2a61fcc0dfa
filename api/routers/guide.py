"""The guide of public services, life events, and a person's checklists."""

from __future__ import annotations

from uuid import UUID

from ninja import Query

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, language, perform, single
from api.schemas.guide import (
    ChecklistIn,
    ChecklistOut,
    ChecklistsOut,
    GuideLine,
    GuideListOut,
    GuideOut,
    GuideQuery,
    LifeEventOut,
    LifeEventsOut,
    TickIn,
)
from backend.directory import checklists, guide
from backend.directory.models import Checklist
from backend.people.roles import Power

router = Router(tags=["guide"])

GUIDE = PUBLIC("the guide of public services is public")


@router.get("/guide", response=GuideListOut)
@access(GUIDE)
def get_guide(request: Request, query: Query[GuideQuery]) -> GuideListOut:
    """The matters at street and community, social assistance too."""
    found = guide.items(category=query.category, assistance=query.assistance, community_id=query.community_id)
    return GuideListOut(items=[GuideLine.of(row, language(request)) for row in found])


@router.get("/guide/{code}", response=GuideOut)
@access(GUIDE)
def get_matter(request: Request, code: str) -> Reply:
    """One matter: documents, window, hours, booking, official link, fee, who may, steps."""
    tongue = language(request)
    return single(request, guide.item(code), lambda row: GuideOut.of(row, tongue))


@router.get("/life-events", response=LifeEventsOut)
@access(GUIDE)
def get_life_events(request: Request) -> LifeEventsOut:
    """What happens in a life, and the steps that it asks for."""
    tongue = language(request)
    return LifeEventsOut(items=[LifeEventOut.of(row, tongue) for row in guide.events()])


@router.get("/me/checklists", response=ChecklistsOut)
@access(PERSON, power=Power.BOOK)
def get_checklists(request: Request, archived: bool = False) -> ChecklistsOut:
    """My checklists, newest first; with `archived` those put away."""
    tongue = language(request)
    return ChecklistsOut(
        items=[ChecklistOut.of(row, tongue) for row in checklists.of(request.actor, archived=archived)]
    )


@router.post("/me/checklists", response={201: ChecklistOut, 200: ChecklistOut})
@access(PERSON, power=Power.BOOK)
def open_checklist(request: Request, body: ChecklistIn) -> Reply:
    """Open the checklist of a life event; the same event again gives the open one with 200."""
    return perform(request, checklists.open, render=lambda row: _shown(request, row), status=201, event=body.event)


@router.get("/me/checklists/{checklist_id}", response=ChecklistOut)
@access(PERSON, power=Power.BOOK)
def get_checklist(request: Request, checklist_id: UUID) -> Reply:
    """One of my checklists with its progress."""
    return single(
        request, checklists.one(request.actor, checklist_id), lambda row: ChecklistOut.of(row, language(request))
    )


@router.post("/me/checklists/{checklist_id}/steps/{step_id}", response=ChecklistOut)
@access(PERSON, power=Power.BOOK)
def tick(request: Request, checklist_id: UUID, step_id: UUID, body: TickIn) -> Reply:
    """Tick a step, or untick it with `done: false`; a booking of mine may be put beside it."""
    return perform(
        request,
        checklists.tick,
        render=lambda row: _shown(request, row),
        checklist_id=checklist_id,
        step_id=step_id,
        done=body.done,
        booking_id=body.booking_id,
    )


@router.post("/me/checklists/{checklist_id}/archive", response=ChecklistOut)
@access(PERSON, power=Power.BOOK)
def archive(request: Request, checklist_id: UUID) -> Reply:
    """Put a checklist away."""
    return perform(request, checklists.archive, render=lambda row: _shown(request, row), checklist_id=checklist_id)


def _shown(request: Request, row: Checklist) -> ChecklistOut:
    return ChecklistOut.of(checklists.one(request.actor, row.id), language(request))
