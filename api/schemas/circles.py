"""Shapes of themed circles."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.directory.curated import reading
from backend.directory.models import CircleStop, Status, ThemedCircle
from backend.directory.walking.streets import PACES

Kind = Literal["boutique", "culture"]


class CirclesQuery(Schema):
    """Published circles; near a point, nearest first; `mine`: those that the caller curates, in every state."""

    kind: Kind | None = None
    division_id: UUID | None = Field(None, description="with those of the places above and below it")
    lon: float | None = Field(None, description="degrees in the datum `crs`")
    lat: float | None = None
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    metres: int = Field(1200, ge=1, le=10_000, description="as the crow flies, from lon and lat to any stop")
    mine: bool = False
    limit: int | None = None
    cursor: str | None = None


class StopIn(Schema):
    service_at_location_id: UUID = Field(description="`id` of an item of a circle")
    note: str = Field("", max_length=300)
    note_en: str = Field("", max_length=600)


class CircleIn(Schema):
    id: UUID | None = Field(None, description="made by the client; repeating it gives the first result")
    division_id: UUID = Field(description="a community, a subdistrict or the district")
    kind: Kind
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field("", max_length=120)
    text: str = Field("", max_length=4000)
    text_en: str = Field("", max_length=8000)
    stops: list[StopIn] = Field([], max_length=40)


class CirclePatch(Schema):
    kind: Kind = "boutique"
    name: str = Field("", min_length=1, max_length=60)
    name_en: str = Field("", max_length=120)
    text: str = Field("", max_length=4000)
    text_en: str = Field("", max_length=8000)
    stops: list[StopIn] = Field([], max_length=40, description="all of them, in order")


class StopOut(Schema):
    service_at_location_id: UUID
    service_id: UUID
    name: str
    category: str
    category_name: str
    lon: float
    lat: float
    address: str
    note: str
    in_service: bool = Field(description="false: the place has closed since the circle was made")
    walk_seconds: float | None = Field(description="from the stop before, at the standard pace; null: the first")
    walk_metres: float | None
    method: Literal["network", "estimate"] | None

    @classmethod
    def of(cls, stop: CircleStop, language: str) -> StopOut:
        at = stop.service_at_location
        service, place = at.service, at.location
        in_english = language.startswith("en")
        category_name = service.category.label(language)
        return cls(
            service_at_location_id=at.id,
            service_id=service.id,
            name=(in_english and service.name_en) or service.name or category_name,
            category=service.category.code,
            category_name=category_name,
            lon=place.lon,
            lat=place.lat,
            address=(in_english and place.address_en) or place.address,
            note=stop.words(language),
            in_service=service.status == Status.ACTIVE,
            walk_seconds=None if stop.effort is None else round(stop.effort / PACES["standard"], 1),
            walk_metres=None if stop.metres is None else round(stop.metres, 1),
            method=None if stop.effort is None else "estimate" if stop.is_estimate else "network",
        )


class RoundOut(Schema):
    minutes: int = Field(description="from the first stop to the last at the standard pace, rounded up")
    metres: float
    method: Literal["network", "estimate"]


class ThemedCircleOut(Schema):
    id: UUID
    kind: Kind
    state: Literal["draft", "published", "withdrawn"]
    division_id: UUID
    division_name: str
    name: str
    text: str
    cover_url: str | None
    round: RoundOut
    stops: list[StopOut]
    distance_metres: float | None = Field(
        None, description="asked near a point: to the nearest stop, as the crow flies"
    )
    published_at: datetime | None
    last_modified: datetime

    @classmethod
    def of(cls, row: ThemedCircle, language: str, distance: float | None = None) -> ThemedCircleOut:
        stops = list(row.stops.all())
        walk = reading.round_of(stops)
        return cls(
            id=row.id,
            kind=row.kind,  # type: ignore[arg-type]  # the database checks both
            state=row.state,  # type: ignore[arg-type]
            division_id=row.division_id,
            division_name=row.division.label(language),
            name=row.label(language),
            text=row.words(language),
            cover_url=f"/api/v1/circles/{row.id}/cover" if row.cover else None,
            round=RoundOut(
                minutes=walk.minutes, metres=walk.metres, method="estimate" if walk.is_estimate else "network"
            ),
            stops=[StopOut.of(stop, language) for stop in stops],
            distance_metres=None if distance is None else round(distance, 1),
            published_at=row.published_at,
            last_modified=row.last_modified,
        )
