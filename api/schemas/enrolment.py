"""Shapes of people as the desk enrols, finds and sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from api.schemas.delegations import DelegationOut
from api.schemas.homes import Relation
from api.schemas.people import ContactIn
from backend.people.cards import PersonCard
from backend.people.models import Residency


class PersonIn(Schema):
    id: UUID | None = Field(None, description="made by the caller; repeating it changes nothing")
    name: str = Field(min_length=1, max_length=60)
    phone: str | None = Field(None, max_length=32)
    language: Literal["zh-CN", "en"] = "zh-CN"
    elder_mode: bool = False
    home_id: UUID
    relation: Relation
    until: AwareDatetime | None = None
    identity_number: str | None = Field(None, max_length=24, description="18 characters")
    contacts: list[ContactIn] = Field(default_factory=list, max_length=8)
    witnessed: Literal[True] = Field(description="the person agreed before you")


class EnrolledOut(Schema):
    """The same whether the phone has an account already or not."""

    id: UUID
    residency_id: UUID
    home_id: UUID
    relation: str
    state: str
    until: datetime | None

    @classmethod
    def of(cls, row: Residency) -> EnrolledOut:
        return cls(
            id=row.user_id,
            residency_id=row.id,
            home_id=row.home_id,
            relation=row.relation,
            state=row.state,
            until=row.until,
        )


class SearchIn(Schema):
    """One of both, whole: there is no search by parts."""

    phone: str | None = Field(None, max_length=32)
    identity_number: str | None = Field(None, max_length=24)


class HomeOfPerson(Schema):
    home_id: UUID
    residency_id: UUID
    address: str
    relation: str
    state: str
    until: datetime | None


class CardOut(Schema):
    """Masked. `homes`: those within the reader's reach."""

    id: UUID
    name: str
    phone: str
    identity_number: str
    language: str
    elder_mode: bool
    state: str
    homes: list[HomeOfPerson]
    contacts: int

    @classmethod
    def of(cls, card: PersonCard) -> CardOut:
        return cls.model_validate(card, from_attributes=True)


class CardDetailOut(CardOut):
    delegations: list[DelegationOut]


class FoundOut(Schema):
    items: list[CardOut]
    next: str | None = None
