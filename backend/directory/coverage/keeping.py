"""Coverage kept day by day: a row when the numbers change, so that a year stays small; the cron counts daily, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from backend.community.models import Division, Home
from backend.core.clock import BEIJING, now, today
from backend.core.cron import every
from backend.directory.coverage.counting import LISTS, Count, codes_of, counts
from backend.directory.coverage.profiles import PROFILES
from backend.directory.models import CoverageMark, CoverageSpan, TaxonomyTerm

Watch = Callable[[Iterable[Any]], Iterable[Any]]
BATCH = 40

_NUMBERS = ("homes", "covered", "uncovered", "unknown", "found", "nearest_seconds")


@dataclass(frozen=True)
class Span:
    """A count and the days for which it held (`until` exclusive, None: still)."""

    count: Count
    since: date
    until: date | None


def kept_codes() -> list[str]:
    """The categories that are counted every day: those of the official lists, each once."""
    return list(dict.fromkeys(code for name in LISTS for code in codes_of(name)))


@every(seconds=300, name="directory.coverage")
def count_due() -> int:
    """Count the next communities that were not counted today, a batch at a time; returns how many.

    A district is done within two hours of midnight, and no other recurring work waits behind it.
    """
    counted = CoverageMark.objects.filter(counted_at__gte=datetime.combine(today(), time(), BEIJING))
    due = Division.objects.filter(id__in=Home.objects.order_by().values("community_id"))
    ids = due.exclude(id__in=counted.values("community_id")).order_by("code").values_list("id", flat=True)[:BATCH]
    if ids:
        count_some(list(ids))
    return len(ids)


def count_all() -> int:
    """Count every community that has homes; returns how many. Each batch is a transaction of its own."""
    ids = list(Home.objects.order_by().values_list("community_id", flat=True).distinct())
    for start in range(0, len(ids), BATCH):
        count_some(ids[start : start + BATCH])
    return len(ids)


def count_some(community_ids: Sequence[UUID], day: date | None = None) -> None:
    """Count these communities now and keep what differs from what was known, as of `day` (by default today)."""
    codes, day = kept_codes(), day or today()
    with transaction.atomic():
        held = set(
            Division.objects.select_for_update(of=("self",), no_key=True)
            .filter(id__in=community_ids)
            .order_by("id")
            .values_list("id", flat=True)
        )
        for profile in PROFILES:
            _keep([one for one in counts(community_ids, codes, profile) if one.community_id in held], profile, day)
        CoverageMark.objects.bulk_create(
            [CoverageMark(community_id=community, counted_at=now()) for community in held],
            update_conflicts=True,
            unique_fields=["community"],
            update_fields=["counted_at"],
        )


def _keep(fresh: Sequence[Count], profile: str, day: date) -> None:
    terms = dict(TaxonomyTerm.objects.values_list("code", "id"))
    rows = CoverageSpan.objects.filter(profile=profile, until=None, community__in={one.community_id for one in fresh})
    known = {(row.community_id, row.category_id): row for row in rows}
    new, ended, changed = [], [], []
    for one in fresh:
        row = known.pop((one.community_id, terms[one.category]), None)
        numbers = {name: getattr(one, name) for name in _NUMBERS}
        if row is not None and all(getattr(row, name) == value for name, value in numbers.items()):
            continue
        if row is not None and row.since == day:
            for name, value in numbers.items():
                setattr(row, name, value)
            changed.append(row)
            continue
        if row is not None:
            ended.append(row.pk)
        new.append(
            CoverageSpan(
                community_id=one.community_id, category_id=terms[one.category], profile=profile, since=day, **numbers
            )
        )
    ended += [row.pk for row in known.values() if row.since < day]  # categories that are on no list any more
    CoverageSpan.objects.filter(pk__in=ended).update(until=day)
    CoverageSpan.objects.bulk_create(new)
    CoverageSpan.objects.bulk_update(changed, _NUMBERS)


def history(community_id: UUID, codes: Sequence[str], profile: str, start: date, end: date) -> list[Span]:
    """What held on any day from `start` to before `end`, by category and time."""
    rows = CoverageSpan.objects.filter(
        Q(until=None) | Q(until__gt=start), community=community_id, profile=profile, since__lt=end
    )
    return _spans(rows, codes)


def on(community_ids: Sequence[UUID], codes: Sequence[str], profile: str, day: date | None = None) -> list[Count]:
    """What was kept of these communities for a day (None: the last count)."""
    when = Q(until=None) if day is None else Q(since__lte=day) & (Q(until=None) | Q(until__gt=day))
    rows = CoverageSpan.objects.filter(when, community__in=community_ids, profile=profile)
    return [span.count for span in _spans(rows, codes)]


def _spans(rows: models.QuerySet[CoverageSpan], codes: Sequence[str]) -> list[Span]:
    """By category and time. Plain tuples: a district's comparison is ten thousand rows."""
    found = rows.filter(category__code__in=codes).order_by("category__position", "since", "community_id")
    columns = found.values_list("since", "until", "community_id", "category__code", *_NUMBERS)
    return [Span(Count(*told), since, until) for since, until, *told in columns]
