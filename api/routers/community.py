"""Divisions, compounds, buildings, homes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Schema

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, language, page, page_of, single
from api.schemas.people import DivisionOut, PlaceOut
from backend.community import contracts
from backend.community.models import Building, Compound, Division, Home
from backend.core.clock import today
from backend.core.errors import NotFound
from backend.people.roles import ClientScope

router = Router(tags=["community"])


class CompanyOut(Schema):
    id: UUID
    kind: str
    name: str
    phone: str


class CompoundOut(Schema):
    id: UUID
    name: str
    kind: str
    community_id: UUID
    lon: float | None
    lat: float | None
    company: CompanyOut | None


class CommunityOut(DivisionOut):
    compounds: list[PlaceOut]


class BuildingOut(Schema):
    id: UUID
    name: str
    kind: str
    compound_id: UUID
    lon: float | None
    lat: float | None


class HomeBriefOut(Schema):
    id: UUID
    name: str
    unit: str
    kind: str
    building_id: UUID


DIVISIONS = PUBLIC("the tree of divisions is public")


@router.get("/divisions", response=page_of(DivisionOut))
@access(DIVISIONS)
def divisions(
    request: Request, parent: UUID | None = None, limit: int = 50, cursor: str | None = None
) -> dict[str, Any]:
    """The divisions under `parent`; without it, the districts."""
    tongue = language(request)
    rows = Division.objects.filter(parent=parent)
    return page(request, rows, lambda row: DivisionOut.of(row, tongue), order=("code",))


@router.get("/communities/{community_id}", response=CommunityOut)
@access(DIVISIONS)
def community(request: Request, community_id: UUID) -> Reply:
    """A community and its compounds."""
    row = Division.objects.filter(id=community_id, kind=Division.Kind.COMMUNITY).first()
    if row is None:
        raise NotFound
    tongue = language(request)
    inside = [PlaceOut(id=c.id, kind=c.kind, name=c.label(tongue)) for c in row.compounds.order_by("name")]
    shown = CommunityOut(**DivisionOut.of(row, tongue).dict(), compounds=inside)
    return single(request, row, lambda _: shown)


@router.get("/compounds/{compound_id}", response=CompoundOut)
@access(DIVISIONS)
def compound(request: Request, compound_id: UUID) -> Reply:
    """A compound and the company that serves it today."""
    row = Compound.objects.select_related("community").filter(id=compound_id).first()
    if row is None:
        raise NotFound
    tongue = language(request)
    company = contracts.company_for(row, today())
    serving = (
        CompanyOut(id=company.id, kind=company.kind, name=company.label(tongue), phone=company.phone)
        if company
        else None
    )
    shown = CompoundOut(
        id=row.id,
        name=row.label(tongue),
        kind=row.kind,
        community_id=row.community_id,
        lon=row.lon,
        lat=row.lat,
        company=serving,
    )
    return single(request, row, lambda _: shown)


@router.get("/compounds/{compound_id}/buildings", response=page_of(BuildingOut))
@access(DIVISIONS)
def buildings(request: Request, compound_id: UUID, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """The buildings and courtyards of a compound."""
    if not Compound.objects.filter(id=compound_id).exists():
        raise NotFound
    tongue = language(request)

    def shown(row: Building) -> BuildingOut:
        name = row.label(tongue)
        return BuildingOut(id=row.id, name=name, kind=row.kind, compound_id=row.compound_id, lon=row.lon, lat=row.lat)

    return page(request, Building.objects.filter(compound_id=compound_id), shown, order=("created_at", "id"))


@router.get("/buildings/{building_id}/homes", response=page_of(HomeBriefOut))
@access(PERSON, scope=ClientScope.PLACES_READ)
def homes(request: Request, building_id: UUID, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """The homes of a building, so that a resident can claim theirs: door numbers only, never who lives there."""
    if not Building.objects.filter(id=building_id).exists():
        raise NotFound

    def shown(row: Home) -> HomeBriefOut:
        unit = row.unit.name if row.unit else ""
        return HomeBriefOut(id=row.id, name=row.name, unit=unit, kind=row.kind, building_id=row.building_id)

    rows = Home.objects.filter(building_id=building_id).select_related("unit")
    return page(request, rows, shown, order=("created_at", "id"))
