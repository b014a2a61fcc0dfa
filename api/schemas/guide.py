"""Shapes of the guide of public services, of life events and of a person's checklists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from backend.directory.models import Checklist, ChecklistStep, GuideItem, LifeEvent, LifeStep


def said(row: Any, name: str, language: str) -> str:
    """A text of the row in the reader's language, in Chinese when there is no other."""
    return str((getattr(row, f"{name}_en") if language == "en" else "") or getattr(row, name))


class GuideQuery(Schema):
    category: str = Field("", max_length=40, description="a code of GET /categories")
    assistance: bool | None = Field(None, description="social assistance only, or all but it")
    community_id: UUID | None = Field(None, description="what holds in this community")


class GuideLine(Schema):
    """A matter in a list."""

    code: str
    name: str
    summary: str
    category: str
    category_name: str
    is_assistance: bool

    @classmethod
    def of(cls, row: GuideItem, language: str) -> GuideLine:
        return cls(
            code=row.code,
            name=said(row, "name", language),
            summary=said(row, "summary", language),
            category=row.category.code,
            category_name=row.category.label(language),
            is_assistance=row.is_assistance,
        )


class GuideOut(GuideLine):
    """A matter, whole."""

    eligibility: str = Field(description="who may")
    documents: list[str] = Field(description="what to bring")
    steps: list[str] = Field(description="how it goes")
    window: str
    hours: str
    fee: str
    phone: str
    service_id: UUID | None = Field(description="a service of ours where it is done or booked")
    booking_url: str
    official_url: str
    division: str = Field(description="where it holds; empty: the whole district")
    source: str
    checked_on: date | None = Field(description="when it was last compared with its source")

    @classmethod
    def of(cls, row: GuideItem, language: str) -> GuideOut:
        in_english = language == "en"
        line: dict[str, Any] = GuideLine.of(row, language).dict()
        texts: dict[str, Any] = {name: said(row, name, language) for name in ("eligibility", "window", "hours", "fee")}
        return cls(
            **line,
            **texts,
            documents=(in_english and row.documents_en) or row.documents,
            steps=(in_english and row.steps_en) or row.steps,
            phone=row.phone,
            service_id=row.service_id,
            booking_url=row.booking_url,
            official_url=row.official_url,
            division=row.division.label(language) if row.division else "",
            source=row.source,
            checked_on=row.checked_on,
        )


class GuideListOut(Schema):
    items: list[GuideLine]
    next: str | None = None


class LifeStepOut(Schema):
    code: str
    name: str
    note: str
    guide: str | None = Field(description="the code of a matter of the guide")
    category: str | None = Field(description="a kind of service to look for nearby")

    @classmethod
    def of(cls, row: LifeStep, language: str) -> LifeStepOut:
        return cls(
            code=row.code,
            name=said(row, "name", language),
            note=said(row, "note", language),
            guide=row.guide_item.code if row.guide_item else None,
            category=row.category.code if row.category else None,
        )


class LifeEventOut(Schema):
    code: str
    name: str
    summary: str
    steps: list[LifeStepOut]

    @classmethod
    def of(cls, row: LifeEvent, language: str) -> LifeEventOut:
        steps: list[LifeStep] = row.present  # type: ignore[attr-defined]  # set by guide.events
        return cls(
            code=row.code,
            name=said(row, "name", language),
            summary=said(row, "summary", language),
            steps=[LifeStepOut.of(step, language) for step in steps],
        )


class LifeEventsOut(Schema):
    items: list[LifeEventOut]
    next: str | None = None


class ChecklistIn(Schema):
    event: str = Field(max_length=40, description="a code of GET /life-events")


class TickIn(Schema):
    done: bool = True
    booking_id: UUID | None = Field(None, description="the person's booking made for this step")


class ChecklistStepOut(LifeStepOut):
    id: UUID
    done_at: datetime | None
    booking_id: UUID | None

    @classmethod
    def mine(cls, row: ChecklistStep, language: str) -> ChecklistStepOut:
        step = LifeStepOut.of(row.step, language).dict()
        return cls(**step, id=row.id, done_at=row.done_at, booking_id=row.booking_id)


class ChecklistOut(Schema):
    id: UUID
    event: str
    name: str
    opened_at: datetime
    archived_at: datetime | None
    done: int
    total: int
    steps: list[ChecklistStepOut]

    @classmethod
    def of(cls, row: Checklist, language: str) -> ChecklistOut:
        steps = [ChecklistStepOut.mine(step, language) for step in row.steps.all()]
        return cls(
            id=row.id,
            event=row.event.code,
            name=said(row.event, "name", language),
            opened_at=row.created_at,
            archived_at=row.archived_at,
            done=sum(step.done_at is not None for step in steps),
            total=len(steps),
            steps=steps,
        )


class ChecklistsOut(Schema):
    items: list[ChecklistOut]
    next: str | None = None
