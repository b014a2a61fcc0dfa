"""What the worker does about bookings: reminders, kept places that nobody took, places that closed meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from backend.core.clock import now
from backend.core.cron import every
from backend.core.due import DueLoop
from backend.core.due import register as register_loop
from backend.core.verb import record, verb
from backend.directory.bookings import closing, notices, places, reminders
from backend.directory.bookings.acting import held
from backend.directory.bookings.flow import ACTIVE, State
from backend.directory.bookings.slots import suspended
from backend.directory.models import Booking, Closure, Offer, Status
from backend.people.actor import Actor

WORKER = Actor.system("worker")
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@verb("booking.looked-at")
def look_at(actor: Actor, *, booking_id: UUID) -> Booking:
    """Do what is due about one booking: remind, pass a kept place to the next, end what nobody answered."""
    slot, booking = held(booking_id)
    moment = now()
    if booking.state == State.OFFERED and booking.answer_by is not None and booking.answer_by <= moment:
        _end(booking, "booking.lapsed")
        places.promote(slot)
    elif booking.state in (State.WAITING, State.REQUESTED) and booking.starts_at <= moment:
        _end(booking, "booking.unanswered")
    elif booking.state == State.CONFIRMED and booking.starts_at > moment:
        passed = reminders.reminders_passed(booking)
        if passed > booking.reminded:
            booking.reminded = passed
            notices.tell(booking, "booking.reminder", key=f"remind:{booking.id}:{passed}")
            record("booking.reminded", about=booking, number=passed)
        places.settle(booking)
    else:
        places.settle(booking)
    return booking


def _end(booking: Booking, topic: str) -> None:
    places.leave(booking, State.CANCELLED, why="lapsed")
    record(topic, about=booking)
    notices.tell(booking, topic)


@verb("offers.closed", audited=False)
def _close(actor: Actor, *, offer_id: UUID) -> int:
    return closing.close_coming([offer_id], why="closed")


def close_what_is_gone() -> int:
    """Cancel what is booked of offers that ended in the same moment, of services that are gone or suspended; how many bookings."""
    coming = Booking.objects.filter(state__in=ACTIVE, starts_at__gt=now())
    gone = Offer.objects.filter(
        ~Q(place__service__status=Status.ACTIVE) | Q(ended_at__isnull=False) | suspended(),
        id__in=coming.values("offer_id"),
    )
    return sum(_close(WORKER, offer_id=offer_id) for offer_id in list(gone.values_list("id", flat=True)))


@verb("place.closed", audited=False)
def _close_for(actor: Actor, *, closure_id: UUID) -> int:
    closure = Closure.objects.get(id=closure_id)
    return closing.close_between(closure.service_at_location_id, closure.starts_at, closure.ends_at or FOREVER)


def close_what_is_shut() -> int:
    """Cancel what is booked while a place is closed for a time; how many bookings."""
    meanwhile = Closure.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=OuterRef("starts_at")),
        service_at_location=OuterRef("offer__place"),
        ended_at=None,
        starts_at__lt=OuterRef("ends_at"),
    )
    coming = Booking.objects.filter(state__in=ACTIVE, ends_at__gt=now())
    shut = coming.annotate(closure=Subquery(meanwhile.values("id")[:1])).filter(closure__isnull=False)
    found = list(shut.order_by().values_list("closure", flat=True).distinct())
    return sum(_close_for(WORKER, closure_id=closure_id) for closure_id in found)


LOOP = DueLoop("bookings", Booking, lambda row: look_at(WORKER, booking_id=row.id), batch=50)


def register() -> None:
    """Let the worker run these."""
    register_loop(LOOP)
    every(seconds=300, name="bookings.gone")(close_what_is_gone)
    every(seconds=60, name="bookings.shut")(close_what_is_shut)
