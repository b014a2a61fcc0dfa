"""Shapes of the service index and the official stars. Places only: nobody's residents are scored."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.community.models import Division
from backend.insight.acting import Wanted
from backend.insight.models import IndexConfig, IndexLine, IndexResult, Indicator, OfficialStar
from backend.insight.sources import SOURCES


class SourceOut(Schema):
    code: str
    measures: str
    takes_codes: bool = Field(description="narrowed by lists or terms of the taxonomy")

    @classmethod
    def every(cls, language: str) -> list[SourceOut]:
        return [
            cls(code=code, measures=source.en if language == "en" else source.zh, takes_codes=source.takes_codes)
            for code, source in SOURCES.items()
        ]


class SourcesOut(Schema):
    items: list[SourceOut]
    next: str | None = None


class IndicatorIn(Schema):
    source: str = Field(max_length=40, description="a code of GET /index/sources")
    codes: list[str] = Field([], max_length=10, description="lists or terms of the taxonomy, for coverage")
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=120)
    weight: Decimal = Field(gt=0, le=1000, max_digits=6, decimal_places=2)
    floor: Decimal = Field(max_digits=8, decimal_places=4, description="gives 0; above the target where less is better")
    target: Decimal = Field(max_digits=8, decimal_places=4, description="gives all points")
    least: int = Field(1, ge=1, le=100_000, description="below so many cases nothing is said")

    def wanted(self) -> Wanted:
        return Wanted(**self.dict())


class ConfigIn(Schema):
    """A new version, whole: versions are never edited."""

    note: str = Field("", max_length=300)
    indicators: list[IndicatorIn] = Field(min_length=1, max_length=40)


class IndicatorOut(Schema):
    source: str
    codes: list[str]
    name: str
    direction: Literal["more", "less"] = Field(description="which is better")
    weight: float
    floor: float
    target: float
    least: int

    @classmethod
    def of(cls, row: Indicator, language: str) -> IndicatorOut:
        return cls(
            source=row.source,
            codes=row.codes,
            name=row.label(language),
            direction="more" if row.direction == "more" else "less",
            weight=float(row.weight),
            floor=float(row.floor),
            target=float(row.target),
            least=row.least,
        )


class ConfigOut(Schema):
    id: UUID
    number: int
    state: str = Field(description="draft, adopted or replaced")
    note: str
    adopted_at: datetime | None
    indicators: list[IndicatorOut]

    @classmethod
    def of(cls, row: IndexConfig, language: str) -> ConfigOut:
        return cls(
            id=row.id,
            number=row.number,
            state=row.state,
            note=row.note,
            adopted_at=row.adopted_at,
            indicators=[IndicatorOut.of(one, language) for one in row.indicators.all()],
        )


class ConfigsOut(Schema):
    items: list[ConfigOut]
    next: str | None = None


class IndexLineOut(Schema):
    """raw → scaled = (raw − floor) ÷ (target − floor), 0 to 1 → points = 100 × weight × scaled ÷ the weights measured."""

    name: str
    source: str
    measures: str
    weight: float
    floor: float
    target: float
    raw: float | None
    cases: int = Field(description="counted over so many: homes, tickets, alarms, places or ratings")
    scaled: float | None
    points: float | None
    why_not: str | None = Field(description="too-few-cases or nothing-to-count: the line takes no part")

    @classmethod
    def of(cls, line: IndexLine, language: str) -> IndexLineOut:
        row, source = line.indicator, SOURCES[line.indicator.source]
        return cls(
            name=row.label(language),
            source=row.source,
            measures=source.en if language == "en" else source.zh,
            weight=float(row.weight),
            floor=float(row.floor),
            target=float(row.target),
            raw=_float(line.raw),
            cases=line.cases,
            scaled=_float(line.scaled),
            points=_float(line.points),
            why_not=line.why_not or None,
        )


class StarOut(Schema):
    stars: int = Field(description="1 to 5, as officially awarded; never part of the index")
    year: int
    source: str
    source_url: str

    @classmethod
    def of(cls, row: OfficialStar) -> StarOut:
        return cls(stars=row.stars, year=row.year, source=row.source, source_url=row.source_url)


class IndexOut(Schema):
    community_id: UUID
    community_name: str
    month: date | None = Field(description="its first day; null: nothing was computed yet")
    config_number: int | None
    points: float | None = Field(description="0 to 100; null: less than half of the weight could be measured")
    measured: float | None = Field(description="share of the weight that could be measured")
    computed_at: datetime | None
    lines: list[IndexLineOut]
    official_stars: list[StarOut] = Field(description="beside the index, newest year first")

    @classmethod
    def of(cls, community: Division, result: IndexResult | None, stars: list[OfficialStar], language: str) -> IndexOut:
        return cls(
            community_id=community.id,
            community_name=community.label(language),
            month=result.month if result else None,
            config_number=result.config.number if result else None,
            points=_float(result.points) if result else None,
            measured=_float(result.measured) if result else None,
            computed_at=result.computed_at if result else None,
            lines=[IndexLineOut.of(line, language) for line in result.lines.all()] if result else [],
            official_stars=[StarOut.of(star) for star in stars],
        )


class IndexCompareOut(Schema):
    month: date | None
    items: list[IndexOut] = Field(description="by code of the community, all by one version")


class RunIn(Schema):
    month: date = Field(description="any day of a month that is over")


class StarIn(Schema):
    stars: int = Field(ge=1, le=5)
    year: int = Field(ge=2000, le=2100)
    source: str = Field(min_length=1, max_length=120, description="who awarded it")
    source_url: str = Field("", max_length=510)


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
