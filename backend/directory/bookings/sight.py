"""Who keeps an offer, and who sees which bookings: the one place that says so (the database repeats it as a wall)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core.errors import NotFound
from backend.people.actor import Actor
from backend.people.roles import Can

if TYPE_CHECKING:
    from backend.directory.models import Booking, Offer  # noqa: F401 - named below


def _organizations(actor: Actor) -> set[UUID]:
    from backend.directory.intake.membership import organizations_of  # it reads the tables that this room's tables name

    return organizations_of(actor)


def kept_by(actor: Actor, prefix: str = "") -> Q:
    """A condition on offers (or, with `offer__`, on what belongs to them): those that the actor keeps.

    An organization's offers are kept by its people, a community's venues by its community workers.
    """
    if actor.kind == "system":
        return Q()
    if actor.kind != "person" or not actor.may(Can.BOOKING_KEEP):
        return Q(pk__in=[])
    venues = actor.reach(Can.VENUE_KEEP)
    theirs = Q(**{f"{prefix}organization_id__in": _organizations(actor)})
    if venues.everywhere:
        return theirs | Q(**{f"{prefix}community_id__isnull": False})
    return theirs | Q(**{f"{prefix}community_id__in": venues.communities})


def keeps(actor: Actor, offer: Offer) -> bool:
    """Whether the actor keeps this offer."""
    if actor.kind == "system":
        return True
    if not actor.may(Can.BOOKING_KEEP):
        return False
    if offer.organization_id is not None:
        return offer.organization_id in _organizations(actor)
    return actor.may(Can.VENUE_KEEP, community=offer.community_id)


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, actor: Actor) -> BookingQuerySet:
        """One's own (a delegate reads the person's), and those at offers that one keeps."""
        if actor.kind == "system":
            return self
        if actor.kind != "person":
            return self.none()
        return self.filter(Q(person_id=actor.person_id) | kept_by(actor, "offer__"))


def offer_of(actor: Actor, offer_id: UUID, *, lock: bool = False) -> Offer:
    """An offer that the actor keeps. Raises NotFound."""
    from backend.directory.models import Booking, Offer  # noqa: F401 - named below

    rows = Offer.objects.select_related("place__location", "place__service")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    offer = rows.filter(id=offer_id).first()
    if offer is None or not keeps(actor, offer):
        raise NotFound
    return offer
