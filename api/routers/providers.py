"""Providers keep their own entries: applications, members, proposals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Query

from api.edge import PERSON, Reply, Request, Router, access, language, page, page_of, perform
from api.routers.corrections import QueueQuery
from api.schemas.intake import (
    ApplicationIn,
    ApplicationOut,
    DecisionReasonIn,
    MemberOut,
    MembershipOut,
    OwnOrganizationOut,
    OwnOrganizationsOut,
    OwnServiceOut,
    ProposalIn,
    ProposalOut,
    name_of,
)
from backend.core.errors import FieldError, Invalid
from backend.core.queries import looking_up
from backend.directory.intake import proposals, providers, queue
from backend.directory.intake.membership import organizations_of
from backend.directory.models import Application, Membership, Organization, Proposal, Service
from backend.people.roles import Can

router = Router(tags=["providers"])


def _proposed(request: Request) -> Any:
    return lambda row: ProposalOut.of(row, language(request))


@router.post("/providers/applications", response={201: ApplicationOut})
@access(PERSON)
def apply_for(request: Request, body: ApplicationIn) -> Reply:
    """Ask to act for an organization; the officers of its place decide."""
    return perform(request, providers.apply_for, render=ApplicationOut.of, status=201, **body.dict())


@router.get("/providers/applications", response=page_of(ApplicationOut))
@access(PERSON)
def applications(request: Request) -> dict[str, Any]:
    """One's own applications, newest first."""
    rows = Application.objects.select_related("category").filter(person_id=request.actor.must_be_known())
    return page(request, rows, ApplicationOut.of)


@router.post("/providers/applications/{uuid:application_id}/withdraw", response=ApplicationOut)
@access(PERSON)
def withdraw_application(request: Request, application_id: UUID) -> Reply:
    """Take one's application back."""
    return perform(request, providers.withdraw, render=ApplicationOut.of, application_id=application_id)


@router.get("/directory/applications", response=page_of(ApplicationOut))
@access(Can.DIRECTORY_REVIEW)
def waiting_applications(request: Request, query: Query[QueueQuery]) -> dict[str, Any]:
    """The applications of the reader's communities, oldest first."""
    with looking_up("directory queue"):
        rows = queue.within(request.actor, Application, state=query.state).select_related("category")
        return page(request, rows, ApplicationOut.of, order=("created_at", "id"))


@router.post("/directory/applications/{uuid:application_id}/approve", response=ApplicationOut)
@access(Can.DIRECTORY_REVIEW)
def approve_application(request: Request, application_id: UUID) -> Reply:
    """Let the applicant act for the organization; the role comes with it."""
    return perform(request, providers.approve, render=ApplicationOut.of, application_id=application_id)


@router.post("/directory/applications/{uuid:application_id}/refuse", response=ApplicationOut)
@access(Can.DIRECTORY_REVIEW)
def refuse_application(request: Request, application_id: UUID, body: DecisionReasonIn) -> Reply:
    """The applicant is told why not."""
    return perform(
        request, providers.refuse, render=ApplicationOut.of, application_id=application_id, reason=body.reason
    )


@router.get("/providers/mine", response=OwnOrganizationsOut)
@access(PERSON)
def mine(request: Request) -> OwnOrganizationsOut:
    """The organizations that one acts for, with their members and services."""
    own, tongue = organizations_of(request.actor), language(request)
    with looking_up("own organizations"):
        members = list(Membership.objects.filter(organization__in=own, ended_at=None).order_by("since"))
    services = list(Service.objects.select_related("category").filter(organization__in=own).order_by("name", "id"))
    shown = [
        OwnOrganizationOut(
            id=one.id,
            name=one.name,
            members=[
                MemberOut(id=m.id, is_me=m.person_id == request.actor.person_id, since=m.since)
                for m in members
                if m.organization_id == one.id
            ],
            services=[
                OwnServiceOut(id=s.id, name=name_of(s, tongue), status=s.status)
                for s in services
                if s.organization_id == one.id
            ],
        )
        for one in Organization.objects.filter(id__in=own).order_by("name")
    ]
    return OwnOrganizationsOut(items=shown)


@router.post("/providers/members/{uuid:membership_id}/end", response=MembershipOut)
@access(PERSON)
def end_membership(request: Request, membership_id: UUID) -> Reply:
    """End a membership: one's own, a fellow member's, or as an officer of the place; with the last one the role goes."""
    return perform(request, providers.end_membership, render=MembershipOut.of, membership_id=membership_id)


@router.post("/providers/proposals", response={201: ProposalOut})
@access(Can.SERVICE_OFFER)
def propose(request: Request, body: ProposalIn) -> Reply:
    """Ask for a change, a new service, or for a listed service as one's organization's."""
    wanted = body.wanted.given() if body.wanted else {}
    render = _proposed(request)
    if body.service_id and body.organization_id:
        return perform(
            request,
            proposals.claim,
            render=render,
            status=201,
            organization_id=body.organization_id,
            service_id=body.service_id,
        )
    if body.service_id:
        return perform(request, proposals.propose, render=render, status=201, service_id=body.service_id, wanted=wanted)
    if body.organization_id is None:
        raise Invalid(FieldError("/service_id", "required", "say which service or organization", "请指明服务或单位"))
    return perform(
        request,
        proposals.propose_new,
        render=render,
        status=201,
        organization_id=body.organization_id,
        category=body.category,
        wanted=wanted,
    )


@router.get("/providers/proposals", response=page_of(ProposalOut))
@access(Can.SERVICE_OFFER)
def own_proposals(request: Request) -> dict[str, Any]:
    """What was proposed for one's organizations, newest first."""
    with looking_up("own proposals"):
        rows = Proposal.objects.filter(organization__in=organizations_of(request.actor))
        return page(request, rows.select_related("service__category"), _proposed(request))


@router.post("/providers/proposals/{uuid:proposal_id}/withdraw", response=ProposalOut)
@access(Can.SERVICE_OFFER)
def withdraw_proposal(request: Request, proposal_id: UUID) -> Reply:
    """Take a waiting proposal back."""
    return perform(request, proposals.withdraw, render=_proposed(request), proposal_id=proposal_id)


@router.get("/directory/proposals", response=page_of(ProposalOut))
@access(Can.DIRECTORY_REVIEW)
def waiting_proposals(request: Request, query: Query[QueueQuery]) -> dict[str, Any]:
    """The proposals of the reader's communities, oldest first, field by field: what it is, what it is to be."""
    with looking_up("directory queue"):
        rows = queue.within(request.actor, Proposal, state=query.state).select_related("service__category")
        return page(request, rows, _proposed(request), order=("created_at", "id"))


@router.post("/directory/proposals/{uuid:proposal_id}/approve", response=ProposalOut)
@access(Can.DIRECTORY_REVIEW)
def approve_proposal(request: Request, proposal_id: UUID) -> Reply:
    """Write it. 409 `proposal-stale` when the service was changed since."""
    return perform(request, proposals.approve, render=_proposed(request), proposal_id=proposal_id)


@router.post("/directory/proposals/{uuid:proposal_id}/refuse", response=ProposalOut)
@access(Can.DIRECTORY_REVIEW)
def refuse_proposal(request: Request, proposal_id: UUID, body: DecisionReasonIn) -> Reply:
    """It is not written; who proposed it is told why."""
    return perform(request, proposals.refuse, render=_proposed(request), proposal_id=proposal_id, reason=body.reason)
