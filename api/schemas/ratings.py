"""Ratings on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.directory.ratings.reading import Said


class ServiceRatingIn(Schema):
    """Of a booking that took place; without one, of a visit that the person declares (once in 90 days)."""

    id: UUID | None = None
    booking_id: UUID | None = None
    stars: int = Field(ge=1, le=5)
    text: str = Field("", max_length=1000)


class ServiceRatingPatch(Schema):
    stars: int = Field(ge=1, le=5)
    text: str = Field("", max_length=1000)


class RatingReplyIn(Schema):
    text: str = Field(max_length=1000, description="empty: take the reply back")


class RatingHideIn(Schema):
    reason: Literal["abuse", "personal", "advert", "off-topic"]


class ServiceRatingOut(Schema):
    id: UUID
    stars: int
    text: str
    author: str = Field(description="the first character of the name")
    hidden: bool = Field(description="an officer hid the words; the stars count")
    booked: bool = Field(description="of a booking; else the person says that they were there")
    created_at: datetime
    edited_at: datetime | None
    reply: str
    replied_at: datetime | None

    @classmethod
    def of(cls, row: Said) -> ServiceRatingOut:
        return cls(
            id=row.id,
            stars=row.stars,
            text=row.text,
            author=row.author,
            hidden=row.is_hidden,
            booked=row.is_visit_booked,
            created_at=row.created_at,
            edited_at=row.edited_at,
            reply=row.reply,
            replied_at=row.replied_at,
        )
