"""Certify, withdraw, suspend, restore: by the office of the place, audited, said in public."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Invalid, NotFound
from backend.core.verb import record, verb
from backend.directory import credit
from backend.directory.intake.membership import must_be_anothers
from backend.directory.models import Certification, Organization, Service, Suspension
from backend.directory.places_of import communities_of_organization, communities_of_service, review_in
from backend.people.actor import Actor


class AlreadyCertified(Conflict):
    """This service is certified already."""

    code, zh = "already-certified", "该服务已是认证服务"


class NotCertified(Conflict):
    """This service is not certified."""

    code, zh = "not-certified", "该服务未经认证"


class AlreadySuspended(Conflict):
    """This provider is suspended already."""

    code, zh = "already-suspended", "该服务商已被暂停"


class NotSuspended(Conflict):
    """This provider is not suspended."""

    code, zh = "not-suspended", "该服务商未被暂停"


@verb("service.certified")
def certify(actor: Actor, *, service_id: UUID, until: datetime | None = None) -> Service:
    """Vouch for a service until a moment (UTC; None: until withdrawn).

    Raises NotFound, Forbidden, OwnMatter, AlreadyCertified, Invalid.
    """
    service = _service(service_id)
    office = review_in(actor, communities_of_service(service_id))
    must_be_anothers(actor, service.organization_id)
    _later(until)
    if credit.live_certifications(now()).filter(service=service).exists():
        raise AlreadyCertified
    Certification.objects.filter(service=service, withdrawn_at__isnull=True).update(
        withdrawn_at=now()
    )  # it had run out
    made = Certification.objects.create(service=service, division=office, until=until)
    _settle(service)
    record("service.certified", about=service, certification=str(made.id), division=str(office.id))
    return service


@verb("service.certification-withdrawn")
def withdraw(actor: Actor, *, service_id: UUID, reason: str) -> Service:
    """Take the mark back. Raises NotFound, Forbidden, OwnMatter, NotCertified, Invalid."""
    service = _service(service_id)
    review_in(actor, communities_of_service(service_id))
    must_be_anothers(actor, service.organization_id)
    found = Certification.objects.filter(service=service, withdrawn_at__isnull=True).first()
    if found is None and not service.is_certified:
        raise NotCertified
    why = _reason(reason)
    if found is not None:
        found.withdrawn_at, found.reason = now(), why
        found.save(update_fields=["withdrawn_at", "reason"])
    service.is_certified, service.last_modified = False, now()
    service.save(update_fields=["is_certified", "last_modified"])
    record("service.certification-withdrawn", about=service)
    return service


@verb("provider.suspended")
def suspend(
    actor: Actor,
    *,
    reason: str,
    until: datetime | None = None,
    service_id: UUID | None = None,
    organization_id: UUID | None = None,
) -> Suspension:
    """Stop one service, or an organization (by an office that reaches all of its places). The reason is public.

    Raises NotFound, Forbidden, OwnMatter, AlreadySuspended, Invalid.
    """
    about, places, is_whole = _provider(service_id, organization_id)
    office = review_in(actor, places, everywhere=is_whole)
    must_be_anothers(actor, _organization_of(about))
    why = _reason(reason)
    _later(until)
    mine = _suspensions(about).filter(restored_at__isnull=True)
    if credit.live_suspensions(now()).filter(id__in=mine.values("id")).exists():
        raise AlreadySuspended
    for over in mine:
        over.restored_at = over.until
        over.save(update_fields=["restored_at"])
    made = Suspension.objects.create(
        service_id=service_id, organization_id=organization_id, division=office, reason=why, until=until
    )
    _settle(about)
    record("provider.suspended", about=about, suspension=str(made.id), division=str(office.id))
    return made


@verb("provider.restored")
def restore(actor: Actor, *, service_id: UUID | None = None, organization_id: UUID | None = None) -> Suspension:
    """End a suspension. Raises NotFound, Forbidden, OwnMatter, NotSuspended."""
    about, places, is_whole = _provider(service_id, organization_id)
    review_in(actor, places, everywhere=is_whole)
    must_be_anothers(actor, _organization_of(about))
    found = credit.live_suspensions(now()).filter(id__in=_suspensions(about).values("id")).first()
    if found is None:
        raise NotSuspended
    found.restored_at = now()
    found.save(update_fields=["restored_at"])
    _settle(about)
    record("provider.restored", about=about, suspension=str(found.id))
    return found


def _service(service_id: UUID) -> Service:
    found = Service.objects.select_for_update(of=("self",)).filter(id=service_id).first()
    if found is None:
        raise NotFound
    return found


def _provider(
    service_id: UUID | None, organization_id: UUID | None
) -> tuple[Service | Organization, set[UUID | None], bool]:
    if service_id is not None:
        return _service(service_id), communities_of_service(service_id), False
    rows = Organization.objects.select_for_update()
    found = rows.filter(id=organization_id).first() if organization_id is not None else None
    if found is None:
        raise NotFound
    return found, communities_of_organization(found.id), True


def _organization_of(about: Service | Organization) -> UUID | None:
    return about.id if isinstance(about, Organization) else about.organization_id


def _suspensions(about: Service | Organization) -> QuerySet[Suspension]:
    whose = Q(organization=about) if isinstance(about, Organization) else Q(service=about)
    return Suspension.objects.filter(whose)


def _settle(about: Service | Organization) -> None:
    mine = (
        Service.objects.filter(organization=about)
        if isinstance(about, Organization)
        else credit.services_of([about.id])
    )
    mine.update(last_modified=now())  # who mirrors the directory reads the mark and the suspension anew
    credit.settle(mine)
    about.refresh_from_db()


def _reason(text: str) -> str:
    if not (text := text.strip()):
        raise Invalid(FieldError("/reason", "missing", "say why: it is public", "请写明原因，将对外公示"))
    if len(text) > 300:
        raise Invalid(FieldError("/reason", "too-long", "at most 300 characters", "最多 300 字"))
    return text


def _later(until: datetime | None) -> None:
    if until is not None and until <= now():
        raise Invalid(FieldError("/until", "past", "must lie ahead", "须为将来的时间"))
