"""The credit record of a provider, gathered: certified by whom and since when, suspended why, complaints, ratings.

It is about services and organizations. Nothing here, and nothing anywhere, gives a resident a score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.core.clock import now
from backend.core.cron import every
from backend.core.verb import record, verb
from backend.directory import complaints
from backend.directory.models import Certification, Service, Suspension
from backend.people.actor import Actor


@dataclass(frozen=True)
class Credit:
    """What is known of a service's standing now. `is_certified` without `certification`: a source says so, no office of ours."""

    is_certified: bool
    certification: Certification | None
    suspension: Suspension | None
    past_suspensions: list[Suspension]
    complaints: int
    rating: float | None
    rating_count: int


def live_certifications(at: datetime) -> QuerySet[Certification]:
    """What holds at an instant."""
    return Certification.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), withdrawn_at__isnull=True, since__lte=at
    )


def live_suspensions(at: datetime) -> QuerySet[Suspension]:
    """What holds at an instant."""
    return Suspension.objects.filter(Q(until__isnull=True) | Q(until__gt=at), restored_at__isnull=True, since__lte=at)


def of(service: Service) -> Credit:
    """The record of one service and of the organization behind it (three reads)."""
    at = now()
    stopped = list(
        Suspension.objects.filter(_stops(service.id, service.organization_id))
        .select_related("division")
        .order_by("-since")
    )
    live = next((row for row in stopped if row.restored_at is None and (row.until is None or row.until > at)), None)
    return Credit(
        is_certified=service.is_certified and live is None,
        certification=live_certifications(at).filter(service=service).select_related("division").first(),
        suspension=live,
        past_suspensions=[row for row in stopped if row is not live],
        complaints=complaints.confirmed(service.id),
        rating=service.rating,
        rating_count=service.rating_count,
    )


def _stops(service_id: UUID, organization_id: UUID | None) -> Q:
    found = Q(service_id=service_id)
    return found | Q(organization_id=organization_id) if organization_id else found


def settle(services: QuerySet[Service]) -> int:
    """Make `is_certified` of these services what their records say; returns how many changed. Call inside a verb.

    A mark that only a source told stays, but for a suspension; a suspension takes it, and its end does not give it back.
    """
    at = now()
    stopped = live_suspensions(at)
    suspended = Q(id__in=stopped.filter(service__isnull=False).values("service")) | Q(
        organization_id__in=stopped.filter(organization__isnull=False).values("organization")
    )
    certified = Q(id__in=live_certifications(at).values("service"))
    recorded = Q(id__in=Certification.objects.values("service"))
    lost = services.filter(is_certified=True).filter(suspended | (recorded & ~certified))
    won = services.filter(certified, is_certified=False).exclude(suspended)
    changed = lost.update(is_certified=False, last_modified=at)
    return changed + won.update(is_certified=True, last_modified=at)


def services_of(ids: Iterable[UUID]) -> QuerySet[Service]:
    """The services with these ids."""
    return Service.objects.filter(id__in=list(ids))


@verb("directory.credit-settled", audited=False)
def settle_all(actor: Actor) -> int:
    """What ran out since the last time loses the mark, what a suspension held back returns."""
    touched = Q(id__in=Certification.objects.values("service")) | Q(is_certified=True)
    changed = settle(Service.objects.filter(touched))
    if changed:
        record("directory.credit-settled", about=None, changed=changed)
    return changed


@every(seconds=3600, name="directory.credit")
def settle_hourly() -> None:
    settle_all(Actor.system("directory.credit"))
