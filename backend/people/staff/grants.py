"""Roles: who gives which to whom, within their own reach, and who takes them away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from backend.community import contracts
from backend.community.models import Company, Compound, Division
from backend.core.clock import now, today
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.queries import looking_up
from backend.core.verb import emit, record, verb
from backend.people.actor import Actor
from backend.people.models import RoleGrant, User
from backend.people.reach import Grant
from backend.people.roles import EXCLUSIVE, GRANTABLE, Can, Role

Scope = RoleGrant.Scope
_DESK = frozenset({Scope.DISTRICT, Scope.SUBDISTRICT, Scope.COMMUNITY})
SCOPES: dict[Role, frozenset[Scope]] = {
    Role.COMMUNITY_WORKER: frozenset({Scope.COMMUNITY}),
    Role.GRID_WORKER: frozenset({Scope.COMMUNITY}),
    Role.CARE_WORKER: frozenset({Scope.COMMUNITY, Scope.SUBDISTRICT}),
    Role.RESPONDER: frozenset({Scope.COMMUNITY, Scope.COMPOUND, Scope.COMPANY}),
    Role.TECHNICIAN: frozenset({Scope.COMPANY, Scope.COMPOUND}),
    Role.CASHIER: frozenset({Scope.COMPANY}),
    Role.MANAGER: frozenset({Scope.COMPANY}),
    Role.PROVIDER: frozenset({Scope.COMMUNITY, Scope.SUBDISTRICT, Scope.DISTRICT}),
    Role.HOTLINE_AGENT: frozenset({Scope.DISTRICT, Scope.SUBDISTRICT}),
    Role.DISPATCHER: _DESK,
    Role.SUBDISTRICT_OFFICER: frozenset({Scope.SUBDISTRICT}),
    Role.DISTRICT_OFFICER: frozenset({Scope.DISTRICT}),
    Role.FINANCE: frozenset({Scope.COMPANY, Scope.DISTRICT}),
    Role.AUDITOR: frozenset({Scope.DISTRICT}),
    Role.ADMIN: frozenset({Scope.DISTRICT}),
}
"""On which kinds of scopes a role is held."""


class OwnRights(Conflict):
    """Nobody gives roles to themselves."""

    code, zh = "own-rights", "不能给自己授予角色"


class RolesExclude(Conflict):
    """This person holds a role that must not be held together with it."""

    code, zh = "roles-exclude", "该角色与此人已有的角色互斥"


class LastAdmin(Conflict):
    """This is the last administrator; appoint another first."""

    code, zh = "last-admin", "这是最后一名管理员，请先任命另一名"


def in_force() -> Q:
    return Q(until__isnull=True) | Q(until__gt=now())


def grants_of(actor: Actor, person_id: UUID) -> list[RoleGrant]:
    """The roles of a person that lie within the actor's reach, past ones too; empty for whoever is out of it."""
    with looking_up("grants"):
        rows = list(RoleGrant.objects.filter(user_id=person_id).order_by("created_at"))
        if actor.may(Can.OFFICE_READ):
            return rows
        mine = [g for g in actor.grants if g.role in GRANTABLE]
        return [row for row in rows if any(covers(g, row.scope_kind, row.scope_id) for g in mine)]


def covers(held: Grant, kind: str, scope_id: UUID) -> bool:
    """Whether a scope lies within the scope of a role that is held."""
    if held.scope_kind == Scope.DISTRICT or (held.scope_kind, held.scope_id) == (kind, scope_id):
        return True
    match kind:
        case Scope.COMMUNITY:
            return Division.objects.filter(id=scope_id, parent_id=held.scope_id).exists()
        case Scope.COMPOUND:
            if held.scope_kind == Scope.COMPANY:
                return scope_id in contracts.compounds_of({held.scope_id}, today())
            under = Q(community_id=held.scope_id) | Q(community__parent_id=held.scope_id)
            return Compound.objects.filter(under, id=scope_id).exists()
    return False


def may_give(actor: Actor, role: Role, kind: str, scope_id: UUID) -> bool:
    """Whether one of the actor's roles gives this role on this scope. Staff rights need `mfa`."""
    if actor.kind == "system":
        return True
    if not actor.may(Can.ROLE_GRANT):
        return False
    return any(role in GRANTABLE.get(g.role, ()) and covers(g, kind, scope_id) for g in actor.grants)


def must_fit(role: Role, kind: str, scope_id: UUID) -> None:
    """Raise Invalid unless the role is held on such a scope and the scope exists."""
    if kind not in SCOPES.get(role, frozenset()):
        raise Invalid(FieldError("/scope_kind", "scope-unfit", "not a scope of this role", "该角色不能授予此类范围"))
    found = {
        Scope.COMPANY: Company.objects.filter(id=scope_id),
        Scope.COMPOUND: Compound.objects.filter(id=scope_id),
    }.get(Scope(kind), Division.objects.filter(id=scope_id, kind=kind))
    if not found.exists():
        raise Invalid(FieldError("/scope_id", "unknown-scope", "there is no such scope", "没有这个范围"))


def lock_admins() -> None:
    """One at a time decides about administrators: two must not remove each other. Call it inside a verb."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('people.admins', 0))")


def must_not_be_last_admin(user_id: UUID, *, losing: UUID | None = None) -> None:
    """Raise LastAdmin when nobody would remain who is an administrator without an end. Call `lock_admins` before."""
    lasting = RoleGrant.objects.filter(role=Role.ADMIN, until__isnull=True, user__state=User.State.ACTIVE)
    own = lasting.filter(user_id=user_id)
    if losing is not None:
        if not own.filter(id=losing).exists():
            return
        rest = lasting.exclude(id=losing)
    else:
        if not own.exists():
            return
        rest = lasting.exclude(user_id=user_id)
    if not rest.exists():
        raise LastAdmin


def give(
    actor: Actor, user: User, role: Role, scope_kind: str, scope_id: UUID, until: datetime | None = None
) -> RoleGrant:
    """Write the grant (a repeated one takes the new end). Call it inside a verb, with the user's row locked."""
    must_fit(role, scope_kind, scope_id)
    if not may_give(actor, role, scope_kind, scope_id):
        raise Forbidden
    if until is not None and until <= now():
        raise Invalid(FieldError("/until", "in-the-past", "must be in the future", "须为将来的时间"))
    held = set(RoleGrant.objects.filter(in_force(), user=user).values_list("role", flat=True))
    if any(role in pair and (pair - {role}) & held for pair in EXCLUSIVE):
        raise RolesExclude
    row = RoleGrant.objects.filter(user=user, role=role, scope_id=scope_id).first()
    if row is not None and role is Role.ADMIN and until is not None:
        lock_admins()
        must_not_be_last_admin(user.id, losing=row.id)
    row = row or RoleGrant(user=user, role=role, scope_id=scope_id)
    row.scope_kind, row.until, row.granted_by_id = scope_kind, until, actor.person_id
    row.save()
    record("role.granted", about=row, person=str(user.id), role=role, scope_kind=scope_kind, scope=str(scope_id))
    emit(f"person:{user.id}", "rights.changed", about="/api/v1/me")
    return row


@verb("role.granted")
def grant(
    actor: Actor, *, person_id: UUID, role: Role, scope_kind: str, scope_id: UUID, until: datetime | None = None
) -> RoleGrant:
    """Give a person a role on a scope. Raises NotFound, Forbidden, Invalid, OwnRights, RolesExclude, LastAdmin."""
    actor.must_be_fresh()
    if person_id == actor.person_id:
        raise OwnRights
    user = User.objects.select_for_update().filter(id=person_id, state=User.State.ACTIVE).first()
    if user is None:
        raise NotFound
    return give(actor, user, role, scope_kind, scope_id, until)


@verb("role.revoked")
def revoke(actor: Actor, *, person_id: UUID, grant_id: UUID) -> None:
    """Take a role away; one's own too (resigning). Raises NotFound, Forbidden, LastAdmin."""
    actor.must_be_fresh()
    lock_admins()
    row = RoleGrant.objects.select_for_update().filter(id=grant_id, user_id=person_id).first()
    if row is None:
        raise NotFound
    role = Role(row.role)
    if person_id != actor.person_id and not may_give(actor, role, row.scope_kind, row.scope_id):
        raise Forbidden
    if role is Role.ADMIN:
        must_not_be_last_admin(person_id, losing=row.id)
    record("role.revoked", about=row, person=str(person_id), role=role, scope=str(row.scope_id))
    RoleGrant.objects.filter(id=row.id).delete()
    emit(f"person:{person_id}", "rights.changed", about="/api/v1/me")
