"""Reading the rows of one page by their ids: flat, or with everything that hangs on them, in a fixed number of reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, Prefetch, QuerySet

from api.hsds import rendering
from api.hsds.parts import Thing, pick
from api.hsds.query import Asked
from backend.core.clock import now
from backend.directory import credit
from backend.directory.models import (
    Organization,
    Service,
    ServiceAtLocation,
    Suspension,
)

M = TypeVar("M", bound=Model)
FLAT = ("organization", "program", "category")
OF_ORGANIZATION = ("phones", "contacts__phones", "programs", "identifiers")
OF_SERVICE = (
    "phones",
    "contacts__phones",
    "cost_options",
    "service_areas__division",
    "required_documents",
)
OF_PLACE = ("phones", "schedules", "location__accessibility_notes")


def _places() -> QuerySet[ServiceAtLocation]:
    found = ServiceAtLocation.objects.select_related("location__community__parent__parent").defer("search")
    return found.prefetch_related(*OF_PLACE).order_by("id")


def _services(*, is_full: bool) -> QuerySet[Service]:
    found = Service.objects.select_related(*FLAT)
    return (
        found.prefetch_related(*OF_SERVICE, *(f"organization__{name}" for name in OF_ORGANIZATION))
        if is_full
        else found
    )


def stopped(rows: Sequence[Service]) -> dict[UUID, Suspension]:
    """The suspensions that hold now, by service."""
    owners = {row.organization_id for row in rows if row.organization_id}
    live = credit.live_suspensions(now())
    of_service = {one.service_id: one for one in live.filter(service__in=[row.id for row in rows])}
    of_owner = {one.organization_id: one for one in live.filter(organization__in=owners)} if owners else {}
    found = {row.id: of_service.get(row.id) or of_owner.get(row.organization_id) for row in rows}
    return {key: one for key, one in found.items() if one is not None}


def services(ids: Sequence[UUID], asked: Asked, language: str) -> list[Thing]:
    """Services as a list shows them: `minimal`, flat, or `full`."""
    if asked.minimal:
        with connection.cursor() as cursor:  # up to 20,000 of them: no model for each
            cursor.execute("SELECT id, last_modified FROM directory_service WHERE id = ANY(%s)", [list(ids)])
            known: dict[UUID, datetime] = dict(cursor.fetchall())
        return [rendering.minimal(key, known[key]) for key in ids if key in known]
    rows = _services(is_full=asked.full)
    if asked.full:
        rows = rows.prefetch_related(Prefetch("service_at_locations", _places()))
    found = _in_order(rows, ids)
    halted = stopped(found)
    shown = rendering.service_full if asked.full else rendering.service
    return [shown(row, language, halted.get(row.id)) for row in found]


def places(
    ids: Sequence[UUID],
    asked: Asked,
    language: str,
    walks: dict[UUID, str] | None = None,
) -> list[Thing]:
    """Services at locations as a list shows them, flat or `full`; `walks` says how far each is."""
    said = walks or {}
    if not asked.full:
        flat = ServiceAtLocation.objects.select_related(
            "location", "service__organization", "service__program", "service__category"
        )
        return [rendering.place(row, language, said.get(row.id, "")) for row in _in_order(flat.defer("search"), ids)]
    found = _in_order(_places().prefetch_related(Prefetch("service", _services(is_full=True))), ids)
    halted = stopped([row.service for row in found])
    return [rendering.place_full(row, language, halted.get(row.service_id), said.get(row.id, "")) for row in found]


def organizations(ids: Sequence[UUID], asked: Asked, language: str) -> list[Thing]:
    """Organizations as a list shows them: flat, `full` with their services by name, `full_service` with these in full."""
    rows = Organization.objects.all()
    if not (asked.full or asked.full_service):
        return [rendering.organization(row, language) for row in _in_order(rows, ids)]
    services = _services(is_full=asked.full_service).order_by("id")
    if asked.full_service:
        services = services.prefetch_related(Prefetch("service_at_locations", _places()))
    found = _in_order(rows.prefetch_related(*OF_ORGANIZATION, Prefetch("services", services)), ids)
    return [_with_services(row, asked, language) for row in found]


def _with_services(row: Organization, asked: Asked, language: str) -> Thing:
    offered = list(row.services.all())
    halted = stopped(offered)
    if asked.full_service:
        shown = [rendering.service_full(one, language, halted.get(one.id)) for one in offered]
    else:
        shown = [{"id": str(one.id), "name": pick(one, "name", language) or one.category.label(language),
                  "status": one.status} for one in offered]  # fmt: skip
    return rendering.organization_full(row, language, shown)


def _in_order(rows: QuerySet[M], ids: Sequence[UUID]) -> list[M]:
    found = {row.pk: row for row in rows.filter(pk__in=list(ids))}
    return [found[key] for key in ids if key in found]
