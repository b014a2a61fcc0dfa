"""What belongs to a service, a place or who offers it: languages, phones, contacts, fees, documents, hours, access. Shapes."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field, Schema

from api.schemas.guide import said
from backend.directory.hours.words import closure, sentence
from backend.directory.models import (
    Accessibility,
    Closure,
    Contact,
    CostOption,
    Phone,
    RequiredDocument,
    Schedule,
)
from backend.directory.wording import language_name


class LanguageOut(Schema):
    code: str = Field(description="ISO 639")
    name: str

    @classmethod
    def all_of(cls, codes: list[str], language: str) -> list[LanguageOut]:
        return [cls(code=code, name=language_name(code, language)) for code in codes]


class PhoneOut(Schema):
    number: str
    extension: int | None
    kind: str
    description: str
    languages: list[LanguageOut]

    @classmethod
    def of(cls, row: Phone, language: str) -> PhoneOut:
        return cls(
            number=row.number,
            extension=row.extension,
            kind=row.kind,
            description=said(row, "description", language),
            languages=LanguageOut.all_of(row.languages, language),
        )


class ServiceContactOut(Schema):
    """An office or a window, never a person."""

    title: str
    department: str
    email: str
    phones: list[PhoneOut]

    @classmethod
    def of(cls, row: Contact, language: str) -> ServiceContactOut:
        phones = [PhoneOut.of(phone, language) for phone in row.phones.all()]
        return cls(title=said(row, "title", language), department=row.department, email=row.email, phones=phones)


class CostOut(Schema):
    option: str
    amount: int | None = Field(description="fen; null: not a fixed sum, `terms` says how")
    currency: str
    terms: str
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, row: CostOption, language: str) -> CostOut:
        return cls(
            option=said(row, "option", language),
            amount=row.amount,
            currency=row.currency,
            terms=said(row, "terms", language),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


class DocumentOut(Schema):
    document: str
    uri: str

    @classmethod
    def of(cls, row: RequiredDocument, language: str) -> DocumentOut:
        return cls(document=said(row, "document", language), uri=row.uri)


class ScheduleOut(Schema):
    """A rule in the words of RFC 5545 and HSDS; of the rules that hold on a day those of the highest layer count."""

    freq: str
    interval: int
    byday: str
    bymonthday: str
    byweekno: str
    dtstart: date | None
    until: date | None
    opens_at: str | None
    closes_at: str | None
    days: str = Field(description="all, holidays, workdays (调休), school")
    on_holidays: bool = Field(description="for public holidays only; without times: closed then")
    season_from: str = Field(description="MM-DD, yearly")
    season_to: str
    valid_from: date | None
    valid_to: date | None
    layer: int
    adds: bool = Field(description="does not replace the lower layers")
    text: str = Field(description="the same in words")

    @classmethod
    def of(cls, row: Schedule, offset: str, language: str) -> ScheduleOut:
        same = ("freq", "interval", "byday", "bymonthday", "byweekno", "dtstart", "until", "days", "on_holidays")
        more = ("season_from", "season_to", "valid_from", "valid_to", "layer", "adds")
        return cls(
            **{name: getattr(row, name) for name in (*same, *more)},
            opens_at=f"{row.opens_at:%H:%M}{offset}" if row.opens_at else None,
            closes_at=f"{row.closes_at:%H:%M}{offset}" if row.closes_at else None,
            text=sentence(row, language),
        )


class ClosureOut(Schema):
    starts_at: datetime
    ends_at: datetime | None
    kind: str
    text: str = Field(description="in words, with the reason")

    @classmethod
    def of(cls, row: Closure, language: str, timezone: str) -> ClosureOut:
        return cls(starts_at=row.starts_at, ends_at=row.ends_at, kind=row.kind, text=closure(row, language, timezone))


class AccessNoteOut(Schema):
    description: str
    details: str
    url: str

    @classmethod
    def of(cls, row: Accessibility, language: str) -> AccessNoteOut:
        return cls(description=said(row, "description", language), details=said(row, "details", language), url=row.url)
