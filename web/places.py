"""Choosing a home step by step, without scripts: compound by name, then building, then door."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from backend.community.models import Building, Compound, Home

SHOWN = 30
DOORS = 400


@dataclass
class Choice:
    """How far the reader has come: what they typed, what fits, what is chosen."""

    q: str = ""
    compounds: list[Compound] = field(default_factory=list)
    compound: Compound | None = None
    buildings: list[Building] = field(default_factory=list)
    building: Building | None = None
    homes: list[Home] = field(default_factory=list)


def choice(request: HttpRequest, among: QuerySet[Compound]) -> Choice:
    """From `?place&compound&building`, among these compounds; few compounds are listed at once."""
    made = Choice(q=request.GET.get("place", "").strip()[:60])
    chosen = _uuid(request.GET.get("compound"))
    made.compound = among.filter(id=chosen).first() if chosen else None
    if made.compound is not None:
        made.buildings = list(Building.objects.filter(compound=made.compound).order_by("name")[:DOORS])
        made.building = next((b for b in made.buildings if str(b.id) == request.GET.get("building")), None)
        if made.building is not None:
            homes = Home.objects.filter(building=made.building).select_related("unit", "building__compound")
            made.homes = list(homes.order_by("unit__name", "name")[:DOORS])
        return made
    if made.q:
        among = among.filter(Q(name__icontains=made.q) | Q(name_en__icontains=made.q))
    elif among.count() > SHOWN:
        return made
    made.compounds = list(among.order_by("name")[:SHOWN])
    return made


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
