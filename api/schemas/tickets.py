"""Tickets on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AliasChoices

from api.schemas.bulletins import BulletinOut
from backend.tickets.categories import GROUPS, Category, Question, all_categories
from backend.tickets.kpis import Kpis, Rates
from backend.tickets.models import Photo
from backend.tickets.reading import Moment, Person, SeenTicket

PART_CODE = r"^[0-9A-Za-z-]{0,32}$"


class OptionOut(Schema):
    value: str
    text: str


class QuestionOut(Schema):
    code: str
    text: str
    required: bool
    options: list[OptionOut]

    @classmethod
    def of(cls, question: Question, english: bool) -> QuestionOut:
        options = [OptionOut(value=value, text=en if english else zh) for value, zh, en in question.options]
        text = question.en if english else question.zh
        return cls(code=question.code, text=text, required=question.required, options=options)


class CategoryOut(Schema):
    """`promise` in seconds; `place` says what a report of this category must tell."""

    code: str
    name: str
    group: str
    group_name: str
    visibility: Literal["home", "compound", "public"]
    place: Literal["home", "building", "point", "any"]
    promise: int
    questions: list[QuestionOut]

    @classmethod
    def of(cls, category: Category, language: str) -> CategoryOut:
        english = language.startswith("en")
        return cls(
            code=category.code,
            name=category.name(language),
            group=category.group,
            group_name=GROUPS[category.group][1 if english else 0],
            visibility=category.visibility,
            place=category.place,
            promise=round(category.promise.total_seconds()),
            questions=[QuestionOut.of(question, english) for question in category.questions],
        )


class CategoriesOut(Schema):
    items: list[CategoryOut]
    next: str | None = None


class PhotoOut(Schema):
    """`url` and `thumb_url` need the rights of the ticket."""

    id: UUID
    width: int
    height: int
    url: str
    thumb_url: str
    moment: Literal["before", "after"]

    @classmethod
    def of(cls, photo: Photo) -> PhotoOut:
        return cls(
            id=photo.id,
            width=photo.width,
            height=photo.height,
            url=photo.path,
            thumb_url=f"{photo.path}?thumb=1",
            moment=photo.moment,  # type: ignore[arg-type]
        )


class PersonOut(Schema):
    id: UUID
    name: str

    @classmethod
    def of(cls, person: Person | None) -> PersonOut | None:
        return cls(id=person.id, name=person.name) if person else None


class RouteOut(Schema):
    """Who handles it: a company, or the government of a subdistrict or the district."""

    kind: Literal["company", "subdistrict", "district"]
    id: UUID
    name: str


class PausedOut(Schema):
    since: datetime
    reason: str


class TicketOut(Schema):
    """A ticket as this reader sees it. Persons, home and answers are null for all but the reporter and the staff."""

    id: UUID
    number: str
    category: str
    category_name: str
    visibility: Literal["home", "compound", "public"]
    state: str
    steps: list[str] = Field(description="the steps that this reader may take now")
    text: str
    answers: dict[str, str] | None
    danger: str | None
    urgency: Literal["normal", "urgent"]
    reporter: PersonOut | None
    assignee: PersonOut | None
    route: RouteOut
    community_id: UUID
    compound_id: UUID | None
    building_id: UUID | None
    home_id: UUID | None
    part_code: str | None
    place: str
    lon: float | None
    lat: float | None
    created_at: datetime
    deadline: datetime
    overdue: bool
    paused: PausedOut | None
    accepted_at: datetime | None
    started_at: datetime | None
    resolved_at: datetime | None
    verified_at: datetime | None
    ended_at: datetime | None
    reopened: int
    rating: int | None
    merged_into: UUID | None
    photos: list[PhotoOut]

    @classmethod
    def of(cls, seen: SeenTicket, language: str) -> TicketOut:
        ticket, close = seen.ticket, seen.is_close
        category = all_categories().get(ticket.category)
        paused = PausedOut(since=ticket.paused_at, reason=ticket.pause_reason) if ticket.paused_at else None
        return cls(
            id=ticket.id,
            number=ticket.number,
            category=ticket.category,
            category_name=category.name(language) if category else ticket.category,
            visibility=ticket.visibility,  # type: ignore[arg-type]
            state=ticket.state,
            steps=seen.steps,
            text=seen.text,
            answers=ticket.answers if close else None,
            danger=(ticket.danger or None) if close else None,
            urgency=ticket.urgency,  # type: ignore[arg-type]
            reporter=PersonOut.of(seen.reporter),
            assignee=PersonOut.of(seen.assignee),
            route=_route(seen, language),
            community_id=ticket.community_id,
            compound_id=ticket.compound_id,
            building_id=ticket.building_id,
            home_id=ticket.home_id if close else None,
            part_code=ticket.part_code or None,
            place=seen.place,
            lon=ticket.lon,
            lat=ticket.lat,
            created_at=ticket.created_at,
            deadline=ticket.deadline,
            overdue=ticket.is_overdue,
            paused=paused,
            accepted_at=ticket.accepted_at,
            started_at=ticket.started_at,
            resolved_at=ticket.resolved_at,
            verified_at=ticket.verified_at,
            ended_at=ticket.ended_at,
            reopened=ticket.reopened,
            rating=ticket.rating,
            merged_into=ticket.merged_into_id,
            photos=[PhotoOut.of(photo) for photo in seen.photos],
        )


def _route(seen: SeenTicket, language: str) -> RouteOut:
    office = seen.ticket.company or seen.ticket.division
    if office is None:
        raise RuntimeError(f"ticket {seen.ticket.id} has no handler")
    return RouteOut(kind=seen.ticket.route, id=office.id, name=office.label(language))  # type: ignore[arg-type]


class TicketsOut(Schema):
    items: list[TicketOut]
    next: str | None


class SimilarOut(Schema):
    """`bulletins`: announced outages that may explain it, to be shown first."""

    items: list[TicketOut]
    bulletins: list[BulletinOut]
    next: str | None = None


class MomentOut(Schema):
    at: datetime
    kind: Literal["event", "comment"]
    event: str
    by: Literal["reporter", "staff", "system"]
    name: str
    text: str
    visibility: Literal["all", "staff"]
    data: dict[str, Any]

    @classmethod
    def of(cls, moment: Moment) -> MomentOut:
        return cls(**vars(moment))


class TimelineOut(Schema):
    items: list[MomentOut]
    next: str | None = None


class CommentOut(Schema):
    id: UUID
    created_at: datetime
    visibility: Literal["all", "staff"]


class RatesOut(Schema):
    """Shares 0 to 1; null when nothing was counted. `resolution` counts only what was verified."""

    name: str
    total: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    overdue: int

    @classmethod
    def of(cls, rates: Rates) -> RatesOut:
        return cls(**vars(rates))


class KpisOut(Schema):
    all: RatesOut
    by_community: list[RatesOut]
    by_category: list[RatesOut]
    by_handler: list[RatesOut]

    @classmethod
    def of(cls, kpis: Kpis) -> KpisOut:
        return cls(
            all=RatesOut.of(kpis.all),
            by_community=[RatesOut.of(rates) for rates in kpis.by_community],
            by_category=[RatesOut.of(rates) for rates in kpis.by_category],
            by_handler=[RatesOut.of(rates) for rates in kpis.by_handler],
        )


class TicketIn(Schema):
    """Degrees `lon`, `lat` are of the datum `crs`. `answers` maps question codes to option values."""

    id: UUID | None = None
    category: str
    text: str
    lon: float | None = None
    lat: float | None = None
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    home_id: UUID | None = None
    building_id: UUID | None = None
    part_code: str = Field("", pattern=PART_CODE)
    urgency: Literal["normal", "urgent"] = "normal"
    photo_ids: list[UUID] = []
    answers: dict[str, str] = {}


class AssignIn(Schema):
    """`assignee`, as the list's filter calls it, is understood too."""

    assignee_id: UUID = Field(validation_alias=AliasChoices("assignee_id", "assignee"))  # type: ignore[pydantic-alias]


class TransferIn(Schema):
    to: Literal["company", "subdistrict"]
    reason: str


class ReasonIn(Schema):
    reason: str


class MaybeReasonIn(Schema):
    reason: str = ""


class PauseIn(Schema):
    """`reason` is one of waiting_for_resident, waiting_for_parts, waiting_for_others, weather, needs_approval."""

    reason: str
    note: str = ""


class ResolveIn(Schema):
    note: str | None = Field(None, validation_alias=AliasChoices("note", "text"), description="what was done")  # type: ignore[pydantic-alias]
    photo_ids: list[UUID] = []


class VerifyIn(Schema):
    note: str = ""


class MergeIn(Schema):
    into_id: UUID


class CommentIn(Schema):
    text: str
    visibility: Literal["all", "staff"] = "all"


class RatingIn(Schema):
    stars: int = Field(validation_alias=AliasChoices("stars", "rating"), description="1 to 5")  # type: ignore[pydantic-alias]
    text: str = ""
