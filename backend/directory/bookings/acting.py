"""What a person does about their bookings, or a delegate who holds the power `book` in their name."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.ids import uuid7
from backend.core.vault import seal
from backend.core.verb import record, verb
from backend.directory.bookings import notices, places, reminders, rules, slots
from backend.directory.bookings.errors import (
    AlreadyBooked,
    IdTaken,
    NotBookable,
    OfferLapsed,
    SlotClosed,
    SlotFull,
    TooEarly,
    TooLateToCancel,
    TooSoon,
    WrongStep,
    wrong,
)
from backend.directory.bookings.flow import STEPS, State
from backend.directory.bookings.words import NOTE
from backend.directory.models import Booking, Offer, Slot
from backend.people.actor import Actor

NOTE_LONGEST = 200
WHY_NOT = {"past": TooSoon, "too-soon": TooSoon, "too-early": TooEarly}


@verb("booking.made")
def book(
    actor: Actor,
    *,
    offer_id: UUID | None = None,
    start: datetime | None = None,
    session_id: UUID | None = None,
    id: UUID | None = None,
    party: int = 1,
    waiting: bool = False,
    note: str = "",
) -> Booking:
    """Take places of a slot (`offer_id` and its aware `start`) or of a session; with `waiting`, join the line when it is full.

    The same `id` by the same person gives the first booking. Raises SlotFull (with the waiting list), WaitingListFull, NotBookable,
    TooSoon, TooEarly, AlreadyBooked, BookingLimit, SlotClosed, RoomTaken, Invalid, IdTaken.
    """
    person = actor.must_be_known()
    if (repeated := _repeated(id, person)) is not None:
        return repeated
    offer, slot_id = _wanted(offer_id, start, session_id)
    if not slots.is_open(offer):
        raise NotBookable
    rules.check_party(offer, party)
    rules.one_at_a_time(offer, person)
    rules.check_limit(offer, person)
    slot = Slot.objects.get(id=slot_id) if slot_id else places.slot_at(offer, _instant(start))
    if slot.closed_at is not None:
        raise SlotClosed
    rules.check_party(offer, party, most=slot.capacity)
    if (state := slots.when_bookable(offer, slot.starts_at)) != "open":
        raise WHY_NOT[state]
    made = Booking(
        id=id or uuid7(),
        person_id=person,
        booked_by_id=actor.delegate_id,
        offer=offer,
        slot=slot,
        party=party,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        note_sealed=seal(person, NOTE, _checked(note)) if note.strip() else None,
    )
    _place(made, waiting=waiting)
    return made


def _place(booking: Booking, *, waiting: bool) -> None:
    offer, slot = booking.offer, booking.slot
    if places.take(slot.id, booking.party):
        by_hand = rules.must_be_confirmed(offer, booking.person_id)
        booking.state = State.REQUESTED if by_hand else State.CONFIRMED
    elif waiting:
        booking.state, booking.number = State.WAITING, places.queue(slot.id, offer.waiting_places)
    else:
        slot.refresh_from_db(fields=["queued"])
        room = max(offer.waiting_places - slot.queued, 0)
        raise SlotFull(waiting_list={"open": room > 0, "length": slot.queued, "free": room})
    insert(booking)
    record("booking.made", about=booking, state=str(booking.state), offer=offer.id, slot=slot.id, party=booking.party)
    if booking.state != State.WAITING:
        notices.tell(booking, f"booking.{booking.state}")
    if booking.state == State.REQUESTED:
        notices.ask_keepers(booking)


def insert(booking: Booking) -> None:
    """Write a new booking. Raises AlreadyBooked when the person stands in an overlapping hour of the same offer."""
    booking.reminded = reminders.reminders_passed(booking)
    try:
        with transaction.atomic():
            places.settle(booking)
    except IntegrityError as broken:
        if "nobody_twice_in_an_hour" in str(broken):
            raise AlreadyBooked from None
        raise


def _repeated(booking_id: UUID | None, person: UUID) -> Booking | None:
    """The booking that this id made before; waits for one with the same id that is still being made."""
    if booking_id is None:
        return None
    places.alone("booking", booking_id)
    found: Booking | None = Booking.objects.select_related("offer", "slot").filter(id=booking_id).first()
    if found is None:
        return None
    if found.person_id != person:
        raise IdTaken
    record("booking.repeated", about=found)
    found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
    return found


def _wanted(offer_id: UUID | None, start: datetime | None, session_id: UUID | None) -> tuple[Offer, UUID | None]:
    """The offer, and the session if one is named. Raises Invalid, NotFound."""
    if (session_id is None) == (offer_id is None or start is None):
        wrong(
            "offer_id", "required", "give offer_id and start, or session_id", "请提供 offer_id 和 start，或 session_id"
        )
    if session_id is None:
        return slots.offer_to_book(offer_id or UUID(int=0)), None
    found = Slot.objects.filter(id=session_id).values_list("offer_id", flat=True).first()
    if found is None:
        raise NotFound
    return slots.offer_to_book(found), session_id


def _instant(start: datetime | None) -> datetime:
    if start is None or start.utcoffset() is None:
        wrong("start", "not-an-instant", "needs an offset", "须带时区")
    return start


def _checked(note: str) -> str:
    if len(note) > NOTE_LONGEST:
        wrong("note", "too-long", f"at most {NOTE_LONGEST} characters", f"最多 {NOTE_LONGEST} 字")
    return note.strip()


def own(actor: Actor, booking_id: UUID) -> tuple[Slot, Booking]:
    """The person's booking and its slot, both held. Raises NotFound."""
    person = actor.must_be_known()
    if not Booking.objects.filter(id=booking_id, person_id=person).exists():
        raise NotFound
    return held(booking_id)


def held(booking_id: UUID, *further: UUID) -> tuple[Slot, Booking]:
    """A booking with its slot and further slots, the slots held first, until the verb commits."""
    rows = Booking.objects.filter(Q(id=booking_id) | Q(moves=booking_id))  # the one whose time it would replace, too
    found = places.hold(*rows.values_list("slot_id", flat=True), *further)
    booking = Booking.objects.select_for_update(of=("self",)).get(id=booking_id)
    slot = found[booking.slot_id]
    booking.slot, booking.offer = slot, slot.offer
    return slot, booking


def must_allow(booking: Booking, step: str) -> None:
    """Raise WrongStep unless the step leaves the booking's state."""
    if booking.state not in STEPS[step].origins:
        raise WrongStep(booking.state, STEPS[step].by)


def is_late(booking: Booking) -> bool:
    """Whether cancelling now comes later than the offer lets one cancel freely."""
    free_until = booking.starts_at - timedelta(hours=booking.offer.free_until_hours)
    return booking.state == State.CONFIRMED and now() > free_until


@verb("booking.cancelled")
def cancel(actor: Actor, *, booking_id: UUID) -> Booking:
    """Give the place back, or leave the line; the next in line gets it at once. Cancelled already: nothing changes.

    Raises NotFound, WrongStep, TooLateToCancel (where the offer refuses late ones).
    """
    slot, booking = own(actor, booking_id)
    if booking.state == State.CANCELLED:
        record("booking.cancelled-again", about=booking)
        return booking
    must_allow(booking, "cancel")
    late = is_late(booking)
    if booking.starts_at <= now() or (late and not booking.offer.late_cancel):
        raise TooLateToCancel(phone=booking.offer.place.phone)
    places.leave(booking, State.CANCELLED, is_late=late)
    record("booking.cancelled", about=booking, is_late=late)
    notices.tell(booking, "booking.cancelled")
    places.promote(slot)
    return booking


@verb("booking.accepted")
def accept(actor: Actor, *, booking_id: UUID) -> Booking:
    """Take a place that was kept after a wait, or the other time that the keeper proposes (then the old one is given back).

    Raises NotFound, WrongStep, OfferLapsed.
    """
    _, booking = own(actor, booking_id)
    must_allow(booking, "accept")
    if booking.answer_by is not None and booking.answer_by <= now():
        raise OfferLapsed
    by_hand = booking.moved_from_id is None and rules.must_be_confirmed(booking.offer, booking.person_id)
    booking.state, booking.answer_by = State.REQUESTED if by_hand else State.CONFIRMED, None
    booking.reminded = reminders.reminders_passed(booking)
    places.settle(booking)
    record("booking.accepted", about=booking, state=str(booking.state))
    notices.tell(booking, f"booking.{booking.state}")
    if by_hand:
        notices.ask_keepers(booking)
    if booking.moved_from_id is not None:
        _give_back_old(booking)
    return booking


def _give_back_old(booking: Booking) -> None:
    """End the booking whose time this one replaces."""
    slot, old = held(booking.moved_from_id or booking.id)
    if old.state in STEPS["move"].origins:
        places.leave(old, State.CANCELLED, why="moved")
        record("booking.moved-away", about=old, to=booking.id)
        places.promote(slot)
