"""One service, whole; and what an office tells of services, places and providers: facts, the certified mark, suspensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from api.edge import PUBLIC, Reply, Request, Router, access, language, must_match, perform, single
from api.schemas.service_edits import (
    CertifyIn,
    CreditReasonIn,
    LocationEditIn,
    OrganizationEditIn,
    ServiceEditIn,
    SuspensionIn,
)
from api.schemas.services import EditedOut, ServiceOut, SuspensionOut
from backend.directory import catalogue, credit_acting, describing
from backend.directory.models import Suspension
from backend.people.roles import Can

router = Router(tags=["directory"])

DIRECTORY = PUBLIC("the directory of services is public")


@router.get("/services/{service_id}", response=ServiceOut)
@access(DIRECTORY)
def get_service(request: Request, service_id: UUID) -> Reply:
    """One service with its provider and credit record, places, hours in rules and words, costs, documents, contacts, the guide."""
    tongue = language(request)
    return single(request, catalogue.detail(service_id), lambda found: ServiceOut.of(found, tongue))


@router.patch("/services/{service_id}", response=ServiceOut)
@access(Can.DIRECTORY_REVIEW)
def edit_service(request: Request, service_id: UUID, body: ServiceEditIn) -> Reply:
    """Change facts and lists of a service. What is not named stays; a list replaces the whole list. `If-Match` is honoured."""
    tongue = language(request)
    check = must_match(request, lambda: ServiceOut.of(catalogue.detail(service_id), tongue))
    return _answered(request, describing.describe_service, service_id, check=check, **body.told())


@router.patch("/locations/{location_id}", response=EditedOut)
@access(Can.DIRECTORY_REVIEW)
def edit_location(request: Request, location_id: UUID, body: LocationEditIn) -> Reply:
    """Change facts of a place: address, how to get there, access."""
    return perform(request, describing.describe_location, render=EditedOut.of, location_id=location_id, **body.told())


@router.patch("/organizations/{organization_id}", response=EditedOut)
@access(Can.DIRECTORY_REVIEW)
def edit_organization(request: Request, organization_id: UUID, body: OrganizationEditIn) -> Reply:
    """Change facts of a provider: names, contacts, identifiers (a 统一社会信用代码 must have its check digit), programmes."""
    return perform(
        request, describing.describe_organization, render=EditedOut.of, organization_id=organization_id, **body.told()
    )


@router.post("/services/{service_id}/certify", response=ServiceOut)
@access(Can.DIRECTORY_REVIEW)
def certify(request: Request, service_id: UUID, body: CertifyIn) -> Reply:
    """Vouch for a service by one's office; 409 `already-certified`."""
    return _answered(request, credit_acting.certify, service_id, until=body.until)


@router.post("/services/{service_id}/withdraw", response=ServiceOut)
@access(Can.DIRECTORY_REVIEW)
def withdraw(request: Request, service_id: UUID, body: CreditReasonIn) -> Reply:
    """Take the certified mark back; 409 `not-certified`."""
    return _answered(request, credit_acting.withdraw, service_id, reason=body.reason)


@router.post("/services/{service_id}/suspend", response=ServiceOut)
@access(Can.DIRECTORY_REVIEW)
def suspend(request: Request, service_id: UUID, body: SuspensionIn) -> Reply:
    """Suspend one service, with a public reason; 409 `already-suspended`."""
    return _answered(request, credit_acting.suspend, service_id, reason=body.reason, until=body.until)


@router.post("/services/{service_id}/restore", response=ServiceOut)
@access(Can.DIRECTORY_REVIEW)
def restore(request: Request, service_id: UUID) -> Reply:
    """End the suspension of a service; 409 `not-suspended`."""
    return _answered(request, credit_acting.restore, service_id)


@router.post("/organizations/{organization_id}/suspend", response=SuspensionOut)
@access(Can.DIRECTORY_REVIEW)
def suspend_organization(request: Request, organization_id: UUID, body: SuspensionIn) -> Reply:
    """Suspend a provider with all of its services, by an office that reaches all of its places."""
    told: dict[str, Any] = {"organization_id": organization_id, "reason": body.reason, "until": body.until}
    return perform(request, credit_acting.suspend, render=_suspension(request), **told)


@router.post("/organizations/{organization_id}/restore", response=SuspensionOut)
@access(Can.DIRECTORY_REVIEW)
def restore_organization(request: Request, organization_id: UUID) -> Reply:
    """End the suspension of a provider."""
    return perform(request, credit_acting.restore, render=_suspension(request), organization_id=organization_id)


def _answered(request: Request, verb: Any, service_id: UUID, **keywords: Any) -> Reply:
    """Run a verb about a service and answer with how it reads now."""
    tongue = language(request)
    return perform(
        request,
        verb,
        render=lambda _: ServiceOut.of(catalogue.detail(service_id), tongue),
        service_id=service_id,
        **keywords,
    )


def _suspension(request: Request) -> Callable[[Suspension], SuspensionOut]:
    tongue = language(request)
    return lambda row: SuspensionOut.of(row, tongue)
