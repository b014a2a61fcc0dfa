"""Which communities stand beside each other, and when they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.community.models import Division
from backend.core.errors import NotFound
from backend.directory.models import CoverageMark


def community(community_id: UUID) -> Division:
    """A community by its id. Raises NotFound."""
    found = Division.objects.filter(id=community_id, kind=Division.Kind.COMMUNITY).first()
    if found is None:
        raise NotFound
    return found


def communities(division_id: UUID) -> list[Division]:
    """The communities of a subdistrict or a district, by code (a community is its own). Raises NotFound."""
    division = Division.objects.filter(id=division_id).first()
    if division is None:
        raise NotFound
    path = {
        Division.Kind.COMMUNITY: "id",
        Division.Kind.SUBDISTRICT: "parent",
        Division.Kind.DISTRICT: "parent__parent",
    }[Division.Kind(division.kind)]
    return list(Division.objects.filter(kind=Division.Kind.COMMUNITY, **{path: division.id}).order_by("code"))


def counted_at(community_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each was last counted."""
    return dict(CoverageMark.objects.filter(community__in=community_ids).values_list("community_id", "counted_at"))
