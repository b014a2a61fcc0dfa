"""Places that a bulletin is for: who may announce there, which streams carry it, who lives there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.bulletins.errors import wrong
from backend.bulletins.models import Bulletin
from backend.community import contracts
from backend.community.models import Building, Company, Compound, Division, Unit
from backend.core.clock import now, today
from backend.people.actor import Actor
from backend.people.models import Residency
from backend.people.roles import Can

SCOPES = ("district", "subdistrict", "community", "compound", "building", "unit")


@dataclass(frozen=True)
class Place:
    """A bulletin's place: the division always, the rest as narrow as the scope is."""

    scope: str
    division: Division
    compound: Compound | None = None
    building: Building | None = None
    unit: Unit | None = None

    @property
    def company(self) -> Company | None:
        return contracts.company_for(self.compound, today()) if self.compound else None

    def label(self, language: str) -> str:
        """The place as people call it: 演示一号院 1号楼 1单元."""
        parts = [p.label(language) for p in (self.compound, self.building) if p is not None]
        if self.unit is not None:
            parts.append(self.unit.name)
        return (" " if language.startswith("en") else "").join(parts) or self.division.label(language)


def place_of(scope: str, scope_id: UUID) -> Place:
    """Raises Invalid when there is no such place."""
    found = _found(scope, scope_id)
    if found is None:
        raise wrong("scope_id", "place-unknown", "there is no such place", "没有这个地点")
    return found


def _found(scope: str, scope_id: UUID) -> Place | None:
    if scope in Division.Kind.values:
        division = Division.objects.filter(id=scope_id, kind=scope).first()
        return Place(scope, division) if division else None
    if scope == "compound":
        compound = Compound.objects.select_related("community").filter(id=scope_id).first()
        return Place(scope, compound.community, compound) if compound else None
    if scope == "building":
        building = Building.objects.select_related("compound__community").filter(id=scope_id).first()
        return Place(scope, building.compound.community, building.compound, building) if building else None
    unit = Unit.objects.select_related("building__compound__community").filter(id=scope_id).first()
    if unit is None:
        return None
    compound = unit.building.compound
    return Place(scope, compound.community, compound, unit.building, unit)


def of(bulletin: Bulletin) -> Place:
    """The place of a bulletin."""
    return Place(bulletin.scope, bulletin.division, bulletin.compound, bulletin.building, bulletin.unit)


def may_announce(actor: Actor, place: Place) -> bool:
    """The desk of the compound's company, the community, or an officer of the division."""
    if place.compound is not None:
        return actor.may(Can.BULLETIN_WRITE, compound=place.compound.id, community=place.division.id)
    return actor.may(Can.BULLETIN_WRITE, division=place.division.id, community=place.division.id)


def communities(place: Place) -> QuerySet[Division]:
    """The communities of a division, itself when it is one."""
    above = Q(id=place.division.id) | Q(parent=place.division) | Q(parent__parent=place.division)
    return Division.objects.filter(above, kind=Division.Kind.COMMUNITY)


def channels(place: Place) -> list[str]:
    """The streams that carry it: one of a building, a compound or a community, or those of all communities of a division.

    A unit has none: its residents are told one by one.
    """
    if place.building is not None:
        return [f"building:{place.building.id}"]
    if place.compound is not None:
        return [f"compound:{place.compound.id}"]
    ids = communities(place).order_by("id").values_list("id", flat=True)
    return [f"community:{community}" for community in ids]


def residents(place: Place) -> QuerySet[Residency]:
    """The confirmed residencies of the place."""
    alive = Residency.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now()), state=Residency.State.CONFIRMED, user__state="active"
    )
    if place.unit is not None:
        return alive.filter(home__unit=place.unit)
    if place.building is not None:
        return alive.filter(home__building=place.building)
    if place.compound is not None:
        return alive.filter(compound_id=place.compound.id)
    return alive.filter(community__in=communities(place))


def for_homes(actor: Actor) -> Q:
    """A filter on Bulletin for what concerns the actor's own homes."""
    divisions: set[UUID] = set()
    for division in Division.objects.filter(id__in=actor.community_ids).select_related("parent__parent"):
        divisions |= {above.id for above in division.upwards()}
    wide = Q(compound__isnull=True, division__in=divisions)
    compound = Q(compound__in=actor.compound_ids, building__isnull=True)
    building = Q(building__in=actor.building_ids, unit__isnull=True)
    return wide | compound | building | Q(unit__homes__in=actor.homes)
