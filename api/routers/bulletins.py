"""Planned outages and notices of a place."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.db.models import Q
from ninja import Query, Schema

from api.edge import PUBLIC, Reply, Request, Router, access, language, page, page_of, perform, single
from api.schemas.bulletins import BulletinIn, BulletinOut, BulletinPatch, PreviewIn, PreviewOut
from backend.bulletins import actions, reading, scopes
from backend.bulletins.drafting import Draft
from backend.bulletins.models import Bulletin
from backend.core.errors import NotFound
from backend.people.roles import Can

router = Router(tags=["bulletins"])
OPEN = PUBLIC("an outage or a notice of a place is for whoever is there; nothing personal is in it")


DRAFTED = {field.name for field in fields(Draft)}


def _draft(body: BulletinIn) -> Draft:
    return Draft(**body.dict(include=DRAFTED))


class BulletinQuery(Schema):
    """With none of the places: those of one's own homes and desks (nothing for nobody)."""

    community_id: UUID | None = None
    compound_id: UUID | None = None
    building_id: UUID | None = None
    past: bool = False
    limit: int | None = None
    cursor: str | None = None


def _shown(request: Request, row: Bulletin) -> BulletinOut:
    is_desk = request.actor.kind == "person" and scopes.may_announce(request.actor, scopes.of(row))
    linked = reading.linked(row.id) if is_desk else None
    return BulletinOut.of(row, language(request), desk=is_desk, tickets=linked)


@router.get("/bulletins", response=page_of(BulletinOut))
@access(OPEN)
def bulletins(request: Request, query: Query[BulletinQuery]) -> dict[str, Any]:
    """What is announced now, newest first; `past` also what is over."""
    places = query.dict(include={"community_id", "compound_id", "building_id"})
    if any(places.values()):
        wanted = reading.of_place(**places)
    elif request.actor.kind == "person":
        wanted = reading.for_reader(request.actor)
    else:
        wanted = Q(pk=None)
    rows = (reading.all_with_places() if query.past else reading.current()).filter(wanted).distinct()
    return page(request, rows, lambda row: _shown(request, row))


@router.get("/bulletins/{uuid:bulletin_id}", response=BulletinOut)
@access(OPEN)
def bulletin(request: Request, bulletin_id: UUID) -> Reply:
    """One bulletin, also when it is over."""
    row = reading.all_with_places().filter(id=bulletin_id).first()
    if row is None:
        raise NotFound
    return single(request, row, lambda found: _shown(request, found))


@router.post("/bulletins/preview", response=PreviewOut)
@access(Can.BULLETIN_WRITE)
def preview(request: Request, body: PreviewIn) -> Reply:
    """What people would read and how many they are; nothing is published. `send_to_me` sends it to my own inbox and devices."""
    return perform(
        request,
        actions.preview,
        render=PreviewOut.model_validate,
        scope=body.scope,
        scope_id=body.scope_id,
        draft=_draft(body),
        send_to_me=body.send_to_me,
    )


@router.post("/bulletins", response={201: BulletinOut, 200: BulletinOut})
@access(Can.BULLETIN_WRITE)
def publish(request: Request, body: BulletinIn) -> Reply:
    """Put it up: inbox and streams at once, pushes by a job. 409 `confirm-audience` says how many people it reaches."""
    return perform(
        request,
        actions.publish,
        render=lambda row: _shown(request, row),
        status=201,
        draft=_draft(body),
        **body.dict(exclude=DRAFTED),
    )


@router.patch("/bulletins/{uuid:bulletin_id}", response=BulletinOut)
@access(Can.BULLETIN_WRITE)
def change(request: Request, bulletin_id: UUID, body: BulletinPatch) -> Reply:
    """Change the times or the words; the place is told again."""
    return perform(
        request,
        actions.change,
        render=lambda row: _shown(request, row),
        bulletin_id=bulletin_id,
        **body.dict(exclude_unset=True),
    )


@router.post("/bulletins/{uuid:bulletin_id}/end", response=BulletinOut)
@access(Can.BULLETIN_WRITE)
def end(request: Request, bulletin_id: UUID) -> Reply:
    """It is over: the place and everybody who had reported it are told."""
    return perform(request, actions.end, render=lambda row: _shown(request, row), bulletin_id=bulletin_id)


@router.post("/bulletins/{uuid:bulletin_id}/withdraw", response=BulletinOut)
@access(Can.BULLETIN_WRITE)
def withdraw(request: Request, bulletin_id: UUID) -> Reply:
    """It does not happen after all."""
    return perform(request, actions.withdraw, render=lambda row: _shown(request, row), bulletin_id=bulletin_id)
