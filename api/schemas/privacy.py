"""Shapes of consents, looks, exports and erasure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.people.access_log import Look
from backend.people.consents import Answer
from backend.people.erasure import Erasure
from backend.people.reveal import Revealed

RevealField = Literal["name", "phone", "identity_number", "care_notes", "contacts"]


class ConsentOut(Schema):
    purpose: str
    title: str
    text: str
    version: str = Field(description="of the words of today; send it back with the answer")
    is_sensitive: bool = Field(description="to be asked apart from everything else")
    is_required: bool = Field(description="there is no account without it")
    state: str = Field(description="given, withdrawn or never")
    given_version: str | None
    at: datetime | None
    witnessed: bool = Field(description="given before a member of the desk")
    may_ask: bool = Field(description="false: asking now would be nagging (30 days after a no)")

    @classmethod
    def of(cls, answer: Answer, language: str) -> ConsentOut:
        purpose = answer.purpose
        return cls(
            purpose=purpose.code,
            title=purpose.title(language),
            text=purpose.text(language),
            version=purpose.version,
            is_sensitive=purpose.is_sensitive,
            is_required=purpose.is_required,
            state=answer.state,
            given_version=answer.version,
            at=answer.at,
            witnessed=answer.witnessed,
            may_ask=answer.may_ask,
        )


class ConsentsOut(Schema):
    items: list[ConsentOut]
    next: str | None = None


class ConsentIn(Schema):
    given: bool
    version: str = Field(max_length=16, description="of the words that the person read")


class RevealIn(Schema):
    fields: list[RevealField] = Field(min_length=1, max_length=5)
    reason: str = Field(
        min_length=4,
        max_length=200,
        description="incident, call_back, visit, repair, proof, or words; words are sealed and shown to the person",
    )
    about: UUID | None = Field(None, description="the incident or ticket it is for")


class RevealedContact(Schema):
    name: str
    phone: str
    relation: str


class RevealOut(Schema):
    person_id: UUID
    name: str | None = None
    phone: str | None = None
    identity_number: str | None = None
    care_notes: str | None = None
    contacts: list[RevealedContact] | None = None

    @classmethod
    def of(cls, revealed: Revealed) -> RevealOut:
        return cls.model_validate(revealed, from_attributes=True)


class LookOut(Schema):
    at: datetime
    name: str = Field(description="who looked")
    role: str
    place: str = Field(description="the office or company they looked for")
    fields: list[str] = Field(description="what was shown in full; empty: the masked card only")
    reason: str = Field(description="a code")
    why: str = Field(description="the reason in words")
    about: str = Field(description="the incident or ticket, if it was named")

    @classmethod
    def of(cls, look: Look, language: str) -> LookOut:
        return cls(
            at=look.at,
            name=look.name,
            role=look.role,
            place=look.place,
            fields=look.fields,
            reason=look.reason,
            why=look.why(language),
            about=look.about,
        )


class KeptOut(Schema):
    what_zh: str
    what_en: str
    law: str
    until: date | None = Field(description="null: it names nobody any more")


class ErasureOut(Schema):
    id: UUID
    job_id: UUID
    kept: list[KeptOut]

    @classmethod
    def of(cls, made: Erasure) -> ErasureOut:
        return cls.model_validate(made, from_attributes=True)
