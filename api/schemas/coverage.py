"""Shapes of coverage: homes within 15 minutes of a service, by category."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from backend.community.models import Division
from backend.directory import categories
from backend.directory.coverage.counting import Count, Gap
from backend.directory.coverage.keeping import Span

List = Literal["guide-basic", "guide-quality", "beijing-8", "public"]
Profile = Literal["standard", "slow", "wheelchair"]
Geometry = Literal["hull", "points", "position", "none"]

PROFILE: Any = Field("standard", description="standard 4/3 m/s, slow 1 m/s, wheelchair: ways that a wheelchair can use")
SHARE = Field(description="covered ÷ (covered + uncovered), 0 to 1; null: nothing is known of any home")


class CoverageQuery(Schema):
    community_id: UUID
    list: List = "guide-basic"
    profile: Profile = PROFILE


class HistoryQuery(CoverageQuery):
    category: str = Field("", max_length=40, description="one category instead of the list")
    start: date | None = Field(None, alias="from", description="a day in Beijing; by default 90 days ago")
    end: date | None = Field(None, alias="to", description="exclusive; by default tomorrow")


class CompareQuery(Schema):
    """The communities of one subdistrict, or of a district."""

    subdistrict_id: UUID = Field(description="a subdistrict; the district's id gives all its communities")
    category: str = Field("", max_length=40, description="one category instead of the list")
    list: List = "guide-basic"
    profile: Profile = PROFILE


class BookletQuery(Schema):
    language: Literal["zh", "en"] | None = Field(None, description="by default that of Accept-Language")
    large: bool = Field(False, description="17 points instead of 10.5")


class NumbersOut(Schema):
    """`homes = covered + uncovered + unknown`, always. Homes, not people."""

    homes: int
    covered: int
    uncovered: int
    unknown: int = Field(description="homes in buildings without a position, or without a street within 150 m")
    share: float | None = SHARE
    found: int = Field(description="services within reach of any of the homes")
    nearest_seconds: float | None = Field(description="the shortest walk from any of the buildings; null: none in time")

    @staticmethod
    def numbers(one: Count) -> dict[str, Any]:
        return {
            "homes": one.homes,
            "covered": one.covered,
            "uncovered": one.uncovered,
            "unknown": one.unknown,
            "share": one.share,
            "found": one.found,
            "nearest_seconds": one.nearest_seconds,
        }


class GapOut(Schema):
    building_id: UUID
    name: str = Field(description="compound and building")
    lon: float
    lat: float
    homes: int

    @classmethod
    def of(cls, gap: Gap, language: str) -> GapOut:
        in_english = language.startswith("en")
        compound = (in_english and gap.compound_en) or gap.compound
        building = (in_english and gap.building_en) or gap.building
        return cls(
            building_id=gap.building_id, name=f"{compound} {building}", lon=gap.lon, lat=gap.lat, homes=gap.homes
        )


class CoverageLineOut(NumbersOut):
    category: str
    category_name: str
    gaps: list[GapOut] = Field(description="buildings whose homes are not covered, most homes first, at most 50")

    @classmethod
    def of(cls, one: Count, gaps: list[Gap], language: str) -> CoverageLineOut:
        term = categories.terms()[one.category]
        return cls(
            category=one.category,
            category_name=term.name(language),
            gaps=[GapOut.of(gap, language) for gap in gaps[:50]],
            **NumbersOut.numbers(one),
        )


class CoverageOut(Schema):
    community_id: UUID
    community_name: str
    list: str
    profile: Profile
    minutes: int
    items: Sequence[CoverageLineOut]


class SpanOut(NumbersOut):
    category: str
    since: date
    until: date | None = Field(description="exclusive; null: still")

    @classmethod
    def of(cls, span: Span) -> SpanOut:
        return cls(category=span.count.category, since=span.since, until=span.until, **NumbersOut.numbers(span.count))


class HistoryOut(Schema):
    community_id: UUID
    profile: Profile
    counted_at: datetime | None = Field(description="up to when the open rows are known to hold; null: never counted")
    items: list[SpanOut]


class CellOut(NumbersOut):
    category: str

    @classmethod
    def of(cls, one: Count) -> CellOut:
        return cls(category=one.category, **NumbersOut.numbers(one))


class ComparedOut(Schema):
    community_id: UUID
    name: str
    counted_at: datetime | None
    homes: int
    mean_share: float | None = Field(description="the mean of the categories' shares, each the same weight")
    cells: list[CellOut]


class CompareOut(Schema):
    profile: Profile
    categories: list[str]
    items: list[ComparedOut] = Field(description="the last daily count, by code of the community")


class FeatureProperties(Schema):
    community_id: UUID
    name: str
    geometry_is: Geometry = Field(description="hull of, or points of, its buildings; no administrative boundary")
    mean_share: float | None
    homes: int
    cells: list[CellOut]


class FeatureOut(Schema):
    type: Literal["Feature"] = "Feature"
    geometry: dict[str, Any] | None = Field(description="WGS-84")
    properties: FeatureProperties


class MapOut(Schema):
    """A GeoJSON feature collection."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[FeatureOut]


def mean_share(cells: list[Count]) -> float | None:
    """The plain mean of the shares that are known."""
    known = [cell.share for cell in cells if cell.share is not None]
    return round(sum(known) / len(known), 4) if known else None


def compared(community: Division, cells: list[Count], counted_at: datetime | None, language: str) -> ComparedOut:
    """One community of a comparison."""
    return ComparedOut(
        community_id=community.id,
        name=community.label(language),
        counted_at=counted_at,
        homes=max((cell.homes for cell in cells), default=0),
        mean_share=mean_share(cells),
        cells=[CellOut.of(cell) for cell in cells],
    )
