"""Where a service, a place or an organization belongs, and by which office somebody acts there."""

from __future__ import annotations

from uuid import UUID

from backend.community.models import Division
from backend.core.errors import Forbidden
from backend.directory.models import Location
from backend.people.actor import Actor
from backend.people.roles import TABLE, Can


def communities_of_service(service_id: UUID) -> set[UUID | None]:
    """The communities of a service's places; None among them where one lies in no community, empty when it has no place."""
    return set(Location.objects.filter(service_at_locations__service=service_id).values_list("community_id", flat=True))


def communities_of_organization(organization_id: UUID) -> set[UUID | None]:
    """The communities of all the places of an organization's services."""
    found = Location.objects.filter(service_at_locations__service__organization=organization_id)
    return set(found.values_list("community_id", flat=True))


def review_in(actor: Actor, communities: set[UUID | None], *, everywhere: bool = False) -> Division:
    """The office by which the actor reviews the directory there. Raises Forbidden.

    It must reach one of the communities, with `everywhere` each of them. What lies in no community is the district's.
    """
    reached = [place for place in communities if actor.may(Can.DIRECTORY_REVIEW, community=place)]
    is_enough = len(reached) == len(communities) if everywhere else bool(reached)
    if not (is_enough and reached) and not actor.reach(Can.DIRECTORY_REVIEW).everywhere:
        raise Forbidden
    held = {grant.scope_id for grant in actor.grants if Can.DIRECTORY_REVIEW in TABLE[grant.role]}
    for community in Division.objects.filter(id__in=[place for place in reached if place]).select_related(
        "parent__parent"
    ):
        line = community.upwards()
        if office := next((division for division in line if division.id in held), None):
            return office
    if office := Division.objects.filter(id__in=held).order_by("code").first():
        return office
    office = Division.objects.filter(kind=Division.Kind.DISTRICT).order_by("code").first()
    if office is None:
        raise Forbidden
    return office
