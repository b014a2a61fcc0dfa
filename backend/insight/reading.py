"""Reading the index: one community with its lines and, apart, its official star; communities beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from backend.core.errors import NotFound
from backend.insight.models import IndexConfig, IndexLine, IndexResult, OfficialStar

State = IndexConfig.State


def configs() -> list[IndexConfig]:
    """Every version, newest first, with its indicators."""
    return list(IndexConfig.objects.prefetch_related("indicators"))


def adopted() -> IndexConfig | None:
    """The version in force."""
    return IndexConfig.objects.filter(state=State.ADOPTED).prefetch_related("indicators").first()


def results(community_id: UUID, month: date | None = None) -> list[IndexResult]:
    """What was computed for a community (of a month, else of all), newest month and version first, with their lines."""
    lines = IndexLine.objects.select_related("indicator").order_by("indicator__position")
    rows = IndexResult.objects.filter(community=community_id).exclude(config__state=State.DRAFT)
    if month is not None:
        rows = rows.filter(month=month)
    rows = rows.select_related("config").prefetch_related(Prefetch("lines", lines))
    return list(rows.order_by("-month", "-config__number")[:24])


def latest(community_id: UUID, month: date | None = None) -> IndexResult:
    """The newest result (of the newest version). Raises NotFound when nothing was computed."""
    found = results(community_id, month)
    if not found:
        raise NotFound
    return found[0]


def beside(community_ids: Sequence[UUID], month: date | None = None) -> tuple[date | None, dict[UUID, IndexResult]]:
    """The month (by default the last computed) and each community's result by the newest version of that month."""
    rows = IndexResult.objects.filter(community__in=community_ids).exclude(config__state=State.DRAFT)
    month = month or rows.order_by("-month").values_list("month", flat=True).first()
    if month is None:
        return None, {}
    lines = IndexLine.objects.select_related("indicator").order_by("indicator__position")
    inside = rows.filter(month=month).select_related("config").prefetch_related(Prefetch("lines", lines))
    found: dict[UUID, IndexResult] = {}
    newest = max((row.config.number for row in inside), default=0)
    for row in inside:
        if row.config.number == newest:
            found[row.community_id] = row
    return month, found


def stars(community_ids: Sequence[UUID]) -> dict[UUID, list[OfficialStar]]:
    """The official stars of communities, newest year first."""
    found: dict[UUID, list[OfficialStar]] = {key: [] for key in community_ids}
    for row in OfficialStar.objects.filter(community__in=community_ids):
        found[row.community_id].append(row)
    return found
