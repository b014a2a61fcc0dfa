"""Where the index's raw numbers come from: one function a source, each reading another room's rows for a community and a month.

A source gives shares (0–1) or counts of places, never anything about a person. `cases` is what the number was counted over; below
an indicator's `least` nothing is said, so that one ticket or one alarm decides nothing and tells of nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import Coalesce

from backend.core.clock import now
from backend.directory.coverage import keeping
from backend.directory.coverage.counting import LISTS, codes_of
from backend.directory.models import Service, ServiceAtLocation, Status
from backend.emergency.kinds import Disposition, Priority
from backend.emergency.models import Incident
from backend.tickets.models import Ticket

PROMPT = timedelta(seconds=60)


@dataclass(frozen=True)
class Raw:
    """A number and what it was counted over; None: nothing to count."""

    value: Decimal | None
    cases: int


@dataclass(frozen=True)
class Source:
    """`zh`, `en`: what is measured, in words. `takes_codes`: it is narrowed by lists or terms of the taxonomy."""

    zh: str
    en: str
    read: Callable[[UUID, datetime, datetime, Sequence[str]], Raw]
    takes_codes: bool = False


def _share(part: int, whole: int) -> Raw:
    return Raw(round(Decimal(part) / whole, 4), whole) if whole else Raw(None, 0)


def _coverage(profile: str) -> Callable[[UUID, datetime, datetime, Sequence[str]], Raw]:
    def read(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
        """The mean share of homes within 15 minutes over the categories, on the month's last day; cases are homes."""
        wanted = list(dict.fromkeys(code for name in codes for code in codes_of(name)))
        day = (end - timedelta(seconds=1)).astimezone(start.tzinfo).date()
        cells = keeping.on([community], wanted, profile, day)
        shares = [cell.share for cell in cells if cell.share is not None]
        known = max((cell.covered + cell.uncovered for cell in cells), default=0)
        return Raw(round(Decimal(str(sum(shares) / len(shares))), 4), known) if shares else Raw(None, 0)

    return read


def _tickets(community: UUID, start: datetime, end: datetime) -> dict[str, int]:
    rows = Ticket.objects.filter(community=community, created_at__gte=start, created_at__lt=end)
    return rows.exclude(state__in=["cancelled", "merged"]).aggregate(
        total=Count("id"),
        responded=Count("id", filter=Q(accepted_at__lte=F("deadline"))),
        verified=Count("id", filter=Q(verified_at__isnull=False)),
        rated=Count("id", filter=Q(rating__isnull=False)),
        satisfied=Count("id", filter=Q(rating__gte=4)),
    )


def _response(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    found = _tickets(community, start, end)
    return _share(found["responded"], found["total"])


def _resolution(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    found = _tickets(community, start, end)
    return _share(found["verified"], found["total"])


def _satisfaction(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    found = _tickets(community, start, end)
    return _share(found["satisfied"], found["rated"])


def _alarms(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    rows = Incident.objects.filter(
        community=community, priority=Priority.LIFE, opened_at__gte=start, opened_at__lt=end
    ).exclude(disposition__in=[Disposition.TEST, Disposition.DUPLICATE])
    took = ExpressionWrapper(Coalesce("acknowledged_at", now()) - F("opened_at"), output_field=DurationField())
    found = rows.annotate(took=took).aggregate(total=Count("id"), prompt=Count("id", filter=Q(took__lte=PROMPT)))
    return _share(found["prompt"], found["total"])


def _places(community: UUID) -> Q:
    return Q(location__community=community, service__status=Status.ACTIVE)


def _accessibility(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    rows = ServiceAtLocation.objects.filter(_places(community)).exclude(location__accessibility="")
    found = rows.aggregate(total=Count("id"), yes=Count("id", filter=Q(location__accessibility="yes")))
    return _share(found["yes"], found["total"])


def _certified(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    found = ServiceAtLocation.objects.filter(_places(community)).aggregate(
        total=Count("id"), yes=Count("id", filter=Q(service__is_certified=True))
    )
    return _share(found["yes"], found["total"])


def _ratings(community: UUID, start: datetime, end: datetime, codes: Sequence[str]) -> Raw:
    rows = Service.objects.filter(status=Status.ACTIVE, service_at_locations__location__community=community)
    found = Service.objects.filter(id__in=rows.values("id")).aggregate(sum=Sum("rating_sum"), count=Sum("rating_count"))
    cases = found["count"] or 0
    return Raw(round(Decimal(found["sum"]) / cases, 4), cases) if cases else Raw(None, 0)


SOURCES: dict[str, Source] = {
    "coverage": Source(
        "15 分钟覆盖率（标准步速，月末）",
        "homes within 15 minutes (standard pace, end of month)",
        _coverage("standard"),
        True,
    ),
    "coverage-slow": Source(
        "15 分钟覆盖率（慢行，月末）", "homes within 15 minutes (slow pace, end of month)", _coverage("slow"), True
    ),
    "coverage-wheelchair": Source(
        "15 分钟覆盖率（轮椅，月末）",
        "homes within 15 minutes (wheelchair, end of month)",
        _coverage("wheelchair"),
        True,
    ),
    "tickets-response": Source("报修按时响应率", "tickets accepted in time", _response),
    "tickets-resolution": Source("报修核实办结率", "tickets verified as settled", _resolution),
    "tickets-satisfaction": Source("报修满意率（4–5 星）", "tickets rated 4 or 5 stars", _satisfaction),
    "alarms-prompt": Source("一级呼救 60 秒内接应率", "P1 alarms taken within 60 seconds", _alarms),
    "places-accessible": Source("服务点无障碍率", "places that are step-free", _accessibility),
    "places-certified": Source("认定服务商占比", "places with a certified provider", _certified),
    "places-rating": Source("服务点平均评分（1–5）", "mean rating of places (1 to 5)", _ratings),
}
"""Today's states of places (step-free, certified, rated) are read when the month is computed: their past is not kept."""

ALLOWED_CODES = frozenset(LISTS)
