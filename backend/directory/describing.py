"""Tell more of a service, a place or an organization: by an office that reviews the directory there. Audited by what was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from backend.core.errors import Conflict, NotFound
from backend.core.verb import record, verb
from backend.directory import details
from backend.directory.details import Facts, Lists
from backend.directory.models import Location, Organization, OrganizationIdentifier, Service
from backend.directory.places_of import communities_of_organization, communities_of_service, review_in
from backend.people.actor import Actor

R = TypeVar("R", Service, Location, Organization)
Check = Callable[[], None]


class IdentifierTaken(Conflict):
    """Another organization holds this identifier."""

    code, zh = "identifier-taken", "该代码已登记在另一机构名下"


@verb("service.described")
def describe_service(
    actor: Actor, *, service_id: UUID, facts: Facts, lists: Lists, check: Check | None = None
) -> Service:
    """Change facts and lists of a service (see `details`). `check` runs once it is held. Raises NotFound, Forbidden, Invalid."""
    row = _held(Service.objects.all(), service_id)
    review_in(actor, communities_of_service(row.id))
    _check(check)
    told = details.put(row, facts, lists)
    record("service.described", about=row, told=told)
    return row


@verb("location.described")
def describe_location(
    actor: Actor, *, location_id: UUID, facts: Facts, lists: Lists, check: Check | None = None
) -> Location:
    """Change facts and lists of a place. Raises NotFound, Forbidden, Invalid."""
    row = _held(Location.objects.all(), location_id)
    review_in(actor, {row.community_id})
    _check(check)
    told = details.put(row, facts, lists)
    details.touch(Service.objects.filter(service_at_locations__location=row))
    record("location.described", about=row, told=told)
    return row


@verb("organization.described")
def describe_organization(
    actor: Actor, *, organization_id: UUID, facts: Facts, lists: Lists, check: Check | None = None
) -> Organization:
    """Change facts and lists of an organization. Raises NotFound, Forbidden, Invalid, IdentifierTaken."""
    row = _held(Organization.objects.all(), organization_id)
    review_in(actor, communities_of_organization(row.id), everywhere=True)
    _check(check)
    for item in lists.get("identifiers", []):
        same = OrganizationIdentifier.objects.filter(
            scheme=item.get("scheme", "CN-USCC"), identifier=item["identifier"]
        )
        if same.exclude(organization=row).exists():
            raise IdentifierTaken
    told = details.put(row, facts, lists)
    details.touch(Service.objects.filter(organization=row))
    record("organization.described", about=row, told=told)
    return row


def _held(rows: QuerySet[R], id: UUID) -> R:
    found = rows.select_for_update(of=("self",)).filter(id=id).first()
    if found is None:
        raise NotFound
    return found


def _check(check: Check | None) -> None:
    if check is not None:
        check()
