"""Shapes of powers to act for somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from backend.people.powers import Given
from backend.people.roles import Power

UNTIL = "at most a year away"


class DelegationIn(Schema):
    """One of `delegate` and `delegate_phone`. `witnessed`: the desk says that the person agreed before it."""

    delegate: UUID | None = None
    delegate_phone: str | None = Field(None, max_length=32)
    powers: list[Power] = Field(min_length=1, max_length=len(Power))
    until: AwareDatetime = Field(description=UNTIL)
    witnessed: bool = False


class DelegationOut(Schema):
    """An id is null and a name empty where the reader does not know the other already: powers may be given to any phone."""

    id: UUID
    person_id: UUID | None
    person: str
    delegate_id: UUID | None
    delegate: str
    delegate_phone: str = Field(description="masked")
    powers: list[Power]
    until: datetime
    consent: str
    consented_at: datetime | None

    @classmethod
    def of(cls, given: Given) -> DelegationOut:
        return cls.model_validate(given, from_attributes=True)


class MyDelegationsOut(Schema):
    given: list[DelegationOut]
    held: list[DelegationOut]


class RequestIn(Schema):
    phone: str = Field(max_length=32, description="of the person for whom you want to act")
    powers: list[Power] = Field(min_length=1, max_length=len(Power))
    until: AwareDatetime = Field(description=UNTIL)


class RequestOut(Schema):
    """The same for known and unknown phones."""

    id: UUID
    expires_in: int = Field(description="seconds")


class RequestConfirmIn(Schema):
    code: str = Field(max_length=12, description="the code that the person read to you")


class RevokedOut(Schema):
    ended: int
