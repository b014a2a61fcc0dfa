"""The places of a slot: taken, given back, handed to the first in line. Nothing is read and then written: one UPDATE decides.

Whoever changes a slot's bookings holds the slot's row first, so that two of them cannot stand in each other's way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from backend.core.clock import now
from backend.core.verb import hint, record
from backend.directory.bookings import reminders
from backend.directory.bookings.errors import NotBookable, RoomTaken, SlotClosed, WaitingListFull
from backend.directory.bookings.flow import State
from backend.directory.bookings.slots import is_time_of
from backend.directory.models import Booking, Offer, Slot


def alone(kind: str, id: UUID) -> UUID:
    """Let what two devices send under one id be made one after the other, so that the second finds the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{kind}:{id}"])
    return id


def slot_at(offer: Offer, start: datetime) -> Slot:
    """The row of the slot that begins at this instant, made at its first booking. Raises NotBookable outside the hours."""
    times = is_time_of(offer, start)
    if times is None:
        raise NotBookable
    made = Slot(offer=offer, starts_at=times[0], ends_at=times[1], capacity=offer.capacity, resource=offer.resource)
    Slot.objects.bulk_create([made], ignore_conflicts=True)
    return Slot.objects.get(offer=offer, starts_at=start, is_session=False)


def hold(*slot_ids: UUID) -> dict[UUID, Slot]:
    """The slots' rows, held until the verb commits; always in the order of their ids, so that nobody waits for each other."""
    rows = Slot.objects.select_for_update(of=("self",)).select_related("offer__place__service").filter(id__in=slot_ids)
    return {slot.id: slot for slot in rows.order_by("id")}


def held(slot_id: UUID) -> Slot:
    """One slot's row, held until the verb commits."""
    return hold(slot_id)[slot_id]


def take(slot_id: UUID, party: int) -> bool:
    """Take places if there are so many and nobody waits for them. Raises SlotClosed, RoomTaken."""
    free = Slot.objects.filter(id=slot_id, closed_at=None, queued=0, taken__lte=F("capacity") - party)
    try:
        with transaction.atomic():
            if free.update(taken=F("taken") + party):
                return True
    except IntegrityError as broken:
        if "one_at_a_time_in_a_room" in str(broken):
            raise RoomTaken from None
        raise
    _must_be_open(slot_id)
    return False


def _must_be_open(slot_id: UUID) -> None:
    if Slot.objects.filter(id=slot_id, closed_at__isnull=False).exists():
        raise SlotClosed


def queue(slot_id: UUID, most: int) -> int:
    """Join the line of a slot; the number in it. Raises SlotClosed, WaitingListFull."""
    open_line = Slot.objects.filter(id=slot_id, closed_at=None, queued__lt=most)
    if not open_line.update(queued=F("queued") + 1, tickets=F("tickets") + 1):
        _must_be_open(slot_id)
        raise WaitingListFull
    number: int = Slot.objects.values_list("tickets", flat=True).get(id=slot_id)
    return number


def leave(booking: Booking, state: State, *, why: str = "", is_late: bool = False) -> None:
    """End a booking that is in force and give its place back; the slot is held already."""
    if booking.state == State.WAITING:
        Slot.objects.filter(id=booking.slot_id).update(queued=F("queued") - 1)
    else:
        Slot.objects.filter(id=booking.slot_id).update(taken=F("taken") - booking.party)
    booking.state, booking.why, booking.is_late, booking.ended_at = state, why, is_late, now()
    booking.answer_by = None
    settle(booking)


def settle(booking: Booking) -> None:
    """Write the booking, due again when something has to be said or decided about it."""
    booking.due_at = reminders.next_due(booking)
    booking.lease = None
    booking.save()
    if booking.due_at is not None:
        hint("due:bookings")


def promote(slot: Slot) -> list[Booking]:
    """Give free places to those who wait, strictly in their order; the slot is held already. Returns who got one.

    Nobody overtakes: while the first in line needs more places than are free, the others wait behind. Who needs more than there
    are in all since these became fewer is told so, and holds nobody up.
    """
    promoted: list[Booking] = []
    slot.refresh_from_db(fields=["taken", "queued", "capacity", "closed_at"])
    if slot.closed_at is not None or slot.starts_at <= now() or not slot.queued:
        return promoted
    line = Booking.objects.select_for_update(of=("self",)).filter(slot=slot, state=State.WAITING).order_by("number")
    for booking in line:
        if booking.party > slot.capacity:
            _send_away(slot.offer, booking)
            continue
        moved = Slot.objects.filter(id=slot.id, taken__lte=F("capacity") - booking.party)
        if not moved.update(taken=F("taken") + booking.party, queued=F("queued") - 1):
            break
        _give(slot.offer, booking)
        promoted.append(booking)
    return promoted


def _send_away(offer: Offer, booking: Booking) -> None:
    from backend.directory.bookings import notices

    booking.offer = offer
    leave(booking, State.CANCELLED, why="lapsed")
    record("booking.unanswered", about=booking)
    notices.tell(booking, "booking.unanswered")


def _give(offer: Offer, booking: Booking) -> None:
    from backend.directory.bookings import notices
    from backend.directory.bookings.rules import must_be_confirmed

    if offer.hold_hours:
        booking.state = State.OFFERED
        booking.answer_by = min(now() + timedelta(hours=offer.hold_hours), booking.starts_at)
    else:
        booking.state = State.REQUESTED if must_be_confirmed(offer, booking.person_id) else State.CONFIRMED
    settle(booking)
    record("booking.promoted", about=booking, state=str(booking.state), slot=booking.slot_id)
    notices.tell(booking, "booking.promoted" if booking.state != State.OFFERED else "booking.offered")
    if booking.state == State.REQUESTED:
        notices.ask_keepers(booking)
