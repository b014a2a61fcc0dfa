"""What the keeper of an offer does about its bookings: confirm, refuse, move, say who came."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.ids import uuid7
from backend.core.vault import seal
from backend.core.verb import record, verb
from backend.directory.bookings import notices, places, reminders, slots
from backend.directory.bookings.acting import held, insert, must_allow
from backend.directory.bookings.errors import NotStarted, SlotClosed, SlotFull, wrong
from backend.directory.bookings.flow import STEPS, State
from backend.directory.bookings.sight import keeps
from backend.directory.bookings.words import REASON
from backend.directory.models import Booking, Slot
from backend.people.actor import Actor

EARLY = timedelta(minutes=30)
ANSWER = timedelta(hours=24)
REASON_LONGEST = 300


def _in_sight(actor: Actor, booking_id: UUID) -> Booking:
    found: Booking | None = Booking.objects.select_related("offer").filter(id=booking_id).first()
    if found is None or not keeps(actor, found.offer):
        raise NotFound
    return found


def _kept(actor: Actor, booking_id: UUID) -> tuple[Slot, Booking]:
    """A booking of an offer that the actor keeps, with its slot, both held. Raises NotFound."""
    return held(_in_sight(actor, booking_id).id)


@verb("booking.confirmed")
def confirm(actor: Actor, *, booking_id: UUID) -> Booking:
    """Say yes to a request; confirmed already: nothing changes. Raises NotFound, WrongStep."""
    _, booking = _kept(actor, booking_id)
    if booking.state == State.CONFIRMED:
        record("booking.confirmed-again", about=booking)
        return booking
    must_allow(booking, "confirm")
    booking.state = State.CONFIRMED
    booking.reminded = reminders.reminders_passed(booking)
    places.settle(booking)
    record("booking.confirmed", about=booking)
    notices.tell(booking, "booking.confirmed")
    return booking


@verb("booking.refused")
def refuse(actor: Actor, *, booking_id: UUID, reason: str) -> Booking:
    """Say no, with a reason the person reads; the place goes to the next in line. Raises NotFound, WrongStep, Invalid."""
    slot, booking = _kept(actor, booking_id)
    must_allow(booking, "refuse")
    booking.reason_sealed = seal(booking.person_id, REASON, _said(reason))
    places.leave(booking, State.REFUSED)
    record("booking.refused", about=booking)
    notices.tell(booking, "booking.refused")
    places.promote(slot)
    return booking


def _said(reason: str) -> str:
    if not 1 <= len(reason.strip()) <= REASON_LONGEST:
        wrong(
            "reason",
            "required",
            f"say why, at most {REASON_LONGEST} characters",
            f"请说明原因，最多 {REASON_LONGEST} 字",
        )
    return reason.strip()


@verb("booking.attended")
def attended(actor: Actor, *, booking_id: UUID) -> Booking:
    """They came. From half an hour before. Raises NotFound, WrongStep, NotStarted."""
    return _came(actor, booking_id, "attended", EARLY)


@verb("booking.no-show")
def no_show(actor: Actor, *, booking_id: UUID) -> Booking:
    """They did not come. Only after it began. Raises NotFound, WrongStep, NotStarted."""
    return _came(actor, booking_id, "no-show", timedelta())


def _came(actor: Actor, booking_id: UUID, step: str, early: timedelta) -> Booking:
    _, booking = _kept(actor, booking_id)
    target = STEPS[step].target
    if booking.state != target:
        must_allow(booking, step)
        if booking.starts_at - early > now():
            raise NotStarted
        booking.state, booking.ended_at = target, now()
        places.settle(booking)
    record(f"booking.{step}", about=booking)
    return booking


@verb("booking.move-proposed")
def move(actor: Actor, *, booking_id: UUID, start: datetime | None = None, session_id: UUID | None = None) -> Booking:
    """Offer another time: a place there is kept until the person answers, at most a day; their old time stands meanwhile.

    Returns the new booking. Raises NotFound, WrongStep, SlotFull, SlotClosed, NotBookable, AlreadyBooked, Invalid.
    """
    if (start is None) == (session_id is None):
        wrong("start", "required", "give start or session_id", "请提供 start 或 session_id")
    offer = slots.offer_to_book(_in_sight(actor, booking_id).offer_id)
    found = Slot.objects.filter(id=session_id, offer=offer).first() if session_id else None
    target = found or (places.slot_at(offer, start) if start is not None else None)
    if target is None:
        raise NotFound
    _, booking = held(booking_id, target.id)
    must_allow(booking, "move")
    if target.closed_at is not None or target.starts_at <= now():
        raise SlotClosed
    if not places.take(target.id, booking.party):
        raise SlotFull
    made = Booking(
        id=uuid7(),
        person_id=booking.person_id,
        booked_by_id=booking.booked_by_id,
        offer=offer,
        slot=target,
        state=State.OFFERED,
        party=booking.party,
        starts_at=target.starts_at,
        ends_at=target.ends_at,
        answer_by=min(now() + ANSWER, target.starts_at),
        moved_from=booking,
        note_sealed=booking.note_sealed,
    )
    insert(made)
    record("booking.move-proposed", about=booking, to=made.id)
    notices.tell(made, "booking.moved")
    return made
