"""How well promises are kept: response, resolution and satisfaction, counted from what was verified, not from what was claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from backend.core.clock import now
from backend.people.actor import Actor
from backend.people.roles import Can
from backend.tickets.categories import all_categories
from backend.tickets.models import Ticket
from backend.tickets.sight import TicketQuerySet, within


@dataclass(frozen=True)
class Rates:
    """Shares 0–1, None when there is nothing to divide by. Withdrawn and merged tickets are not counted.

    response: accepted before the deadline ÷ all; resolution: verified ÷ all; satisfaction: 4 or 5 stars ÷ rated.
    """

    name: str
    total: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    overdue: int


@dataclass(frozen=True)
class Kpis:
    all: Rates
    by_community: list[Rates]
    by_category: list[Rates]
    by_handler: list[Rates]


def kpis(
    actor: Actor,
    *,
    language: str,
    start: datetime | None = None,
    end: datetime | None = None,
    community_id: UUID | None = None,
) -> Kpis:
    """The rates of tickets reported from `start` to before `end`, within the reach of the actor's offices. Raises Forbidden."""
    actor.require(Can.TICKET_READ)
    rows = Ticket.objects.filter(within(actor.reach(Can.TICKET_READ))).exclude(state__in=["cancelled", "merged"])
    if start is not None:
        rows = rows.filter(created_at__gte=start)
    if end is not None:
        rows = rows.filter(created_at__lt=end)
    if community_id is not None:
        rows = rows.filter(community_id=community_id)
    names = {code: category.name(language) for code, category in all_categories().items()}
    return Kpis(
        all=_rates("", rows.aggregate(**_counts())),
        by_community=_by(rows, F("community__name")),
        by_category=[_rates(names.get(r["name"], r["name"]), r) for r in _grouped(rows, F("category"))],
        by_handler=_by(rows, Coalesce("company__name", "division__name")),
    )


def _counts() -> dict[str, Count]:
    late = Q(deadline__lt=Coalesce("resolved_at", "paused_at", now()))
    return {
        "total": Count("id"),
        "responded": Count("id", filter=Q(accepted_at__lte=F("deadline"))),
        "verified": Count("id", filter=Q(verified_at__isnull=False)),
        "rated": Count("id", filter=Q(rating__isnull=False)),
        "satisfied": Count("id", filter=Q(rating__gte=4)),
        "overdue": Count("id", filter=late),
    }


def _grouped(rows: TicketQuerySet, name: Any) -> list[dict[str, Any]]:
    """A row of counts for each name, the largest first."""
    counted = [dict(row) for row in rows.annotate(name=name).order_by().values("name").annotate(**_counts())]
    return sorted(counted, key=lambda row: (-row["total"], row["name"]))


def _by(rows: TicketQuerySet, name: Any) -> list[Rates]:
    return [_rates(row["name"], row) for row in _grouped(rows, name)]


def _rates(name: str, row: dict[str, int]) -> Rates:
    def share(part: str, whole: str) -> float | None:
        return round(row[part] / row[whole], 4) if row[whole] else None

    return Rates(
        name=name,
        total=row["total"],
        response=share("responded", "total"),
        resolution=share("verified", "total"),
        satisfaction=share("satisfied", "rated"),
        overdue=row["overdue"],
    )
