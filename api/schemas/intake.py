"""Shapes of what people send in about services: applications, proposals, corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from backend.directory.intake import corrections
from backend.directory.models import Application, Correction, Membership, Picture, Proposal, Service

Crs = Literal["wgs84", "gcj02", "bd09"]


class PlaceIn(Schema):
    """Degrees of a declared datum."""

    lon: float = Field(allow_inf_nan=False)
    lat: float = Field(allow_inf_nan=False)
    crs: Crs


class WantedIn(Schema):
    """Only what is to be changed. `hours`: OpenStreetMap's grammar, or plain (周一至周五 9:00-18:00)."""

    name: str | None = None
    name_en: str | None = None
    description: str | None = None
    description_en: str | None = None
    url: str | None = None
    phone: str | None = None
    address: str | None = None
    address_en: str | None = None
    accessibility: Literal["yes", "limited", "no", ""] | None = None
    hours: str | None = None
    fees: str | None = None
    fees_en: str | None = None
    place: PlaceIn | None = None

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.dict(exclude_unset=True).items() if value is not None}


class CorrectionIn(Schema):
    kind: Literal["closed", "moved", "hours", "phone", "name", "other"]
    text: str = Field("", max_length=1000)
    lon: float | None = Field(None, allow_inf_nan=False)
    lat: float | None = Field(None, allow_inf_nan=False)
    crs: Crs | Literal[""] = ""
    photo_ids: list[UUID] = Field([], max_length=6, description="of POST /directory/photos")


class DecisionReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=300)


class CorrectionDecisionIn(Schema):
    """What the officer found to be right; nothing for a service that has closed."""

    values: WantedIn | None = None


class CorrectionOut(Schema):
    """To its reporter, and without the reporter to officers."""

    id: UUID
    service_id: UUID
    service: str
    kind: str
    state: str = Field(description="pending, approved, refused or withdrawn")
    text: str
    lon: float | None
    lat: float | None
    photo_ids: list[UUID]
    reason: str | None
    applied: dict[str, Any] | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: Correction, language: str) -> CorrectionOut:
        return cls(
            id=row.id,
            service_id=row.service_id,
            service=name_of(row.service, language),
            kind=row.kind,
            state=row.state,
            text=corrections.text_of(row),
            lon=row.lon,
            lat=row.lat,
            photo_ids=[picture.id for picture in row.pictures.order_by("id")],
            reason=row.reason or None,
            applied=row.applied or None,
            created_at=row.created_at,
            decided_at=row.decided_at,
        )


class MyCorrectionsOut(Schema):
    confirmed: int = Field(description="how many of one's own proved right; nobody else is told")
    items: list[CorrectionOut]
    next: str | None


class PictureOut(Schema):
    id: UUID

    @classmethod
    def of(cls, row: Picture) -> PictureOut:
        return cls(id=row.id)


class ApplicationIn(Schema):
    name: str = Field(max_length=200)
    category: str = Field(max_length=80, description="a code of GET /categories")
    phone: str = Field(max_length=40)
    credit_code: str = Field(
        "", max_length=18, description="统一社会信用代码; one that is known asks to join that organization"
    )
    address: str = Field("", max_length=200)
    community_id: UUID | None = Field(None, description="or a position: that of the nearest building is taken")
    lon: float | None = Field(None, allow_inf_nan=False)
    lat: float | None = Field(None, allow_inf_nan=False)
    crs: Crs | Literal[""] = ""
    photo_ids: list[UUID] = Field([], max_length=6)


class ApplicationOut(Schema):
    id: UUID
    name: str
    credit_code: str | None
    category: str
    phone: str
    address: str
    community_id: UUID | None
    organization_id: UUID | None = Field(description="the one that it asks to join, or that approval made")
    state: str
    reason: str | None
    photo_ids: list[UUID]
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: Application) -> ApplicationOut:
        plain = (
            "id",
            "name",
            "phone",
            "address",
            "community_id",
            "organization_id",
            "state",
            "created_at",
            "decided_at",
        )
        return cls(
            **{name: getattr(row, name) for name in plain},
            credit_code=row.credit_code or None,
            category=row.category.code,
            reason=row.reason or None,
            photo_ids=[picture.id for picture in row.pictures.order_by("id")],
        )


class ProposalIn(Schema):
    """A change of `service_id`; a new service of `organization_id` (with `category`); with both ids, a claim to a service."""

    service_id: UUID | None = None
    organization_id: UUID | None = None
    category: str = Field("", max_length=80)
    wanted: WantedIn | None = None


class DifferenceOut(Schema):
    field: str
    was: Any
    wanted: Any


class ProposalOut(Schema):
    id: UUID
    organization_id: UUID
    service_id: UUID | None
    service: str | None
    is_new: bool
    state: str
    differences: list[DifferenceOut]
    reason: str | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: Proposal, language: str) -> ProposalOut:
        plain = ("id", "organization_id", "service_id", "is_new", "state", "created_at", "decided_at")
        return cls(
            **{name: getattr(row, name) for name in plain},
            service=name_of(row.service, language) if row.service else None,
            differences=[
                DifferenceOut(field=name, was=row.was.get(name), wanted=value) for name, value in row.wanted.items()
            ],
            reason=row.reason or None,
        )


class MemberOut(Schema):
    id: UUID
    is_me: bool
    since: datetime


class OwnServiceOut(Schema):
    id: UUID
    name: str
    status: str


class OwnOrganizationOut(Schema):
    id: UUID
    name: str
    members: list[MemberOut]
    services: list[OwnServiceOut]


class OwnOrganizationsOut(Schema):
    items: list[OwnOrganizationOut]


class MembershipOut(Schema):
    id: UUID
    organization_id: UUID
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Membership) -> MembershipOut:
        return cls(id=row.id, organization_id=row.organization_id, ended_at=row.ended_at)


class QueueOut(Schema):
    """How much waits for this officer."""

    applications: int
    proposals: int
    corrections: int


def name_of(service: Service, language: str) -> str:
    """The service's name in the reader's language, or that of its category."""
    own = service.name_en if language.startswith("en") and service.name_en else service.name
    return own or service.category.label(language)
