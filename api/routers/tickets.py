"""Tickets over HTTP: parse, call one verb, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Query, Schema
from pydantic import AwareDatetime

from api.edge import PERSON, Reply, Request, Router, access, language, page, perform, single
from api.schemas.bulletins import BulletinOut
from api.schemas.tickets import (
    PART_CODE,
    AssignIn,
    CategoriesOut,
    CategoryOut,
    CommentIn,
    CommentOut,
    KpisOut,
    MaybeReasonIn,
    MergeIn,
    MomentOut,
    PauseIn,
    RatingIn,
    ReasonIn,
    ResolveIn,
    SimilarOut,
    TicketIn,
    TicketOut,
    TicketsOut,
    TimelineOut,
    TransferIn,
    VerifyIn,
)
from backend.bulletins import reading as bulletins
from backend.people.roles import Can, Power
from backend.tickets import actions, duplicates, kpis, listing, reading
from backend.tickets.categories import all_categories
from backend.tickets.models import Comment, Ticket
from backend.tickets.sight import access_ticket

router = Router(tags=["tickets"])


def _shown(request: Request) -> Callable[[Ticket], TicketOut]:
    return lambda ticket: TicketOut.of(reading.seen(request.actor, ticket), language(request))


def _all_shown(request: Request) -> Callable[[list[Ticket]], list[TicketOut]]:
    return lambda rows: [TicketOut.of(row, language(request)) for row in reading.seen_by(request.actor, rows)]


def _step(request: Request, verb: Callable[..., Any], id: UUID, body: Schema | None = None) -> Reply:
    return perform(request, verb, render=_shown(request), ticket_id=id, **(body.dict() if body else {}))


@router.get("/tickets/categories", response=CategoriesOut)
@access(PERSON, power=Power.REPORT)
def categories(request: Request) -> CategoriesOut:
    """What can be reported, in the reader's language."""
    return CategoriesOut(items=[CategoryOut.of(category, language(request)) for category in all_categories().values()])


class SimilarQuery(Schema):
    category: str
    lon: float | None = None
    lat: float | None = None
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    home_id: UUID | None = None
    building_id: UUID | None = None
    part_code: str = Field("", pattern=PART_CODE)


@router.get("/tickets/similar", response=SimilarOut)
@access(PERSON, power=Power.REPORT)
def similar(request: Request, query: Query[SimilarQuery]) -> SimilarOut:
    """Open tickets that may be the same thing (part, home, unit, building; in streets within 250 m), and outages there."""
    found = duplicates.similar(request.actor, **query.dict())
    category, tongue = all_categories().get(query.category), language(request)
    announced = bulletins.before_reporting(
        request.actor, category.outage if category else "", query.home_id, query.building_id
    )
    return SimilarOut(items=_all_shown(request)(found), bulletins=[BulletinOut.of(one, tongue) for one in announced])


class KpisQuery(Schema):
    """`from` and `to` (exclusive) are times with an offset."""

    start: AwareDatetime | None = Field(None, alias="from")
    end: AwareDatetime | None = Field(None, alias="to")
    community_id: UUID | None = None


@router.get("/tickets/kpis", response=KpisOut)
@access(Can.TICKET_READ)
def rates(request: Request, query: Query[KpisQuery]) -> KpisOut:
    """Response, resolution (verified only) and satisfaction of the reader's offices: by community, category and handler."""
    return KpisOut.of(kpis.kpis(request.actor, language=language(request), **query.dict()))


class ListQuery(Schema):
    """`state` is a state, several with commas, or `open`; `q` finds a number or a category's name."""

    mine: bool = False
    state: str = ""
    community_id: UUID | None = None
    compound_id: UUID | None = None
    category: str = ""
    assignee: UUID | None = None
    overdue: bool | None = None
    q: str = ""
    limit: int | None = None
    cursor: str | None = None


@router.get("/tickets", response=TicketsOut)
@access(PERSON, power=Power.REPORT)
def tickets(request: Request, query: Query[ListQuery]) -> Any:
    """The tickets in sight, newest first."""
    filters = query.dict(exclude={"limit", "cursor"})
    return page(request, listing.tickets(request.actor, **filters), _shown(request), render_all=_all_shown(request))


@router.post("/tickets", response={201: TicketOut, 200: TicketOut})
@access(PERSON, power=Power.REPORT)
def report(request: Request, body: TicketIn) -> Reply:
    """Report something; the answer has number, deadline and route. The same `id` again answers 200 with the first ticket."""
    return perform(request, actions.report, render=_shown(request), status=201, **body.dict())


@router.get("/tickets/{uuid:id}", response=TicketOut)
@access(PERSON, power=Power.REPORT)
def ticket(request: Request, id: UUID) -> Reply:
    return single(request, access_ticket(request.actor, id), _shown(request))


@router.get("/tickets/{uuid:id}/timeline", response=TimelineOut)
@access(PERSON, power=Power.REPORT)
def timeline(request: Request, id: UUID) -> TimelineOut:
    """Steps and words, oldest first."""
    moments = reading.timeline(request.actor, access_ticket(request.actor, id))
    return TimelineOut(items=[MomentOut.of(moment) for moment in moments])


@router.post("/tickets/{uuid:id}/accept", response=TicketOut)
@access(PERSON)
def accept(request: Request, id: UUID) -> Reply:
    return _step(request, actions.accept, id)


@router.post("/tickets/{uuid:id}/assign", response=TicketOut)
@access(PERSON)
def assign(request: Request, id: UUID, body: AssignIn) -> Reply:
    return _step(request, actions.assign, id, body)


@router.post("/tickets/{uuid:id}/transfer", response=TicketOut)
@access(PERSON)
def transfer(request: Request, id: UUID, body: TransferIn) -> Reply:
    return _step(request, actions.transfer, id, body)


@router.post("/tickets/{uuid:id}/escalate", response=TicketOut)
@access(PERSON)
def escalate(request: Request, id: UUID, body: ReasonIn) -> Reply:
    return _step(request, actions.escalate, id, body)


@router.post("/tickets/{uuid:id}/start", response=TicketOut)
@access(PERSON)
def start(request: Request, id: UUID) -> Reply:
    return _step(request, actions.start, id)


@router.post("/tickets/{uuid:id}/pause", response=TicketOut)
@access(PERSON)
def pause(request: Request, id: UUID, body: PauseIn) -> Reply:
    return _step(request, actions.pause, id, body)


@router.post("/tickets/{uuid:id}/resume", response=TicketOut)
@access(PERSON)
def resume(request: Request, id: UUID) -> Reply:
    return _step(request, actions.resume, id)


@router.post("/tickets/{uuid:id}/resolve", response=TicketOut)
@access(PERSON)
def resolve(request: Request, id: UUID, body: ResolveIn | None = None) -> Reply:
    return _step(request, actions.resolve, id, body)


@router.post("/tickets/{uuid:id}/verify", response=TicketOut)
@access(PERSON, power=Power.REPORT)
def verify(request: Request, id: UUID, body: VerifyIn | None = None) -> Reply:
    return _step(request, actions.verify, id, body)


@router.post("/tickets/{uuid:id}/reopen", response=TicketOut)
@access(PERSON, power=Power.REPORT)
def reopen(request: Request, id: UUID, body: ReasonIn) -> Reply:
    return _step(request, actions.reopen, id, body)


@router.post("/tickets/{uuid:id}/close", response=TicketOut)
@access(PERSON)
def close(request: Request, id: UUID) -> Reply:
    return _step(request, actions.close, id)


@router.post("/tickets/{uuid:id}/cancel", response=TicketOut)
@access(PERSON, power=Power.REPORT)
def cancel(request: Request, id: UUID, body: MaybeReasonIn | None = None) -> Reply:
    return _step(request, actions.cancel, id, body)


@router.post("/tickets/{uuid:id}/merge", response=TicketOut)
@access(PERSON)
def merge(request: Request, id: UUID, body: MergeIn) -> Reply:
    return _step(request, actions.merge, id, body)


@router.post("/tickets/{uuid:id}/comments", response={201: CommentOut})
@access(PERSON, power=Power.REPORT)
def comment(request: Request, id: UUID, body: CommentIn) -> Reply:
    def shown(made: Comment) -> CommentOut:
        return CommentOut(id=made.id, created_at=made.created_at, visibility=made.visibility)  # type: ignore[arg-type]

    return perform(request, actions.comment, render=shown, status=201, ticket_id=id, **body.dict())


@router.post("/tickets/{uuid:id}/follow", response=TicketOut)
@access(PERSON, power=Power.REPORT)
def follow(request: Request, id: UUID) -> Reply:
    return _step(request, actions.follow, id)


@router.post("/tickets/{uuid:id}/rating", response=TicketOut)
@access(PERSON, power=Power.REPORT)
def rate(request: Request, id: UUID, body: RatingIn) -> Reply:
    return _step(request, actions.rate, id, body)
