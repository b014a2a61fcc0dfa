"""Shapes of staff logins, roles, suspension and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from api.schemas.people import DeviceIn
from backend.people.actor import FRESH
from backend.people.models import RoleGrant, Session, User
from backend.people.roles import Role
from backend.people.staff.invitations import Invited
from backend.people.staff.suspension import Reason

ScopeKind = Literal["district", "subdistrict", "community", "compound", "company"]


class StaffSessionIn(Schema):
    session_token: str = Field(
        min_length=1, max_length=80, description="X-Session-Token of a finished login; works once"
    )
    device: DeviceIn


class ProofIn(Schema):
    session_token: str | None = Field(
        None, min_length=1, max_length=80, description="staff: X-Session-Token of a finished login or proof"
    )
    code: str | None = Field(None, min_length=1, max_length=12, description="residents: a code sent to one's phone")


class ProofOut(Schema):
    authenticated_at: datetime
    fresh_for: int = Field(description="seconds for which what is dangerous asks for no further proof")

    @classmethod
    def of(cls, session: Session) -> ProofOut:
        return cls(authenticated_at=session.authenticated_at, fresh_for=int(FRESH.total_seconds()))


class GrantIn(Schema):
    role: Role
    scope_kind: ScopeKind
    scope_id: UUID
    until: AwareDatetime | None = None


class GrantOut(Schema):
    id: UUID
    role: str
    scope_kind: str
    scope_id: UUID
    until: datetime | None
    granted_by: UUID | None
    created_at: datetime

    @classmethod
    def of(cls, row: RoleGrant) -> GrantOut:
        return cls(
            id=row.id,
            role=row.role,
            scope_kind=row.scope_kind,
            scope_id=row.scope_id,
            until=row.until,
            granted_by=row.granted_by_id,
            created_at=row.created_at,
        )


class Grants(Schema):
    items: list[GrantOut]
    next: str | None = None


class SuspendIn(Schema):
    reason: Reason


class PersonStateOut(Schema):
    id: UUID
    state: str

    @classmethod
    def of(cls, user: User) -> PersonStateOut:
        return cls(id=user.id, state=user.state)


class StaffInvitationIn(Schema):
    staff_name: str = Field("", max_length=40, description="what they type at the staff login: a-z 0-9 . _ -")
    role: Role
    scope_kind: ScopeKind
    scope_id: UUID
    person_id: UUID | None = None
    phone: str = Field("", max_length=32)
    name: str = Field("", max_length=80)


class StaffInvitationOut(Schema):
    person_id: UUID
    staff_name: str
    link: str = Field(description="works once; the token is behind #, give it to that person alone")
    expires_at: datetime

    @classmethod
    def of(cls, made: Invited) -> StaffInvitationOut:
        return cls(
            person_id=made.user.id,
            staff_name=made.user.staff_name or "",
            link=made.link,
            expires_at=made.invitation.expires_at,
        )
