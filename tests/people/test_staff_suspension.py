"""A suspended person is out at once, everywhere; nobody suspends themselves or the last administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.people.actor import Actor
from backend.people.login_sessions import sos_actor
from backend.people.models import RoleGrant, Session, User
from backend.people.roles import Can, Role
from backend.people.staff.grants import LastAdmin, grant
from backend.people.staff.suspension import NotInThatState, NotOneself, Reason, reinstate, suspend
from notifications import addresses
from tests.cast import Cast, Http
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_suspended_persons_logins_are_dead_on_the_next_request(cast: Cast) -> None:
    http, page = Http(cast.manager), Browser(cast.manager)
    assert http.get("/tickets").status_code == 200
    assert page.get("/desk/tickets").status_code == 200
    answer = Http(cast.admin).post(f"/people/{cast.manager.id}/suspend", {"reason": "lost_device"})
    assert (answer.status_code, answer.json()["state"]) == (200, "suspended")
    assert http.get("/tickets").status_code == 401
    assert page.get("/desk/tickets").status_code == 302
    assert not Session.objects.filter(user=cast.manager.user, revoked_at__isnull=True).exists()


def test_roles_stay_written_but_give_nothing_until_the_person_is_reinstated(cast: Cast) -> None:
    _ = cast.manager.session
    suspend(cast.admin.actor, person_id=cast.manager.id, reason=Reason.INVESTIGATION)
    assert RoleGrant.objects.filter(user=cast.manager.user).exists()
    assert not cast.manager.actor.may(Can.TICKET_READ)
    reinstate(cast.admin.actor, person_id=cast.manager.id)
    assert cast.manager.actor.may(Can.TICKET_READ)
    assert Http(cast.manager).get("/tickets").status_code == 401  # they log in anew


def test_nobody_suspends_themselves_or_twice(cast: Cast) -> None:
    with pytest.raises(NotOneself):
        suspend(cast.admin.actor, person_id=cast.admin.id, reason=Reason.OTHER)
    suspend(cast.admin.actor, person_id=cast.manager.id, reason=Reason.OTHER)
    with pytest.raises(NotInThatState):
        suspend(cast.admin.actor, person_id=cast.manager.id, reason=Reason.OTHER)
    with pytest.raises(NotInThatState):
        reinstate(cast.admin.actor, person_id=cast.wang.id)


def test_the_last_administrator_is_not_suspended(cast: Cast) -> None:
    with pytest.raises(LastAdmin):
        suspend(Actor.system("test"), person_id=cast.admin.id, reason=Reason.OTHER)


def test_two_administrators_who_suspend_each_other_leave_one(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    grant(
        cast.admin.actor, person_id=cast.neighbour.id, role=Role.ADMIN, scope_kind="district", scope_id=cast.district.id
    )
    people = [cast.admin, cast.neighbour]
    actors = [one.actor for one in people]
    barrier(2, lambda i: suspend(actors[i], person_id=people[1 - i].id, reason=Reason.OTHER))
    assert User.objects.filter(id__in=[one.id for one in people], state="active").count() == 1


def test_a_suspended_person_is_still_helped(cast: Cast) -> None:
    key, token = cast.wang.sos_key(), cast.wang.token()
    suspend(cast.admin.actor, person_id=cast.wang.id, reason=Reason.OTHER)
    for number, credential in enumerate((f"SOS {key}", f"Bearer {token}")):
        body = {"id": f"01900000-0000-7000-8000-00000000000{number}", "kind": "sos"}
        answer = Http(None, Authorization=credential).post("/emergency/alarms", body)
        assert answer.status_code in {200, 201}, answer.content
    assert Http(None, Authorization=f"Bearer {token}").get("/me").status_code == 401


def test_suspension_ends_the_pushes_and_reinstatement_revives_no_key(cast: Cast) -> None:
    key, session = cast.wang.sos_key(), cast.wang.session
    push = addresses.add(cast.wang.id, addresses.FCM, "token-of-wang", device_key=session.device_key)
    suspend(cast.admin.actor, person_id=cast.wang.id, reason=Reason.LOST_DEVICE)
    push.refresh_from_db()
    assert push.retired_at is not None
    assert sos_actor(f"SOS {key}") is not None
    reinstate(cast.admin.actor, person_id=cast.wang.id)
    assert sos_actor(f"SOS {key}") is None
