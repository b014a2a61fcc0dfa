"""The shape of one service, whole. Money is whole fen (`amount`, `currency`); times carry the offset that holds there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from ninja import Field, Schema

from api.schemas.guide import GuideLine, said
from api.schemas.service_details import (
    AccessNoteOut,
    ClosureOut,
    CostOut,
    DocumentOut,
    LanguageOut,
    PhoneOut,
    ScheduleOut,
    ServiceContactOut,
)
from backend.core.clock import now
from backend.directory.catalogue import Detail
from backend.directory.credit import Credit
from backend.directory.hours import opening_of
from backend.directory.hours.words import next_change
from backend.directory.models import (
    Location,
    Organization,
    ServiceArea,
    ServiceAtLocation,
    Suspension,
)

Access = Literal["yes", "limited", "no", "unknown"]


class LocationOut(Schema):
    id: UUID = Field(description="the service at this location, as in a circle")
    location_id: UUID
    kind: str = Field(description="physical, postal or virtual; a virtual one has no position")
    name: str
    lon: float | None
    lat: float | None
    address: str
    postal_code: str
    transportation: str = Field(description="how to get there")
    url: str
    languages: list[LanguageOut]
    accessibility: Access
    accessibility_details: str
    accessibility_notes: list[AccessNoteOut]
    phone: str
    phones: list[PhoneOut]
    timezone: str
    hours_text: str = Field(description="as the source says it")
    open_now: bool | None
    opens_at: datetime | None
    closes_at: datetime | None
    opening: str = Field(description="in words: what comes next; empty when hours are unknown")
    schedules: list[ScheduleOut]
    closures: list[ClosureOut] = Field(description="in force or ahead")

    @classmethod
    def of(cls, at: ServiceAtLocation, language: str) -> LocationOut:
        place, instant = at.location, now()
        present = opening_of(at, instant)
        offset = instant.astimezone(ZoneInfo(place.timezone)).isoformat()[-6:]
        is_virtual = place.kind == "virtual"
        ahead = [
            row for row in at.closures.all() if row.ended_at is None and (row.ends_at is None or row.ends_at > instant)
        ]
        return cls(
            id=at.id,
            location_id=place.id,
            kind=place.kind,
            name=said(place, "name", language),
            lon=None if is_virtual else place.lon,
            lat=None if is_virtual else place.lat,
            address=said(place, "address", language),
            postal_code=place.postal_code,
            transportation=said(place, "transportation", language),
            url=place.url,
            languages=LanguageOut.all_of(place.languages, language),
            accessibility=cast("Access", place.accessibility or "unknown"),
            accessibility_details=place.accessibility_details,
            accessibility_notes=[AccessNoteOut.of(row, language) for row in place.accessibility_notes.all()],
            phone=at.phone,
            phones=[PhoneOut.of(row, language) for row in at.phones.all()],
            timezone=place.timezone,
            hours_text=at.hours_text,
            open_now=present.open_now if present else None,
            opens_at=present.opens_at if present else None,
            closes_at=present.closes_at if present else None,
            opening=next_change(present, instant, place.timezone, language) if present else "",
            schedules=[ScheduleOut.of(rule, offset, language) for rule in at.schedules.all()],
            closures=[ClosureOut.of(row, language, place.timezone) for row in ahead],
        )


class OrganizationOut(Schema):
    id: UUID
    name: str


class ProgramOut(Schema):
    id: UUID
    name: str


class SuspensionOut(Schema):
    """Stopped by an office, in public."""

    since: datetime
    until: datetime | None
    ended_at: datetime | None
    reason: str
    by: str

    @classmethod
    def of(cls, row: Suspension, language: str) -> SuspensionOut:
        ended = row.restored_at or (row.until if row.until is not None and row.until <= now() else None)
        return cls(since=row.since, until=row.until, ended_at=ended, reason=row.reason, by=row.division.label(language))


class CreditOut(Schema):
    """The record of the provider; residents have none."""

    certified: bool
    certified_since: datetime | None = Field(description="null: a source says so, no office of the district")
    certified_until: datetime | None
    certified_by: str
    suspension: SuspensionOut | None
    past_suspensions: list[SuspensionOut]
    complaints: int = Field(description="corrections of residents that an officer confirmed")
    rating: float | None
    rating_count: int

    @classmethod
    def of(cls, record: Credit, language: str) -> CreditOut:
        mark = record.certification if record.is_certified else None
        return cls(
            certified=record.is_certified,
            certified_since=mark.since if mark else None,
            certified_until=mark.until if mark else None,
            certified_by=mark.division.label(language) if mark else "",
            suspension=SuspensionOut.of(record.suspension, language) if record.suspension else None,
            past_suspensions=[SuspensionOut.of(row, language) for row in record.past_suspensions],
            complaints=record.complaints,
            rating=record.rating,
            rating_count=record.rating_count,
        )


class EditedOut(Schema):
    id: UUID
    last_modified: datetime

    @classmethod
    def of(cls, row: Location | Organization) -> EditedOut:
        return cls(id=row.id, last_modified=row.last_modified)


TEXTS = ("description", "alert", "eligibility", "application", "fees")
SAME = ("id", "status", "url", "email", "minimum_age", "maximum_age", "source")


class ServiceOut(Schema):
    id: UUID
    name: str
    description: str
    category: str
    category_name: str
    status: str
    alert: str
    organization: OrganizationOut | None
    program: ProgramOut | None
    url: str
    email: str
    languages: list[LanguageOut]
    eligibility: str
    minimum_age: int | None
    maximum_age: int | None
    application: str = Field(description="how to apply or book")
    fees: str
    cost_options: list[CostOut]
    required_documents: list[DocumentOut] = Field(description="what to bring")
    service_areas: list[str]
    phones: list[PhoneOut]
    contacts: list[ServiceContactOut]
    certified: bool
    rating: float | None
    rating_count: int
    maybe_closed: bool = Field(description="several residents say that it has closed, and no officer has looked yet")
    credit: CreditOut
    guide: list[GuideLine] = Field(description="matters of the guide that are done here")
    source: str
    last_modified: datetime
    locations: list[LocationOut]

    @classmethod
    def of(cls, found: Detail, language: str) -> ServiceOut:
        row, category_name = found.service, found.service.category.label(language)
        owner, program = row.organization, row.program
        record = CreditOut.of(found.credit, language)
        texts: dict[str, Any] = {name: said(row, name, language) for name in TEXTS}
        same: dict[str, Any] = {name: getattr(row, name) for name in SAME}
        return cls(
            **texts,
            **same,
            name=said(row, "name", language) or category_name,
            category=row.category.code,
            category_name=category_name,
            organization=OrganizationOut(id=owner.id, name=said(owner, "name", language)) if owner else None,
            program=ProgramOut(id=program.id, name=said(program, "name", language)) if program else None,
            languages=LanguageOut.all_of(row.languages, language),
            cost_options=[CostOut.of(one, language) for one in row.cost_options.all()],
            required_documents=[DocumentOut.of(one, language) for one in row.required_documents.all()],
            service_areas=[_area(one, language) for one in row.service_areas.all()],
            phones=[PhoneOut.of(one, language) for one in row.phones.all()],
            contacts=[ServiceContactOut.of(one, language) for one in row.contacts.all()],
            certified=record.certified,
            rating=row.rating,
            rating_count=row.rating_count,
            maybe_closed=row.doubted_at is not None,
            credit=record,
            guide=[GuideLine.of(one, language) for one in found.guide],
            last_modified=row.last_modified,
            locations=[LocationOut.of(at, language) for at in row.service_at_locations.all()],
        )


def _area(row: ServiceArea, language: str) -> str:
    return said(row, "name", language) or (row.division.label(language) if row.division else "")
