"""What does not take place: a session that is called off, a day the place is closed, an offer that ended. Everybody is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from backend.core.clock import now
from backend.core.vault import seal, unseal
from backend.core.verb import record
from backend.directory.bookings import notices, places
from backend.directory.bookings.flow import ACTIVE, State
from backend.directory.bookings.words import NOTE, REASON
from backend.directory.models import Booking, Slot


def close_slot(slot_id: UUID, why: str = "closed", *, shut: bool = True) -> int:
    """Cancel the bookings of one slot and tell people (inside a verb); how many it concerned.

    `shut`: the slot itself stays closed; else only the opening hours say so.
    """
    slot = places.held(slot_id)
    if shut and slot.closed_at is None:
        Slot.objects.filter(id=slot.id).update(closed_at=now())
    rows = Booking.objects.select_for_update(of=("self",)).filter(slot=slot, state__in=ACTIVE, ends_at__gt=now())
    count = 0
    for booking in rows.order_by("id"):
        booking.slot, booking.offer = slot, slot.offer
        places.leave(booking, State.CANCELLED, why=why)
        record("booking.closed", about=booking, why=why)
        notices.tell(booking, "booking.closed", key=f"closed:{booking.id}")
        count += 1
    return count


def close_between(place_id: UUID, start: datetime, end: datetime, why: str = "closed") -> int:
    """Cancel what was booked at a place in `[start, end)`, both aware (inside a verb); sessions then are called off."""
    rows = Slot.objects.filter(offer__place_id=place_id, closed_at=None, ends_at__gt=now())
    touched = rows.filter(starts_at__lt=end, ends_at__gt=start).order_by("id").values_list("id", "is_session")
    return sum(close_slot(slot_id, why, shut=is_session) for slot_id, is_session in list(touched))


def close_coming(offer_ids: Iterable[UUID], why: str = "ended") -> int:
    """Cancel everything booked ahead of these offers, sessions are called off (inside a verb)."""
    rows = Slot.objects.filter(offer_id__in=list(offer_ids), closed_at=None, starts_at__gt=now())
    coming = list(rows.order_by("id").values_list("id", "is_session"))
    return sum(close_slot(slot_id, why, shut=is_session) for slot_id, is_session in coming)


def hand_over_all(enrolled_id: UUID, account_id: UUID) -> None:
    """The bookings of whom the desk enrolled are the account's from now on, words too (inside a verb).

    Where the account stands in that hour of the offer already, the place goes to the next in line.
    """
    theirs = Booking.objects.filter(person_id=enrolled_id).order_by("slot_id", "id")
    for slot_id, booking_id in list(theirs.values_list("slot_id", "id")):
        slot = places.held(slot_id)
        booking = Booking.objects.select_for_update(of=("self",)).get(id=booking_id)
        booking.slot, booking.offer = slot, slot.offer
        if booking.state in ACTIVE and _stands_twice(booking, account_id):
            places.leave(booking, State.CANCELLED, why="joined")
            record("booking.cancelled", about=booking, why="joined")
            places.promote(slot)
        booking.person_id = account_id
        for name, context in (("note_sealed", NOTE), ("reason_sealed", REASON)):
            if (blob := getattr(booking, name)) is not None:
                setattr(booking, name, seal(account_id, context, unseal(enrolled_id, context, bytes(blob))))
        booking.save(update_fields=["person", "note_sealed", "reason_sealed"])


def _stands_twice(booking: Booking, person_id: UUID) -> bool:
    mine = Booking.objects.filter(person_id=person_id, offer_id=booking.offer_id, state__in=ACTIVE)
    return mine.filter(starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at).exists()


def release_all(person_id: UUID) -> None:
    """End the coming bookings of a person who is erased; the next in line get the places (inside a verb)."""
    mine = Booking.objects.filter(person_id=person_id, state__in=ACTIVE)
    for slot_id, booking_id in list(mine.order_by("slot_id").values_list("slot_id", "id")):
        slot = places.held(slot_id)
        booking = Booking.objects.select_for_update(of=("self",)).get(id=booking_id)
        if booking.state in ACTIVE and booking.starts_at > now():
            booking.slot, booking.offer = slot, slot.offer
            places.leave(booking, State.CANCELLED, why="erased")
            record("booking.cancelled", about=booking, why="erased")
            places.promote(slot)
        Booking.objects.filter(id=booking_id).update(due_at=None)
