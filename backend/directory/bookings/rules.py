"""An offer's rules for one person: how many bookings, who is confirmed by hand. This keeper's rule, never a score of people."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection

from backend.core.clock import now
from backend.directory.bookings.errors import BookingLimit, wrong
from backend.directory.bookings.flow import ACTIVE, State
from backend.directory.models import Booking, Offer

WINDOW = timedelta(days=90)


def one_at_a_time(offer: Offer, person_id: UUID) -> None:
    """Let a person's bookings of one offer be made one after another, so that they can be counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bookings:{offer.id}:{person_id}"])


def check_limit(offer: Offer, person_id: UUID) -> None:
    """Raise BookingLimit when the person has as many coming bookings of the offer as one may have."""
    coming = Booking.objects.filter(offer=offer, person_id=person_id, state__in=ACTIVE, ends_at__gt=now())
    if offer.person_limit and coming.count() >= offer.person_limit:
        raise BookingLimit(limit=offer.person_limit)


def check_party(offer: Offer, party: int, *, most: int | None = None) -> None:
    """Raise Invalid unless so many may come together, and so many places there are (`most`)."""
    limit = offer.party_most if most is None else min(offer.party_most, most)
    if not 1 <= party <= limit:
        wrong("party", "party-size", f"1 to {limit} people", f"人数须为 1 到 {limit}")


def must_be_confirmed(offer: Offer, person_id: UUID) -> bool:
    """Whether the keeper says yes first: by the offer's rule, or because this person stayed away too often at this keeper's."""
    if offer.needs_confirmation:
        return True
    if not offer.no_show_limit:
        return False
    missed = Booking.objects.filter(person_id=person_id, state=State.NO_SHOW, starts_at__gt=now() - WINDOW)
    if offer.organization_id is not None:
        missed = missed.filter(offer__organization_id=offer.organization_id)
    else:
        missed = missed.filter(offer__community_id=offer.community_id)
    return missed.count() >= offer.no_show_limit
