"""What officers do with the index: draft a version, adopt it, have a month computed; write down an official star."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from backend.community.models import Division
from backend.core import jobs
from backend.core.clock import now
from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.jobs import Job
from backend.core.verb import record, verb
from backend.directory.coverage.counting import codes_of
from backend.insight import months, runs
from backend.insight.errors import IndexNotDraft, MonthNotOver, NoIndexAdopted, wrong
from backend.insight.models import IndexConfig, Indicator, OfficialStar
from backend.insight.sources import SOURCES
from backend.people.actor import Actor
from backend.people.roles import Can

State = IndexConfig.State


@dataclass(frozen=True)
class Wanted:
    """One indicator of a new version, as `models.Indicator`."""

    source: str
    name: str
    name_en: str
    weight: Decimal
    floor: Decimal
    target: Decimal
    codes: Sequence[str] = field(default_factory=list)
    least: int = 1


def keeps_index(actor: Actor) -> bool:
    """Whether this person decides on the index: it is one for the whole district."""
    return actor.reach(Can.CIRCLE_CURATE).everywhere


@verb("index.drafted")
def draft(actor: Actor, *, indicators: Sequence[Wanted], note: str = "") -> IndexConfig:
    """Keep a new version as a draft. Raises Forbidden (not the district's), Invalid."""
    _must_keep(actor)
    _check(indicators)
    last = IndexConfig.objects.select_for_update().order_by("-number").values_list("number", flat=True).first() or 0
    made = IndexConfig.objects.create(number=last + 1, note=note)
    Indicator.objects.bulk_create(
        Indicator(
            config=made,
            position=number,
            source=row.source,
            codes=list(row.codes),
            name=row.name,
            name_en=row.name_en,
            weight=row.weight,
            floor=row.floor,
            target=row.target,
            least=row.least,
        )
        for number, row in enumerate(indicators)
    )
    record("index.drafted", about=made, number=made.number)
    return made


@verb("index.adopted")
def adopt(actor: Actor, *, config_id: UUID) -> IndexConfig:
    """Compute by this version from now on; what the version before computed stays as it was. Raises NotFound, IndexNotDraft."""
    _must_keep(actor)
    rows = {row.id: row for row in IndexConfig.objects.select_for_update().order_by("number")}
    chosen = rows.get(config_id)
    if chosen is None:
        raise NotFound
    if chosen.state != State.DRAFT:
        raise IndexNotDraft
    IndexConfig.objects.filter(state=State.ADOPTED).update(state=State.REPLACED)
    chosen.state, chosen.adopted_at = State.ADOPTED, now()
    chosen.save(update_fields=["state", "adopted_at"])
    record("index.adopted", about=chosen, number=chosen.number)
    return chosen


@verb("index.asked")
def compute(actor: Actor, *, month: date) -> Job:
    """Have a month that is over computed by the adopted version, as a job of the asker's. Raises MonthNotOver, NoIndexAdopted."""
    _must_keep(actor)
    month = months.first_of(month)
    if month > months.last():
        raise MonthNotOver
    config = IndexConfig.objects.filter(state=State.ADOPTED).first()
    if config is None:
        raise NoIndexAdopted
    count = len(runs.communities())
    record("index.asked", about=config, month=month.isoformat())
    return jobs.start(
        runs.JOB, owner_id=actor.must_be_known(), total=count, config=str(config.id), month=month.isoformat()
    )


@verb("star.noted")
def note_star(
    actor: Actor, *, community_id: UUID, stars: int, year: int, source: str, source_url: str = ""
) -> OfficialStar:
    """Write down what was officially awarded, or correct it (same year and source). Raises NotFound, Forbidden, Invalid."""
    community = Division.objects.filter(id=community_id, kind=Division.Kind.COMMUNITY).first()
    if community is None:
        raise NotFound
    actor.require(Can.CIRCLE_CURATE, community=community.id)
    if source_url and not source_url.startswith(("https://", "http://")):
        raise Invalid(
            FieldError(
                "/source_url", "not-a-link", "must begin with https:// or http://", "须以 https:// 或 http:// 开头"
            )
        )
    row, _ = OfficialStar.objects.update_or_create(
        community=community, year=year, source=source, defaults={"stars": stars, "source_url": source_url}
    )
    record("star.noted", about=row, stars=stars, year=year)
    return row


def _must_keep(actor: Actor) -> None:
    if not keeps_index(actor):
        raise Forbidden


def _check(indicators: Sequence[Wanted]) -> None:
    for number, row in enumerate(indicators):
        if row.source not in SOURCES:
            raise wrong(number, "source", "source-unknown", "not a source of GET /index/sources", "未知的数据来源")
        if row.floor == row.target:
            raise wrong(number, "target", "no-span", "floor and target must differ", "下限与目标不能相同")
        if row.weight <= 0:
            raise wrong(number, "weight", "not-positive", "must be more than 0", "权重须大于 0")
        if SOURCES[row.source].takes_codes != bool(row.codes) or not all(codes_of(code) for code in row.codes):
            raise wrong(
                number, "codes", "codes-wrong", "lists or terms of the taxonomy, for coverage only", "类别清单不正确"
            )
