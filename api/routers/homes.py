"""My homes, claims and their evidence, who lives in a home, what a landlord lets."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from api.edge import PERSON, Reply, Request, Router, access, language, page, page_of, perform
from api.routers.photos import UPLOAD, uploaded
from api.schemas.homes import (
    ClaimIn,
    ClaimOut,
    ClaimState,
    ConfirmIn,
    EndIn,
    EvidenceOut,
    MyHomesOut,
    OccupancyIn,
    OccupancyOut,
    OfferAnswered,
    OfferOut,
    RejectIn,
    ResidentOut,
    ResidentsOut,
)
from backend.people import evidence, homes, household, invitations, occupancy
from backend.people.models import HomeInvitation
from backend.people.roles import Can

router = Router(tags=["homes"])


@router.get("/me/homes", response=MyHomesOut)
@access(PERSON)
def my_homes(request: Request) -> MyHomesOut:
    """My claims and homes, the newest first, and homes that wait for me to say that I live there."""
    return MyHomesOut(
        items=[ResidentOut.of(line) for line in household.mine(request.actor)],
        offers=[OfferOut.of(offer) for offer in invitations.waiting(request.actor)],
    )


@router.post("/me/homes", response={201: ClaimOut})
@access(PERSON)
def claim_home(request: Request, body: ClaimIn) -> Reply:
    """Claim a home; pending until it is confirmed."""
    return perform(request, homes.claim, render=ClaimOut.of, status=201, **body.dict())


@router.post("/me/homes/{claim_id}/evidence", response={201: EvidenceOut}, openapi_extra=UPLOAD)
@access(PERSON)
def add_evidence(request: Request, claim_id: UUID) -> Reply:
    """Add a picture to my waiting claim: freed of its metadata, sealed, deleted 30 days after the decision."""
    file = uploaded(request)
    digest = hashlib.file_digest(file, "sha256").digest()
    file.seek(0)
    return perform(
        request, evidence.add, render=EvidenceOut.of, status=201, fingerprint=digest, claim_id=claim_id, file=file
    )


@router.post("/me/homes/{residency_id}/end", response=ClaimOut)
@access(PERSON)
def move_out(request: Request, residency_id: UUID, body: EndIn | None = None) -> Reply:
    """Move out, or withdraw my claim: the home is out of my sight at once."""
    reason = body.reason if body else "moved_out"
    return perform(request, homes.leave, render=ClaimOut.of, residency_id=residency_id, reason=reason)


@router.post("/me/homes/{offer_id}/accept", response=ClaimOut)
@access(PERSON)
def accept_home(request: Request, offer_id: UUID) -> Reply:
    """Say that I live in a home that was offered to me: confirmed at once."""
    return perform(request, invitations.accept, render=ClaimOut.of, invitation_id=offer_id)


@router.post("/me/homes/{offer_id}/decline", response=OfferAnswered)
@access(PERSON)
def decline_home(request: Request, offer_id: UUID) -> Reply:
    """Say that an offered home is not mine."""
    return perform(request, invitations.decline, render=OfferAnswered.of, invitation_id=offer_id)


@router.get("/claims", response=page_of(ResidentOut))
@access(Can.HOME_CONFIRM)
def claims(
    request: Request,
    state: ClaimState = "pending",
    compound_id: UUID | None = None,
    community_id: UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> dict[str, Any]:
    """The desk's queue of claims within its reach, the oldest first."""
    rows = household.queue(request.actor, state=state, compound_id=compound_id, community_id=community_id)

    def render_all(found: list[Any]) -> list[ResidentOut]:
        return [ResidentOut.of(line) for line in household.lines(request.actor, found)]

    return page(request, rows, lambda row: row, order=("created_at", "id"), render_all=render_all)


@router.post("/homes/{home_id}/claims/{claim_id}/confirm", response=ClaimOut)
@access(PERSON)
def confirm_claim(request: Request, home_id: UUID, claim_id: UUID, body: ConfirmIn | None = None) -> Reply:
    """Confirm a claim (desk, community worker, a verified owner; a landlord for those who are let in), with an end if need be."""
    until = body.until if body else None
    return perform(
        request, homes.decide, render=ClaimOut.of, home_id=home_id, claim_id=claim_id, confirmed=True, until=until
    )


@router.post("/homes/{home_id}/claims/{claim_id}/reject", response=ClaimOut)
@access(PERSON)
def reject_claim(request: Request, home_id: UUID, claim_id: UUID, body: RejectIn | None = None) -> Reply:
    """Reject a claim, and say why."""
    reason = body.reason if body else "other"
    return perform(
        request, homes.decide, render=ClaimOut.of, home_id=home_id, claim_id=claim_id, confirmed=False, reason=reason
    )


@router.get("/homes/{home_id}/claims/{claim_id}/evidence/{evidence_id}")
@access(PERSON)
def read_evidence(request: Request, home_id: UUID, claim_id: UUID, evidence_id: UUID) -> Reply:
    """The picture, for the claimant and for who may decide (whose look is audited)."""
    picture = evidence.read(request.actor, home_id=home_id, claim_id=claim_id, evidence_id=evidence_id)
    return picture_reply(picture)


def picture_reply(picture: bytes) -> HttpResponse:
    """A JPEG that no cache keeps."""
    response = HttpResponse(picture, content_type="image/jpeg")
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.get("/homes/{home_id}/residents", response=ResidentsOut)
@access(PERSON)
def residents(request: Request, home_id: UUID) -> ResidentsOut:
    """Who lives in a home and who asks to: for its owner or landlord, and the desks that reach it."""
    return ResidentsOut(items=[ResidentOut.of(line) for line in household.residents(request.actor, home_id)])


@router.post("/homes/{home_id}/residents/{residency_id}/end", response=ClaimOut)
@access(PERSON)
def end_residency(request: Request, home_id: UUID, residency_id: UUID, body: EndIn | None = None) -> Reply:
    """End a residency at once: the person, an owner or landlord for those let in, the desk."""
    reason = body.reason if body else "moved_out"
    return perform(request, homes.end, render=ClaimOut.of, home_id=home_id, residency_id=residency_id, reason=reason)


def _occupancy(request: Request, row: HomeInvitation) -> OccupancyOut:
    return OccupancyOut.of(occupancy.shown(request.actor, [row])[0])


@router.get("/homes/{home_id}/occupancy", response=page_of(OccupancyOut))
@access(PERSON)
def occupancies(request: Request, home_id: UUID, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """Who lives in what I let (its desk sees it too, names masked)."""
    rows = occupancy.of_home(request.actor, home_id)

    def render_all(found: list[HomeInvitation]) -> list[OccupancyOut]:
        return [OccupancyOut.of(one) for one in occupancy.shown(request.actor, found)]

    return page(request, rows, lambda row: row, order=("-created_at", "id"), render_all=render_all)


@router.post("/homes/{home_id}/occupancy", response={201: OccupancyOut})
@access(PERSON)
def register_occupancy(request: Request, home_id: UUID, body: OccupancyIn) -> Reply:
    """Register who lives in what I own or let, until a time; by phone they are invited and take it by their own login."""
    return perform(
        request,
        occupancy.register,
        render=lambda row: _occupancy(request, row),
        status=201,
        home_id=home_id,
        language=language(request),
        **body.dict(),
    )


@router.post("/homes/{home_id}/occupancy/{occupancy_id}/end", response=OccupancyOut)
@access(PERSON)
def end_occupancy(request: Request, home_id: UUID, occupancy_id: UUID, body: EndIn | None = None) -> Reply:
    """End an occupancy at once, and what the tenant saw through it."""
    return perform(
        request,
        occupancy.end,
        render=lambda row: _occupancy(request, row),
        home_id=home_id,
        occupancy_id=occupancy_id,
        reason=body.reason if body else "lease_over",
    )
