"""Shapes of people, logins and homes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.community.models import Division
from backend.people.login import LoggedIn
from backend.people.models import Session
from backend.people.profile import Profile


class CodeIn(Schema):
    phone: str = Field(max_length=32, description="any usual spelling; Chinese when it has no country code")
    device_key: str = Field("", max_length=128, description="the key that the device made for itself, if it has one")


class CodeOut(Schema):
    expires_in: int = Field(description="seconds")
    retry_after: int = Field(description="seconds until another code may be asked for")


class DeviceIn(Schema):
    key: str = Field(min_length=1, max_length=128, description="made and kept by the device")
    name: str = Field("", max_length=80)
    platform: str = Field("", max_length=24)


class SessionIn(Schema):
    phone: str = Field(max_length=32)
    code: str = Field(max_length=12)
    device: DeviceIn


class RefreshIn(Schema):
    refresh_token: str = Field(max_length=200)


class PersonBrief(Schema):
    id: UUID
    name: str
    language: str
    elder_mode: bool


class SessionOut(Schema):
    access_token: str
    access_expires_in: int = 600
    refresh_token: str
    sos_key: str = Field(
        description="`Authorization: SOS <sos_key>`: raises, cancels and reads this device's own alarm, always"
    )
    assurance: str = Field(description="otp, or mfa (staff permissions need it)")
    person: PersonBrief
    is_limited: bool = Field(
        False, description="the number was silent for long: prove first (POST /auth/reproof, or at the desk)"
    )

    @classmethod
    def of(cls, login: LoggedIn, name: str) -> SessionOut:
        user, is_limited = login.user, login.session.is_limited
        person = PersonBrief(id=user.id, name=name, language=user.language, elder_mode=user.elder_mode)
        return cls(
            access_token=login.access_token,
            refresh_token=login.refresh_token,
            sos_key=login.sos_key,
            assurance=login.session.assurance,
            person=PersonBrief(id=user.id, name="", language="zh-CN", elder_mode=False) if is_limited else person,
            is_limited=is_limited,
        )


class DeviceSessionOut(Schema):
    id: UUID
    device_name: str
    platform: str
    created_at: datetime
    last_seen_at: datetime
    assurance: str = Field(description="otp or mfa")
    is_current: bool

    @classmethod
    def of(cls, session: Session, current: UUID | None) -> DeviceSessionOut:
        return cls(
            id=session.id,
            device_name=session.device_name,
            platform=session.platform,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            assurance=session.assurance,
            is_current=session.id == current,
        )


class PlaceOut(Schema):
    id: UUID
    kind: str
    name: str


class HomeOut(Schema):
    id: UUID
    name: str
    kind: str
    address: str
    relation: str
    state: str
    until: datetime | None
    building_id: UUID
    compound_id: UUID
    community_id: UUID


class RoleOut(Schema):
    role: str
    scope: PlaceOut
    until: datetime | None


class ContactOut(Schema):
    id: UUID
    name: str
    phone: str
    relation: str
    confirmed: bool


class MeOut(Schema):
    id: UUID
    name: str
    phone: str = Field(description="masked")
    language: str
    elder_mode: bool
    assurance: str
    homes: list[HomeOut]
    roles: list[RoleOut]
    contacts: list[ContactOut]
    is_limited: bool = Field(
        False, description="this login must be proved first (POST /auth/reproof); nothing else is shown"
    )
    care_notes: str = Field("", description="the person's own words, in full for themselves only")

    @classmethod
    def of(cls, profile: Profile) -> MeOut:
        return cls.model_validate(profile, from_attributes=True)


class MePatch(Schema):
    name: str | None = Field(None, min_length=1, max_length=60)
    language: Literal["zh-CN", "en"] | None = None
    elder_mode: bool | None = None
    care_notes: str | None = Field(None, max_length=2000, description="needs the consent `health`; blank deletes them")


class ContactIn(Schema):
    name: str = Field(min_length=1, max_length=60)
    phone: str = Field(max_length=32)
    relation: str = Field("", max_length=40)


class DutyIn(Schema):
    division_id: UUID | None = None


class DutyOut(Schema):
    id: UUID
    division_id: UUID
    person_id: UUID
    name: str
    started_at: datetime
    ended_at: datetime | None
    is_present: bool


class DivisionOut(Schema):
    id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None
    is_village: bool
    lon: float | None
    lat: float | None

    @classmethod
    def of(cls, row: Division, language: str = "zh-CN") -> DivisionOut:
        return cls(
            id=row.id,
            code=row.code,
            name=row.label(language),
            kind=row.kind,
            parent_id=row.parent_id,
            is_village=row.is_village,
            lon=row.lon,
            lat=row.lat,
        )
