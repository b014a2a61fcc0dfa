"""Roles are given and taken within one's own reach, freshly proved, and never so that nobody administers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.errors import Forbidden, Invalid, NotFound, Refusal
from backend.people.actor import ReauthenticationRequired
from backend.people.models import RoleGrant
from backend.people.roles import Can, Role
from backend.people.staff.grants import LastAdmin, OwnRights, RolesExclude, grant, grants_of, revoke
from notifications.models import StreamEvent
from tests.cast import Cast, Http, Member

pytestmark = pytest.mark.django_db(transaction=True)


def give(cast: Cast, by: Member, to: Member, role: Role, kind: str, scope: Any, **more: Any) -> RoleGrant:
    return grant(by.actor, person_id=to.id, role=role, scope_kind=kind, scope_id=scope.id, **more)


def test_a_manager_gives_the_roles_of_a_company_on_its_own_company_and_compounds(cast: Cast) -> None:
    row = give(cast, cast.manager, cast.neighbour, Role.TECHNICIAN, "company", cast.company)
    assert row.granted_by_id == cast.manager.id
    assert cast.neighbour.actor.may(Can.TICKET_WORK, company=cast.company.id)
    give(cast, cast.manager, cast.neighbour, Role.RESPONDER, "compound", cast.compound)
    for kind, scope in (("company", cast.other_company), ("compound", cast.other_compound)):
        with pytest.raises(Forbidden):
            give(cast, cast.manager, cast.neighbour, Role.RESPONDER, kind, scope)


def test_nobody_gives_what_their_role_may_not(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        give(cast, cast.manager, cast.neighbour, Role.MANAGER, "company", cast.company)
    with pytest.raises(Forbidden):
        give(cast, cast.subdistrict_officer, cast.neighbour, Role.DISPATCHER, "community", cast.community)
    with pytest.raises(Forbidden):
        give(cast, cast.subdistrict_officer, cast.neighbour, Role.GRID_WORKER, "community", cast.other_community)
    give(cast, cast.subdistrict_officer, cast.neighbour, Role.GRID_WORKER, "community", cast.community)


def test_a_role_fits_its_kind_of_scope_and_the_scope_exists(cast: Cast) -> None:
    with pytest.raises(Invalid):
        give(cast, cast.admin, cast.neighbour, Role.MANAGER, "community", cast.community)
    with pytest.raises(Invalid):
        give(cast, cast.admin, cast.neighbour, Role.MANAGER, "company", cast.community)
    with pytest.raises(Invalid):
        give(cast, cast.admin, cast.neighbour, Role.MANAGER, "company", cast.company, until=now() - timedelta(days=1))


def test_a_login_by_phone_gives_nothing(cast: Cast) -> None:
    cast.admin.assurance = "otp"
    with pytest.raises(Forbidden):
        give(cast, cast.admin, cast.neighbour, Role.MANAGER, "company", cast.company)


def test_a_stale_proof_gives_nothing(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    _ = cast.admin.session
    with moved_clock(timedelta(minutes=16)), pytest.raises(ReauthenticationRequired):
        give(cast, cast.admin, cast.neighbour, Role.MANAGER, "company", cast.company)


def test_nobody_gives_roles_to_themselves(cast: Cast) -> None:
    with pytest.raises(OwnRights):
        give(cast, cast.admin, cast.admin, Role.DISPATCHER, "district", cast.district)


def test_roles_that_exclude_each_other_are_not_held_together(cast: Cast) -> None:
    with pytest.raises(RolesExclude):
        give(cast, cast.admin, cast.auditor, Role.ADMIN, "district", cast.district)
    with pytest.raises(RolesExclude):
        give(cast, cast.admin, cast.finance, Role.AUDITOR, "district", cast.district)


def test_two_excluding_roles_given_at_once_are_one(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    actor = cast.admin.actor
    wanted = [(Role.AUDITOR, "district", cast.district.id), (Role.FINANCE, "company", cast.company.id)]

    def try_to_give(i: int) -> Any:
        role, kind, scope = wanted[i % 2]
        return grant(actor, person_id=cast.neighbour.id, role=role, scope_kind=kind, scope_id=scope)

    barrier(100, try_to_give)
    assert RoleGrant.objects.filter(user=cast.neighbour.user).count() == 1


def test_a_repeated_grant_takes_the_new_end(cast: Cast) -> None:
    first = give(cast, cast.admin, cast.neighbour, Role.DISPATCHER, "community", cast.community)
    end = now() + timedelta(days=3)
    again = give(cast, cast.admin, cast.neighbour, Role.DISPATCHER, "community", cast.community, until=end)
    assert (again.id, again.until) == (first.id, end)


def test_giving_and_taking_is_audited_and_told_to_the_person(cast: Cast) -> None:
    row = give(cast, cast.admin, cast.neighbour, Role.DISPATCHER, "community", cast.community)
    revoke(cast.admin.actor, person_id=cast.neighbour.id, grant_id=row.id)
    told = StreamEvent.objects.filter(channel=f"person:{cast.neighbour.id}", event="rights.changed")
    assert told.count() == 2
    events = AuditRow.objects.filter(object_id=row.id).order_by("id").values_list("event", "actor_id")
    assert list(events) == [("role.granted", cast.admin.id), ("role.revoked", cast.admin.id)]
    assert not cast.neighbour.actor.may(Can.INCIDENT_READ)


def test_taking_away_needs_the_same_reach_but_one_may_lay_down_ones_own(cast: Cast) -> None:
    row = RoleGrant.objects.get(user=cast.technician.user)
    with pytest.raises(Forbidden):
        revoke(cast.other_company_manager.actor, person_id=cast.technician.id, grant_id=row.id)
    with pytest.raises(NotFound):
        revoke(cast.admin.actor, person_id=cast.neighbour.id, grant_id=row.id)
    revoke(cast.technician.actor, person_id=cast.technician.id, grant_id=row.id)
    assert not RoleGrant.objects.filter(id=row.id).exists()


def test_the_last_administrator_keeps_the_role(cast: Cast) -> None:
    row = RoleGrant.objects.get(user=cast.admin.user)
    with pytest.raises(LastAdmin):
        revoke(cast.admin.actor, person_id=cast.admin.id, grant_id=row.id)
    give(cast, cast.admin, cast.neighbour, Role.ADMIN, "district", cast.district, until=now() + timedelta(days=1))
    with pytest.raises(LastAdmin):  # the other's role ends by itself
        revoke(cast.admin.actor, person_id=cast.admin.id, grant_id=row.id)
    give(cast, cast.admin, cast.neighbour, Role.ADMIN, "district", cast.district)
    revoke(cast.admin.actor, person_id=cast.admin.id, grant_id=row.id)


def test_two_administrators_who_remove_each_other_leave_one(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    give(cast, cast.admin, cast.neighbour, Role.ADMIN, "district", cast.district)
    people = [cast.admin, cast.neighbour]
    actors = [one.actor for one in people]
    rows = [RoleGrant.objects.get(user=one.user, role=Role.ADMIN).id for one in people]
    results = barrier(2, lambda i: revoke(actors[i], person_id=people[1 - i].id, grant_id=rows[1 - i]))
    assert RoleGrant.objects.filter(role=Role.ADMIN).count() == 1
    assert sum(isinstance(one, Refusal) for one in results) == 1


def test_a_list_shows_only_what_lies_within_reach(cast: Cast) -> None:
    give(cast, cast.admin, cast.technician, Role.RESPONDER, "compound", cast.other_compound)
    assert [row.role for row in grants_of(cast.manager.actor, cast.technician.id)] == ["technician"]
    assert [row.role for row in grants_of(cast.other_company_manager.actor, cast.technician.id)] == ["responder"]
    assert len(grants_of(cast.admin.actor, cast.technician.id)) == 2
    answer = Http(cast.manager).get(f"/people/{cast.technician.id}/grants")
    assert [item["role"] for item in answer.json()["items"]] == ["technician"]
