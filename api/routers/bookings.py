"""Slots of a day, events, and bookings: made and cancelled by people, kept by providers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Schema

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, language, page, page_of, perform, single
from api.schemas.bookings import (
    BookableOut,
    BookingIn,
    BookingOut,
    BookingState,
    EventOut,
    EventsOut,
    MoveIn,
    RefuseBookingIn,
    SlotOut,
    SlotsOut,
)
from backend.core.clock import BEIJING, now, today
from backend.core.errors import FieldError, Invalid
from backend.directory import catalogue, categories
from backend.directory.bookings import acting, calendars, keeping, reading, slots
from backend.directory.bookings.reading import Seen
from backend.directory.models import Booking
from backend.people.roles import Can, Power

router = Router(tags=["bookings"])
FREE = PUBLIC("how many places are free is public; who has them is not")
LONGEST = timedelta(days=62)


class EventQuery(Schema):
    """`since` and `until` are days there; without them the next four weeks."""

    since: date | None = None
    until: date | None = None
    community_id: UUID | None = None
    category: str = ""


class BookingQuery(Schema):
    """`mine` (the default): one's own. With `offer_id` or `day`: those at the offers that one keeps."""

    mine: bool = False
    offer_id: UUID | None = None
    day: date | None = None
    state: BookingState | None = None
    limit: int | None = None
    cursor: str | None = None


def _seen(request: Request, row: Booking) -> BookingOut:
    return _out(request, reading.one(request.actor, row.id))


def _out(request: Request, row: Seen) -> BookingOut:
    return BookingOut.of(row, language(request))


@router.get("/services/{uuid:service_id}/slots", response=SlotsOut)
@access(FREE, power=Power.BOOK)
def get_slots(request: Request, service_id: UUID, day: date | None = None) -> SlotsOut:
    """What can be booked of a service on a day (there; today when none is named), and by which rules."""
    tongue, wanted = language(request), day or today()
    offers = slots.offers_at(service=catalogue.service(service_id))
    return SlotsOut(
        day=wanted,
        offers=[BookableOut.of(offer, tongue) for offer in offers],
        items=[SlotOut.of(slot, tongue) for slot in slots.on(offers, wanted)],
    )


@router.get("/events", response=EventsOut)
@access(FREE, power=Power.BOOK)
def get_events(request: Request, query: Query[EventQuery]) -> EventsOut:
    """Announced sessions (classes, films, meetings) by time, at most 100."""
    codes = categories.covered(query.category) if query.category else None
    if query.category and not codes:
        raise Invalid(FieldError("?category", "category-unknown", "not a code of GET /categories", "没有这个类别"))
    since, until = (day and slots.within(day) for day in (query.since, query.until))
    first = datetime.combine(since, datetime.min.time(), BEIJING) if since else now()
    last = datetime.combine(until, datetime.max.time(), BEIJING) if until else first + timedelta(days=28)
    last = min(last, first + LONGEST)
    found = slots.sessions(first=max(first, now()), last=last, community_id=query.community_id, codes=codes)
    return EventsOut(items=[EventOut.of(row, language(request)) for row in found])


@router.post("/bookings", response={201: BookingOut, 200: BookingOut})
@access(PERSON, power=Power.BOOK)
def book(request: Request, body: BookingIn) -> Reply:
    """Take a place. 409 `slot-full` says whether the waiting list is open; with `waiting` one joins it."""
    return perform(
        request, acting.book, render=lambda row: _seen(request, row), status=201, **body.dict(exclude_unset=True)
    )


@router.get("/bookings", response=page_of(BookingOut))
@access(PERSON, power=Power.BOOK)
def get_bookings(request: Request, query: Query[BookingQuery]) -> dict[str, Any]:
    """One's own bookings, the latest first; or those at the offers that one keeps."""
    rows: QuerySet[Booking] = reading.everything().visible_to(request.actor)
    if query.mine or not (query.offer_id or query.day):
        rows = reading.mine(request.actor)
    if query.offer_id:
        rows = rows.filter(offer_id=query.offer_id)
    if query.day:
        begin = datetime.combine(slots.within(query.day), datetime.min.time(), BEIJING)
        rows = rows.filter(starts_at__gte=begin, starts_at__lt=begin + timedelta(days=1))
    if query.state:
        rows = rows.filter(state=query.state)
    return page(
        request,
        rows,
        lambda row: row,
        order=("-starts_at", "id"),
        render_all=lambda found: [_out(request, row) for row in reading.seen(request.actor, found)],
    )


@router.get("/bookings/{uuid:booking_id}", response=BookingOut)
@access(PERSON, power=Power.BOOK)
def get_booking(request: Request, booking_id: UUID) -> Reply:
    """One booking."""
    return single(request, reading.one(request.actor, booking_id), lambda row: _out(request, row))


@router.get("/bookings/{uuid:booking_id}/calendar.ics")
@access(PERSON, power=Power.BOOK)
def get_calendar(request: Request, booking_id: UUID) -> Reply:
    """The booking as an iCalendar file."""
    found = reading.one(request.actor, booking_id)
    response = Reply(calendars.calendar(found.booking, language(request)), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="yike-booking.ics"'
    return response


@router.post("/bookings/{uuid:booking_id}/cancel", response=BookingOut)
@access(PERSON, power=Power.BOOK)
def cancel(request: Request, booking_id: UUID) -> Reply:
    """Give the place back, or leave the line; `late` says whether it was no longer free to."""
    return perform(request, acting.cancel, render=lambda row: _seen(request, row), booking_id=booking_id)


@router.post("/bookings/{uuid:booking_id}/accept", response=BookingOut)
@access(PERSON, power=Power.BOOK)
def accept(request: Request, booking_id: UUID) -> Reply:
    """Take a place that was kept after a wait, or the other time that the provider proposes."""
    return perform(request, acting.accept, render=lambda row: _seen(request, row), booking_id=booking_id)


@router.post("/bookings/{uuid:booking_id}/confirm", response=BookingOut)
@access(Can.BOOKING_KEEP)
def confirm(request: Request, booking_id: UUID) -> Reply:
    """Say yes to a request."""
    return perform(request, keeping.confirm, render=lambda row: _seen(request, row), booking_id=booking_id)


@router.post("/bookings/{uuid:booking_id}/refuse", response=BookingOut)
@access(Can.BOOKING_KEEP)
def refuse(request: Request, booking_id: UUID, body: RefuseBookingIn) -> Reply:
    """Say no, and why."""
    return perform(
        request, keeping.refuse, render=lambda row: _seen(request, row), booking_id=booking_id, reason=body.reason
    )


@router.post("/bookings/{uuid:booking_id}/attended", response=BookingOut)
@access(Can.BOOKING_KEEP)
def attended(request: Request, booking_id: UUID) -> Reply:
    """They came."""
    return perform(request, keeping.attended, render=lambda row: _seen(request, row), booking_id=booking_id)


@router.post("/bookings/{uuid:booking_id}/no-show", response=BookingOut)
@access(Can.BOOKING_KEEP)
def no_show(request: Request, booking_id: UUID) -> Reply:
    """They did not come; only after it began."""
    return perform(request, keeping.no_show, render=lambda row: _seen(request, row), booking_id=booking_id)


@router.post("/bookings/{uuid:booking_id}/move", response={201: BookingOut})
@access(Can.BOOKING_KEEP)
def move(request: Request, booking_id: UUID, body: MoveIn) -> Reply:
    """Offer another time: the new booking waits for the person's answer, the old one stands meanwhile."""
    return perform(
        request, keeping.move, render=lambda row: _seen(request, row), status=201, booking_id=booking_id, **body.dict()
    )
