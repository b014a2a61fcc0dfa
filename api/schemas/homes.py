"""Shapes of claims, residents and occupancies."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from backend.people.homes import ENDINGS, REJECTIONS
from backend.people.household import Line
from backend.people.invitations import Offer
from backend.people.models import ClaimEvidence, HomeInvitation, Residency
from backend.people.occupancy import Occupancy

Relation = Literal["owner", "tenant", "family", "carer", "landlord"]
ClaimState = Literal["pending", "confirmed", "rejected", "ended"]
Rejection = Literal[REJECTIONS]  # type: ignore[valid-type]
Ending = Literal[ENDINGS]  # type: ignore[valid-type]


class ClaimIn(Schema):
    home_id: UUID
    relation: Relation
    evidence: str = Field("", max_length=1000, description="what shows that you live there; only who decides reads it")
    until: AwareDatetime | None = None


class ConfirmIn(Schema):
    until: AwareDatetime | None = Field(None, description="the first moment at which the residency no longer holds")


class RejectIn(Schema):
    reason: Rejection = "other"


class EndIn(Schema):
    reason: Ending = "moved_out"


class ClaimOut(Schema):
    id: UUID
    home_id: UUID
    relation: str
    state: str
    until: datetime | None
    reason: str = Field("", description="why it was rejected, or how it ended")

    @classmethod
    def of(cls, row: Residency) -> ClaimOut:
        return cls(
            id=row.id,
            home_id=row.home_id,
            relation=row.relation,
            state=row.state,
            until=row.until,
            reason=row.ended_why,
        )


class PlaceOfHome(Schema):
    id: UUID
    name: str
    kind: str
    address: str
    building_id: UUID
    compound_id: UUID
    community_id: UUID


class ResidentOut(Schema):
    """One person's claim on, or place in, a home. `evidence_text` and `evidence` are empty for whom they do not concern."""

    id: UUID
    person_id: UUID
    name: str = Field(description="masked, except one's own")
    phone: str = Field(description="masked")
    home: PlaceOfHome
    relation: str
    state: str
    until: datetime | None
    reason: str
    evidence_text: str
    evidence: list[UUID]
    created_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    waits_seconds: int
    can_decide: bool
    can_end: bool

    @classmethod
    def of(cls, line: Line) -> ResidentOut:
        return cls(
            id=line.id,
            person_id=line.person_id,
            name=line.name,
            phone=line.phone,
            home=PlaceOfHome(
                id=line.home_id,
                name=line.home_name,
                kind=line.home_kind,
                address=line.address,
                building_id=line.building_id,
                compound_id=line.compound_id,
                community_id=line.community_id,
            ),
            relation=line.relation,
            state=line.state,
            until=line.until,
            reason=line.reason,
            evidence_text=line.told,
            evidence=line.evidence,
            created_at=line.created_at,
            decided_at=line.decided_at,
            ended_at=line.ended_at,
            waits_seconds=line.waits_seconds,
            can_decide=line.can_decide,
            can_end=line.can_end,
        )


class ResidentsOut(Schema):
    items: list[ResidentOut]
    next: str | None = None


class OfferOut(Schema):
    """A home that waits for me to say that I live there."""

    id: UUID
    kind: str
    home_id: UUID
    address: str
    relation: str
    until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, offer: Offer) -> OfferOut:
        return cls.model_validate(offer, from_attributes=True)


class MyHomesOut(Schema):
    items: list[ResidentOut]
    offers: list[OfferOut]
    next: str | None = None


class EvidenceOut(Schema):
    id: UUID
    claim_id: UUID
    created_at: datetime

    @classmethod
    def of(cls, row: ClaimEvidence) -> EvidenceOut:
        return cls(id=row.id, claim_id=row.residency_id, created_at=row.created_at)


class OccupancyIn(Schema):
    """Who lives in what I let. With a phone (or a person's id) they are invited; the answer is the same whoever has it."""

    name: str = Field(min_length=1, max_length=60)
    until: AwareDatetime
    phone: str | None = Field(None, max_length=32)
    person_id: UUID | None = None


class OccupancyOut(Schema):
    id: UUID
    home_id: UUID
    name: str = Field(description="as the landlord wrote it; masked for others")
    relation: str
    state: str
    until: datetime | None
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, found: Occupancy) -> OccupancyOut:
        return cls.model_validate(found, from_attributes=True)


class OfferAnswered(Schema):
    id: UUID
    home_id: UUID
    state: str

    @classmethod
    def of(cls, row: HomeInvitation) -> OfferAnswered:
        return cls(id=row.id, home_id=row.home_id, state=row.state)
