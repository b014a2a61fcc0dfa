"""Bulletins on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from backend.bulletins import scopes
from backend.bulletins.models import Bulletin
from backend.core.clock import now

Scope = Literal["unit", "building", "compound", "community", "subdistrict", "district"]
Subject = Literal["water", "power", "gas", "heating", "lift", "other"]


class BulletinIn(Schema):
    """`from` and `to`: when it happens (an outage needs both ends); times with an offset. English is optional."""

    id: UUID | None = None
    kind: Literal["planned_outage", "notice"]
    subject: Subject = "other"
    severity: Literal["info", "important", "urgent"] = "important"
    scope: Scope
    scope_id: UUID
    starts_at: AwareDatetime | None = Field(None, alias="from")
    ends_at: AwareDatetime | None = Field(None, alias="to")
    shown_until: AwareDatetime | None = None
    title: str = Field("", max_length=80)
    title_en: str = Field("", max_length=160)
    text: str = Field(min_length=1, max_length=4000)
    text_en: str = Field("", max_length=4000)
    is_pinned: bool = True
    confirm_audience: int | None = Field(None, ge=0, description="needed where more than 500 people are told")


class BulletinPatch(Schema):
    starts_at: AwareDatetime | None = Field(None, alias="from")
    ends_at: AwareDatetime | None = Field(None, alias="to")
    text: str | None = Field(None, min_length=1, max_length=4000)
    text_en: str | None = Field(None, max_length=4000)
    is_pinned: bool | None = None


class PreviewIn(BulletinIn):
    send_to_me: bool = Field(False, description="send it to my own inbox and devices, to see how it looks")


class PreviewOut(Schema):
    """What people would read, and how many of them."""

    audience: int
    needs_confirmation: bool
    zh: str
    en: str


class BulletinPlace(Schema):
    scope: str
    id: UUID
    name: str


class BulletinOut(Schema):
    id: UUID
    kind: str
    subject: str
    severity: str
    state: str
    title: str
    text: str
    place: BulletinPlace
    starts_at: datetime = Field(serialization_alias="from")
    ends_at: datetime | None = Field(serialization_alias="to")
    shown_until: datetime | None
    is_pinned: bool
    is_current: bool
    published_at: datetime
    audience: int | None = Field(None, description="people told; for the desk")
    tickets: int | None = Field(None, description="reports linked to it; for the desk")
    job_url: str | None = Field(None, description="progress of the pushes; for who published it")

    @classmethod
    def of(cls, row: Bulletin, language: str, *, desk: bool = False, tickets: int | None = None) -> BulletinOut:
        place = scopes.of(row)
        narrow: Any = place.unit or place.building or place.compound or place.division
        more: dict[str, Any] = {}
        if desk:
            job = f"/api/v1/jobs/{row.job_id}" if row.job_id else None
            more = {"audience": row.audience, "tickets": tickets, "job_url": job}
        return cls(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            severity=row.severity,
            state=row.state,
            title=row.headline(language),
            text=row.body(language),
            place=BulletinPlace(scope=row.scope, id=narrow.id, name=place.label(language)),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            shown_until=row.shown_until,
            is_pinned=row.is_pinned,
            is_current=row.is_current(now()),
            published_at=row.created_at,
            **more,
        )
