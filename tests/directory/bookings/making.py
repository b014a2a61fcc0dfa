"""Places that can be booked, made for one test: a hairdresser of an organization, a hall of the community."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from backend.community.models import Division
from backend.core.clock import BEIJING, now, today
from backend.directory.bookings import acting, offers, slots
from backend.directory.hours import dump, parse
from backend.directory.models import (
    Booking,
    Location,
    Membership,
    Offer,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    Slot,
    TaxonomyTerm,
)
from backend.directory.schedules import rules
from backend.people.actor import Actor
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Member

SYSTEM = Actor.system("test")
MORNINGS = "Mo-Su 09:00-12:00"


def make_at(
    cast: Cast,
    *,
    organization: bool = True,
    category: str = "hair-beauty",
    hours: str = MORNINGS,
    community: Division | None = None,
) -> ServiceAtLocation:
    """A service at a place in the cast's community, open from nine to twelve every day unless told otherwise."""
    owner = Organization.objects.create(name="演示理发商户") if organization else None
    term = TaxonomyTerm.objects.get(code=category)
    service = Service.objects.create(name="演示理发", name_en="Demo Hair", category=term, organization=owner)
    location = Location(community=community or cast.community, address="演示路1号")
    location.place(116.4617, 39.9085)
    location.save()
    at = ServiceAtLocation.objects.create(
        service=service, location=location, hours=dump(parse(hours)) if hours else None, phone="010-00000000"
    )
    Schedule.objects.bulk_create(rules(at))
    return at


def make_offer(cast: Cast, **rules: Any) -> Offer:
    """Half hours from nine to twelve for one person each; `venue` makes it the community's."""
    is_venue, community = rules.pop("venue", False), rules.pop("community", cast.community)
    at = rules.pop("at", None) or make_at(cast, organization=not is_venue, community=community)
    rules = {"title": "剪发", "title_en": "Haircut", "lead_minutes": 0} | rules
    worker = cast.community_worker if community == cast.community else cast.other_community_worker
    actor = worker.actor if is_venue else SYSTEM
    made = offers.make_offer(actor, place_id=at.id, **rules)
    return slots.offer_to_book(made.id)


def make_provider(cast: Cast, offer: Offer, key: str = "provider") -> Member:
    """Somebody of the organization that keeps the offer."""
    member = cast.add(key, "演示商户邹")
    RoleGrant.objects.create(user=member.user, role=Role.PROVIDER, scope_kind="community", scope_id=cast.community.id)
    Membership.objects.create(person=member.user, organization_id=offer.organization_id)
    return member


def tomorrow(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """So many days from today, at this hour in Beijing."""
    return datetime.combine(today() + timedelta(days=days), time(hour, minute), BEIJING)


def make_session(offer: Offer, **told: Any) -> Slot:
    """A class of two hours the day after tomorrow."""
    told = {"start": tomorrow(14, days=2), "end": tomorrow(16, days=2), "capacity": 2, "title": "演示·书法课"} | told
    return offers.announce(SYSTEM, offer_id=offer.id, **told)


def book(member: Member, offer: Offer, start: datetime | None = None, **told: Any) -> Booking:
    return acting.book(member.actor, offer_id=offer.id, start=start or tomorrow(9), **told)


def until(moment: datetime) -> timedelta:
    """How far to move the clock to be just there."""
    return moment - now()
