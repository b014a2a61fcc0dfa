"""Shapes of the suggestions while a person types."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.directory.suggesting import Suggestion


class SuggestQuery(Schema):
    """What has been typed so far, and where the person is (`lon` and `lat` together, or neither)."""

    q: str = Field(max_length=80, description="hanzi, pinyin, initials or Latin words")
    lon: float | None = Field(None, description="degrees in the datum `crs`")
    lat: float | None = None
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    limit: int = Field(8, ge=1, le=20)


class SuggestionOut(Schema):
    kind: Literal["category", "service", "life_event"]
    code: str = Field(description="of the category or the life event; the service at its location by its id")
    name: str
    category: str | None = Field(description="of a service")
    service_id: UUID | None
    lon: float | None
    lat: float | None
    metres: float | None = Field(description="as the crow flies; null: not said from where")

    @classmethod
    def of(cls, row: Suggestion, language: str) -> SuggestionOut:
        return cls(
            kind=row.kind,
            code=row.code,
            name=row.label(language),
            category=row.category or None,
            service_id=row.service_id,
            lon=row.lon,
            lat=row.lat,
            metres=row.metres,
        )


class SuggestionsOut(Schema):
    items: list[SuggestionOut]
    next: str | None = None
