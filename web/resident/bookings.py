"""Booking in three steps (day, time, check), and one's own bookings; every step works without scripts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.clock import now
from backend.core.errors import NotFound, Refusal
from backend.core.ids import uuid7
from backend.core.queries import reading as reading_as
from backend.directory import categories
from backend.directory.bookings import acting, calendars, errors, reading, slots
from backend.directory.bookings.flow import ACTIVE
from backend.directory.models import Offer, Slot
from web import session
from web.forms import uuid_of
from web.pages import open_page, person_page, say, show, words_of
from web.resident.home import main_home
from web.templatetags.booking import link_of
from web.templatetags.yike import lang

DAYS = 14
SHOWN = 50
STEPS = {"cancel": acting.cancel, "accept": acting.accept}


@open_page
def choose(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """`/app/book/{offer}?day`: the days, and the times of one of them; without a day the first that has a free time."""
    offer = slots.offer_to_book(offer_id)
    today = now().astimezone(slots.zone_of(offer)).date()
    days = [today + timedelta(days=ahead) for ahead in range(min(offer.horizon_days, DAYS) + 1)]
    day, found = _day(request, offer, days)
    return show(
        request,
        "web/app/book.html",
        tab="circle",
        offer=offer,
        title=offer.label(lang()),
        text=offer.words(lang()),
        days=[(one, say(f"weekday.{one.weekday()}")) for one in days],
        chosen=day,
        slots=[_line(slot) for slot in found if slot.state != "past"],
    )


def _day(request: HttpRequest, offer: Offer, days: list[date]) -> tuple[date, list[slots.Shown]]:
    if asked := request.GET.get("day"):
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            raise NotFound from None
        return day, slots.on([offer], day)
    for day in days:
        found = slots.on([offer], day)
        if any(slot.state == "open" for slot in found):
            return day, found
    return days[0], slots.on([offer], days[0])


def _line(slot: slots.Shown) -> dict[str, Any]:
    return {"slot": slot, "link": link_of(slot), "may_book": slot.state in ("open", "waiting")}


@require_http_methods(["GET", "POST"])
@person_page
def book(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """`/app/book/{offer}/slot?start|session`: check, and send; a full time can be waited for."""
    offer = slots.offer_to_book(offer_id)
    slot = _slot(request, offer)
    if request.method == "GET":
        return _form(request, slot)
    actor, form = session.actor_of(request), request.POST
    party = form.get("party", "1")
    named: dict[str, Any] = (
        {"session_id": slot.id} if slot.is_session else {"offer_id": offer.id, "start": slot.starts_at}
    )
    try:
        made = acting.book(
            actor,
            **named,
            id=uuid_of(form.get("id")),
            party=int(party) if party.isdecimal() else 0,
            waiting=form.get("waiting") == "1",
            note=form.get("note", ""),
        )
    except errors.SlotFull:
        with reading_as(actor):
            return _form(request, _slot(request, offer), status=409)
    except Refusal as refusal:
        with reading_as(actor):
            return _form(request, slot, status=422, error=words_of(refusal))
    session.flash(request, say("book.booked"))
    return redirect("web:booking", made.id)


def _slot(request: HttpRequest, offer: Offer) -> slots.Shown:
    """The slot that the address names. Raises NotFound."""
    if named := request.GET.get("session"):
        row = Slot.objects.filter(id=uuid_of(named), offer=offer, is_session=True).first()
        if row is None:
            raise NotFound
        row.offer = offer
        return slots.shown(row)
    try:
        start = datetime.fromisoformat(request.GET.get("start", "").replace(" ", "+"))
    except ValueError:
        raise NotFound from None
    times = slots.is_time_of(offer, start) if start.utcoffset() is not None else None
    if times is None:
        raise NotFound
    near = slots.on([offer], start.astimezone(slots.zone_of(offer)).date())
    near += slots.on([offer], start.astimezone(slots.zone_of(offer)).date() - timedelta(days=1))
    return next(one for one in near if one.starts_at == start and not one.is_session)


def _form(request: HttpRequest, slot: slots.Shown, *, status: int = 200, error: str = "") -> HttpResponse:
    return show(
        request,
        "web/app/book_slot.html",
        status=status,
        tab="circle",
        slot=slot,
        offer=slot.offer,
        people=range(1, slot.offer.party_most + 1),
        booking_id=request.POST.get("id") or uuid7(),
        said=request.POST,
        error=error,
        is_full=slot.state == "waiting",
    )


@person_page
def mine(request: HttpRequest) -> HttpResponse:
    """`/app/bookings`: what is to come, then what was."""
    actor = session.actor_of(request)
    rows, moment = reading.mine(actor), now()
    coming = reading.coming(rows, moment).order_by("starts_at", "id")[:SHOWN]
    past = rows.exclude(state__in=ACTIVE, ends_at__gt=moment).order_by("-starts_at", "id")[:SHOWN]
    return show(
        request,
        "web/app/bookings.html",
        tab="circle",
        coming=reading.seen(actor, coming),
        past=reading.seen(actor, past),
    )


@person_page
def booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """`/app/bookings/{id}`: one's own; a keeper's are on the keeper's page."""
    found = reading.one(session.actor_of(request), booking_id)
    if not found.is_mine:
        raise NotFound
    return show(request, "web/app/booking.html", tab="circle", seen=found, offer=found.booking.offer)


@person_page
def calendar(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """`/app/bookings/{id}/calendar.ics`"""
    found = reading.one(session.actor_of(request), booking_id)
    response = HttpResponse(calendars.calendar(found.booking, lang()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="yike-booking.ics"'
    return response


@require_POST
@person_page
def step(request: HttpRequest, booking_id: UUID, act: str) -> HttpResponse:
    """`/app/bookings/{id}/{cancel|accept}`"""
    if act not in STEPS:
        raise NotFound
    done = STEPS[act](session.actor_of(request), booking_id=booking_id)
    if act == "cancel":
        session.flash(request, say("book.cancelled.late" if done.is_late else "book.cancelled"))
    return redirect("web:booking", booking_id)


@open_page
def events(request: HttpRequest) -> HttpResponse:
    """`/app/events?category`: announced sessions of the person's community, or of all, in the next four weeks."""
    home = main_home(session.actor_of(request))
    code = request.GET.get("category", "")
    codes = categories.covered(code) if code else None
    moment = now()
    found = slots.sessions(
        first=moment,
        last=moment + timedelta(days=28),
        community_id=home.community_id if home and request.GET.get("all") != "1" else None,
        codes=codes or None,
    )
    return show(
        request, "web/app/events.html", tab="circle", slots=[_line(slot) for slot in found], is_near=home is not None
    )
