"""The keeper's day: who comes when, one tap to confirm, to say who came, to propose another time; sessions announced."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backend.core.clock import BEIJING, today
from backend.core.errors import FieldError, Invalid, NotFound
from backend.directory.bookings import keeping, offers, reading
from backend.directory.bookings.flow import State
from backend.directory.bookings.slots import within
from backend.directory.models import Booking, Slot
from backend.people.actor import Actor
from backend.people.roles import Can
from web import session
from web.forms import uuid_of
from web.pages import person_page, say, show
from web.templatetags.yike import lang

STEPS = {"confirm": keeping.confirm, "attended": keeping.attended, "no-show": keeping.no_show}
TAKES_NOTHING = frozenset({State.CANCELLED, State.REFUSED})


@person_page
def day(request: HttpRequest) -> HttpResponse:
    """`/work/bookings?day&offer`: the bookings of one day at what one keeps, by offer and time."""
    actor = session.actor_of(request)
    actor.require(Can.BOOKING_KEEP)
    kept = list(reading.offers_kept(actor).order_by("created_at", "id"))
    shown = _day(request.GET.get("day"))
    begin = datetime.combine(shown, datetime.min.time(), BEIJING)
    slots = Slot.objects.filter(offer__in=kept, starts_at__gte=begin, starts_at__lt=begin + timedelta(days=1))
    slots = slots.select_related("offer__place__location", "offer__place__service").order_by(
        "offer__created_at", "starts_at"
    )
    rows = reading.everything().visible_to(actor).filter(slot__in=slots).exclude(state__in=TAKES_NOTHING)
    seen = reading.seen(actor, rows.order_by("slot_id", F("number").asc(nulls_first=True), "created_at"))
    of_slot = {slot_id: list(found) for slot_id, found in groupby(seen, key=lambda one: one.booking.slot_id)}
    return show(
        request,
        "web/work/bookings.html",
        day=shown,
        previous=shown - timedelta(days=1),
        next=shown + timedelta(days=1),
        is_keeper=bool(kept),
        offers=[(offer.id, offer.label(lang())) for offer in kept if offer.ended_at is None],
        groups=_groups([slot for slot in slots if of_slot.get(slot.id) or slot.is_session], of_slot),
        waiting=_waiting(actor),
    )


def _groups(slots: list[Slot], of_slot: dict[UUID, list[reading.Seen]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(the offer's title, its slots with who comes)."""
    return [
        (
            offer.label(lang()),
            [{"slot": slot, "title": slot.label(lang()), "seen": of_slot.get(slot.id, [])} for slot in rows],
        )
        for offer, rows in groupby(slots, key=lambda slot: slot.offer)
    ]


def _waiting(actor: Actor) -> list[tuple[date, int]]:
    """The days on which somebody waits for a yes, and how many."""
    rows = Booking.objects.visible_to(actor).exclude(person_id=actor.person_id).filter(state=State.REQUESTED)
    days = sorted(at.astimezone(BEIJING).date() for at in rows.values_list("starts_at", flat=True)[:500])
    return [(day, len(list(found))) for day, found in groupby(days)]


def _day(text: str | None) -> date:
    try:
        return within(date.fromisoformat(text)) if text else today()
    except ValueError:
        raise NotFound from None


def _to(at: date | datetime) -> HttpResponse:
    day = at.astimezone(BEIJING).date() if isinstance(at, datetime) else at
    return redirect(f"{reverse('web:work-bookings')}?day={day.isoformat()}")


@require_POST
@person_page
def step(request: HttpRequest, booking_id: UUID, act: str) -> HttpResponse:
    """`/work/bookings/{id}/{confirm|refuse|attended|no-show|move}`"""
    actor = session.actor_of(request)
    if act == "refuse":
        done = keeping.refuse(actor, booking_id=booking_id, reason=request.POST.get("reason", ""))
    elif act == "move":
        done = keeping.move(actor, booking_id=booking_id, start=_time(request.POST.get("start"), "start"))
        session.flash(request, say("work.moved"))
        return _to(done.starts_at)
    elif act in STEPS:
        done = STEPS[act](actor, booking_id=booking_id)
    else:
        raise NotFound
    session.flash(request, say("work.done"))
    return _to(done.starts_at)


def _time(text: str | None, field: str) -> datetime:
    """A `datetime-local` field, Beijing time. Raises Invalid."""
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=BEIJING)
    except ValueError:
        raise Invalid(FieldError(f"/{field}", "not-an-instant", "this is not a time", "时间不正确")) from None


@require_POST
@person_page
def announce(request: HttpRequest) -> HttpResponse:
    """`/work/bookings/sessions`"""
    actor, form = session.actor_of(request), request.POST
    capacity = form.get("capacity", "")
    made = offers.announce(
        actor,
        offer_id=uuid_of(form.get("offer")),
        start=_time(form.get("start"), "start"),
        end=_time(form.get("end"), "end"),
        capacity=int(capacity) if capacity.isdecimal() else None,
        title=form.get("title", ""),
        title_en=form.get("title_en", ""),
        room=form.get("room", ""),
    )
    session.flash(request, say("work.announced"))
    return _to(made.starts_at)


@require_POST
@person_page
def call_off(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """`/work/bookings/sessions/{id}/call-off`"""
    done = offers.call_off(session.actor_of(request), session_id=session_id)
    session.flash(request, say("work.calledoff"))
    return _to(done.starts_at)
