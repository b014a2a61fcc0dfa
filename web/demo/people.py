"""The people of the demo and what they are: read past the row walls, because the demo shows nothing but invented people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.core import vault
from backend.core.queries import looking_up
from backend.people import reading
from backend.people.models import Residency, RoleGrant, User
from backend.people.profile import scope_names
from backend.people.roles import Role
from notifications import addresses

DEMO_PASSWORD = "quarter-hour-demo-only"  # noqa: S105 - printed on /demo, and refused where no demo runs
ORDER = {role: place for place, role in enumerate(Role)}


def everybody(language: str = "zh-CN") -> list[dict[str, Any]]:
    """`[{id, name, phone, language, roles: [{role, scope: {id, kind, name}}], home_id?}]` in the order in which they were made."""
    with looking_up("demo"):
        users = list(User.objects.filter(is_demo=True, state="active").order_by("created_at", "id"))
        return _shown(users, language)


def person(person_id: UUID, language: str = "zh-CN") -> dict[str, Any] | None:
    """One of them."""
    with looking_up("demo"):
        return next(iter(_shown(User.objects.filter(is_demo=True, id=person_id), language)), None)


def leading(count: int, language: str = "zh-CN") -> list[dict[str, Any]]:
    """The first person of each role, those whom a visitor wants to be first."""
    wanted = ("resident", "dispatcher", "manager", "technician", "community_worker", "finance", "district_officer")
    found: list[dict[str, Any]] = []
    cast = everybody(language)
    for role in wanted:
        first = next((one for one in cast if one not in found and role in {r["role"] for r in one["roles"]}), None)
        if first is not None:
            found.append(first)
    return found[:count]


def _shown(users: Iterable[User], language: str) -> list[dict[str, Any]]:
    rows = list(users)
    ids = [user.id for user in rows]
    names = reading.names_of(rows)
    grants = list(RoleGrant.objects.filter(user__in=ids).order_by("created_at", "id"))
    places = scope_names(grants, language)
    homes = (
        Residency.objects.filter(user__in=ids, state="confirmed")
        .select_related("home__compound")
        .order_by("created_at")
    )
    living: dict[UUID, Residency] = {}
    for residency in homes:
        living.setdefault(residency.user_id, residency)
    phones = _phones(ids)
    return [
        _one(
            user,
            phones.get(user.id, ""),
            names,
            [g for g in grants if g.user_id == user.id],
            places,
            living.get(user.id),
            language,
        )
        for user in rows
    ]


def _phones(ids: list[UUID]) -> dict[UUID, str]:
    """Own phones by person, read in one go."""
    rows = list(addresses.Address.objects.filter(person_id__in=ids, kind=addresses.SMS, is_own=True, retired_at=None))
    values = vault.unseal_many([(row.person_id, addresses.CONTEXT, bytes(row.value_sealed)) for row in rows])
    return {row.person_id: value for row, value in zip(rows, values, strict=True) if value}


def _one(
    user: User,
    phone: str,
    names: dict[UUID, str],
    grants: list[RoleGrant],
    places: dict[UUID, str],
    residency: Residency | None,
    language: str,
) -> dict[str, Any]:
    held: list[dict[str, Any]] = [
        {"role": g.role, "scope": {"id": str(g.scope_id), "kind": g.scope_kind, "name": places.get(g.scope_id, "")}}
        for g in grants
    ]
    if residency is not None and not any(role["role"] == Role.RESIDENT for role in held):
        compound = residency.home.compound
        scope = {"id": str(compound.id), "kind": "compound", "name": compound.label(language)}
        held.append({"role": Role.RESIDENT.value, "scope": scope})
    held.sort(
        key=lambda role: ORDER.get(Role(role["role"]), len(ORDER)) if role["role"] != Role.RESIDENT else len(ORDER)
    )
    shown = {
        "id": str(user.id),
        "name": names.get(user.id, ""),
        "phone": phone,
        "language": user.language,
        "roles": held,
    }
    return shown | ({"home_id": str(residency.home_id)} if residency else {})
