"""What a person holds, and where: confirmed homes, roles in force, the reach of a permission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from backend.community.models import Compound
from backend.core.clock import now
from backend.people.models import Residency, RoleGrant
from backend.people.roles import Role


@dataclass(frozen=True)
class Reach:
    """Where a permission holds. `communities` holds the communities under a granted subdistrict too."""

    everywhere: bool = False
    divisions: frozenset[UUID] = frozenset()
    communities: frozenset[UUID] = frozenset()
    compounds: frozenset[UUID] = frozenset()
    companies: frozenset[UUID] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        return self.divisions | self.communities | self.compounds | self.companies

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.ids)


@dataclass(frozen=True)
class Dwelling:
    """A home that a person is confirmed to belong to."""

    home_id: UUID
    building_id: UUID
    compound_id: UUID
    community_id: UUID
    relation: str


@dataclass(frozen=True)
class Grant:
    role: Role
    scope_kind: str
    scope_id: UUID


@dataclass
class Held:
    """A person's confirmed residencies (with their homes) and role grants, as rows."""

    homes: list[Residency] = field(default_factory=list)
    grants: list[RoleGrant] = field(default_factory=list)


def in_force(user_ids: Iterable[UUID]) -> dict[UUID, Held]:
    """What these persons hold at this moment (two queries for all of them)."""
    found = {user_id: Held() for user_id in user_ids}
    alive = Q(until__isnull=True) | Q(until__gt=now())
    homes = Residency.objects.filter(alive, user__in=found, state=Residency.State.CONFIRMED).select_related("home")
    for home in homes:
        found[home.user_id].homes.append(home)
    for grant in RoleGrant.objects.filter(alive, user__in=found):
        found[grant.user_id].grants.append(grant)
    return found


def compounds_within(reach: Reach) -> Q:
    """A filter on Compound for the compounds within a reach."""
    return Q(id__in=reach.compounds) | Q(community__in=reach.communities)


def all_compounds(reach: Reach) -> frozenset[UUID]:
    """Ids of every compound within a reach."""
    found = Compound.objects.all() if reach.everywhere else Compound.objects.filter(compounds_within(reach))
    return frozenset(found.values_list("id", flat=True))
