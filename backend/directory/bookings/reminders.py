"""When something is due about a booking: a reminder the day before and two hours before, the end of an offer that was kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.core.clock import now
from backend.directory.bookings.flow import State
from backend.directory.models import Booking

REMINDERS = (timedelta(hours=24), timedelta(hours=2))
"""Before the hour; one that is already past when the booking is made is left out."""


def next_due(booking: Booking) -> datetime | None:
    """The next moment at which the worker must look at this booking; None: never again."""
    if booking.state in (State.OFFERED, State.REQUESTED, State.WAITING):
        return booking.answer_by or booking.starts_at
    if booking.state != State.CONFIRMED:
        return None
    coming = [booking.starts_at - before for before in REMINDERS[booking.reminded :]]
    return next((at for at in coming if at > now()), None)


def reminders_passed(booking: Booking) -> int:
    """How many of the reminders have had their moment by now."""
    return sum(booking.starts_at - before <= now() for before in REMINDERS)
