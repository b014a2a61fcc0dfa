"""Computing the index of a month: a verb for each community, a job for all of them, and by itself once a month is over."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from backend.community.models import Division, Home
from backend.core.clock import now
from backend.core.cron import every
from backend.core.jobs import JobFailed, Run, job
from backend.core.verb import record, verb
from backend.insight import months, scaling
from backend.insight.models import IndexConfig, IndexLine, IndexResult
from backend.insight.sources import SOURCES
from backend.people.actor import Actor

JOB = "insight.index"
BATCH = 40
SYSTEM = Actor.system("insight")


@verb("insight.computed")
def compute(actor: Actor, *, config: IndexConfig, community_id: UUID, month: date) -> IndexResult:
    """Compute (again) the index of a community for a month by a version; system only."""
    start, end = months.bounds(month)
    indicators = list(config.indicators.all())
    rows = []
    for indicator in indicators:
        raw = SOURCES[indicator.source].read(community_id, start, end, indicator.codes)
        rows.append(
            scaling.Measured(raw.value, raw.cases, indicator.weight, indicator.floor, indicator.target, indicator.least)
        )
    found = scaling.index(rows)
    result, _ = IndexResult.objects.update_or_create(
        config=config,
        community_id=community_id,
        month=month,
        defaults={"points": found.points, "measured": found.measured, "computed_at": now()},
    )
    result.lines.all().delete()
    IndexLine.objects.bulk_create(
        IndexLine(
            result=result,
            indicator=indicator,
            raw=line.raw,
            cases=line.cases,
            scaled=line.scaled,
            points=line.points,
            why_not=line.why_not,
        )
        for indicator, line in zip(indicators, found.lines, strict=True)
    )
    record("insight.computed", about=result, month=month.isoformat())
    return result


@job(JOB)
def run(work: Run) -> None:
    """Compute a month for every community with homes; `cursor` counts those done, so that a killed run goes on there."""
    config = IndexConfig.objects.filter(id=work.params["config"]).first()
    if config is None:
        raise JobFailed("no-index-adopted")
    month, ids = date.fromisoformat(work.params["month"]), communities()
    for number in range(work.cursor or 0, len(ids)):
        compute(SYSTEM, config=config, community_id=ids[number], month=month)
        work.step(number + 1, len(ids), cursor=number + 1)


@every(seconds=300, name="insight.index")
def compute_last_month() -> int:
    """Compute the month that is over by the adopted version, where that was not done yet, a batch at a time; returns how many."""
    config, month = IndexConfig.objects.filter(state=IndexConfig.State.ADOPTED).first(), months.last()
    if config is None:
        return 0
    done = set(IndexResult.objects.filter(config=config, month=month).values_list("community_id", flat=True))
    missing = [community for community in communities() if community not in done][:BATCH]
    for community in missing:
        compute(SYSTEM, config=config, community_id=community, month=month)
    return len(missing)


def communities() -> list[UUID]:
    """The communities with homes, in one order."""
    with_homes = Home.objects.order_by().values("community_id").distinct()
    return list(Division.objects.filter(id__in=with_homes).order_by("code").values_list("id", flat=True))
