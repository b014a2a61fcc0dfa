"""What an office may tell of a service, a place, a provider. A field that is left out stays as it is; a list replaces the list."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict


class Strict(Schema):
    """Refuses what it does not know: a misspelt field would silently change nothing."""

    model_config = ConfigDict(extra="forbid")


class ServicePhoneIn(Strict):
    number: str = Field(max_length=40)
    extension: int | None = Field(None, ge=0, le=999_999)
    kind: Literal["voice", "text", "fax", "text-telephone"] = "voice"
    description: str = Field("", max_length=120)
    description_en: str = Field("", max_length=120)
    languages: list[str] = Field(default_factory=list, max_length=20)


class ServiceContactIn(Strict):
    """A window or an office, never a person."""

    title: str = Field(min_length=1, max_length=80)
    title_en: str = Field("", max_length=80)
    department: str = Field("", max_length=120)
    email: str = Field("", max_length=200)
    phones: list[ServicePhoneIn] = Field(default_factory=list, max_length=10)


class CostIn(Strict):
    option: str = Field("", max_length=80)
    option_en: str = Field("", max_length=80)
    amount: int | None = Field(None, ge=0, le=10**12, description="fen; leave out where `terms` says how it is set")
    currency: str = Field("CNY", min_length=3, max_length=3)
    terms: str = Field("", max_length=200)
    terms_en: str = Field("", max_length=200)
    valid_from: date | None = None
    valid_to: date | None = None


class DocumentIn(Strict):
    document: str = Field(min_length=1, max_length=200)
    document_en: str = Field("", max_length=200)
    uri: str = Field("", max_length=510)


class AreaIn(Strict):
    division_id: UUID | None = None
    name: str = Field("", max_length=120)
    name_en: str = Field("", max_length=120)


class AccessNoteIn(Strict):
    description: str = Field(min_length=1, max_length=200)
    description_en: str = Field("", max_length=200)
    details: str = Field("", max_length=300)
    details_en: str = Field("", max_length=300)
    url: str = Field("", max_length=510)


class IdentifierIn(Strict):
    identifier: str = Field(min_length=1, max_length=80)
    scheme: str = Field("CN-USCC", max_length=40)
    kind: str = Field("统一社会信用代码", max_length=80)


class ProgramIn(Strict):
    name: str = Field(min_length=1, max_length=160)
    name_en: str = Field("", max_length=160)
    description: str = Field("", max_length=400)
    description_en: str = Field("", max_length=400)


class Edit(Strict):
    """Facts and lists that were told."""

    LISTS: ClassVar[frozenset[str]] = frozenset()

    def told(self) -> dict[str, Any]:
        """`facts` and `lists` as the verbs take them: only what the body named, and nothing that was null."""
        named = {
            name: value
            for name, value in self.dict(exclude_unset=True).items()
            if value is not None or name in NULLABLE
        }
        return {
            "facts": {name: value for name, value in named.items() if name not in self.LISTS},
            "lists": {name: value for name, value in named.items() if name in self.LISTS},
        }


NULLABLE = frozenset({"minimum_age", "maximum_age", "program_id"})
"""Facts that may be taken back by null."""


class ServiceEditIn(Edit):
    LISTS: ClassVar[frozenset[str]] = frozenset(
        {"phones", "contacts", "cost_options", "required_documents", "service_areas"}
    )

    name: str | None = Field(None, max_length=200)
    name_en: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=5000)
    description_en: str | None = Field(None, max_length=5000)
    url: str | None = Field(None, max_length=510)
    email: str | None = Field(None, max_length=200)
    status: Literal["active", "inactive", "defunct", "temporarily closed"] | None = None
    languages: list[str] | None = Field(None, max_length=20)
    eligibility: str | None = Field(None, max_length=400)
    eligibility_en: str | None = Field(None, max_length=400)
    minimum_age: int | None = Field(None, ge=0, le=150)
    maximum_age: int | None = Field(None, ge=0, le=150)
    application: str | None = Field(None, max_length=400)
    application_en: str | None = Field(None, max_length=400)
    fees: str | None = Field(None, max_length=400)
    fees_en: str | None = Field(None, max_length=400)
    alert: str | None = Field(None, max_length=400)
    alert_en: str | None = Field(None, max_length=400)
    program_id: UUID | None = None
    phones: list[ServicePhoneIn] | None = Field(None, max_length=50)
    contacts: list[ServiceContactIn] | None = Field(None, max_length=50)
    cost_options: list[CostIn] | None = Field(None, max_length=50)
    required_documents: list[DocumentIn] | None = Field(None, max_length=50)
    service_areas: list[AreaIn] | None = Field(None, max_length=50)


class LocationEditIn(Edit):
    LISTS: ClassVar[frozenset[str]] = frozenset({"accessibility_notes"})

    name: str | None = Field(None, max_length=120)
    name_en: str | None = Field(None, max_length=120)
    address: str | None = Field(None, max_length=200)
    address_en: str | None = Field(None, max_length=200)
    postal_code: str | None = Field(None, max_length=20)
    transportation: str | None = Field(None, max_length=300)
    transportation_en: str | None = Field(None, max_length=300)
    languages: list[str] | None = Field(None, max_length=20)
    accessibility: Literal["yes", "limited", "no", ""] | None = None
    accessibility_details: str | None = Field(None, max_length=300)
    accessibility_notes: list[AccessNoteIn] | None = Field(None, max_length=50)


class OrganizationEditIn(Edit):
    LISTS: ClassVar[frozenset[str]] = frozenset({"phones", "contacts", "identifiers", "programs"})

    name: str | None = Field(None, min_length=1, max_length=200)
    name_en: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=5000)
    description_en: str | None = Field(None, max_length=5000)
    url: str | None = Field(None, max_length=510)
    email: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    phones: list[ServicePhoneIn] | None = Field(None, max_length=50)
    contacts: list[ServiceContactIn] | None = Field(None, max_length=50)
    identifiers: list[IdentifierIn] | None = Field(None, max_length=50)
    programs: list[ProgramIn] | None = Field(None, max_length=50)


class CertifyIn(Strict):
    until: AwareDatetime | None = Field(None, description="null: until it is withdrawn")


class CreditReasonIn(Strict):
    reason: str = Field(min_length=1, max_length=300, description="public")


class SuspensionIn(CreditReasonIn):
    until: AwareDatetime | None = None
