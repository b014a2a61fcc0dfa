"""Shapes of codes for other purposes than login, of changes of the phone and of doubtful numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.people.models import PhoneChange


class PhoneCodeIn(Schema):
    phone: str = Field(max_length=32, description="the number that shall become mine")


class PhoneIn(Schema):
    phone: str = Field(max_length=32)
    code: str = Field(max_length=12, description="sent to this phone by POST /auth/phone-codes")


class DeskPhoneIn(Schema):
    phone: str = Field(max_length=32)
    reason: str = Field(min_length=1, max_length=200)


class PhoneChangeOut(Schema):
    id: UUID
    state: str = Field(description="waiting, done or refused")
    due_at: datetime | None = Field(description="when it takes effect")

    @classmethod
    def of(cls, row: PhoneChange) -> PhoneChangeOut:
        return cls(id=row.id, state=row.state, due_at=row.due_at)


class ReproofIn(Schema):
    choice: Literal["new-person"] = Field(description="this number is mine now, and I am new here")


class ReprovedOut(Schema):
    person_id: UUID
