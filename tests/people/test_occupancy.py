"""Landlords register who lives in what they let; the tenant takes the home by their own login."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import now
from backend.people import homes, occupancy, tending
from backend.people.models import HomeInvitation, Residency, User
from notifications import sms
from notifications.deliveries import Delivery
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db
UNKNOWN = "13700000001"


@pytest.fixture
def landlord(cast: Cast) -> Any:
    row = homes.claim(cast.neighbour.actor, home_id=cast.home.id, relation="landlord")
    homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
    return cast.neighbour


def register(cast: Cast, who: Any, **more: Any) -> Any:
    until = (now() + timedelta(days=365)).isoformat()
    return Http(who).post(f"/homes/{cast.home.id}/occupancy", {"name": "租客小刘", "until": until} | more)


def texts() -> list[tuple[str, str]]:
    return [sms.opened(row) for row in Delivery.objects.filter(topic="home.invitation.text").order_by("at")]


def test_the_answer_is_the_same_whoever_has_the_phone(cast: Cast, landlord: Any) -> None:
    answers = [register(cast, landlord, phone=p).json() for p in (cast.outsider.phone, UNKNOWN)]
    assert answers[0].keys() == answers[1].keys()
    assert [(a["name"], a["state"]) for a in answers] == [("租客小刘", "invited")] * 2
    unknown = register(cast, landlord, person_id="01900000-0000-7000-8000-000000000000").json()
    known = register(cast, landlord, person_id=str(cast.outsider.id)).json()
    assert unknown["state"] == known["state"] == "invited"
    said = texts()
    assert [to for to, _ in said] == [cast.outsider.phone, "+8613700000001"]
    assert "房东" in said[0][1]
    assert "小刘" not in said[0][1]
    assert not User.objects.filter(id="01900000-0000-7000-8000-000000000000").exists()


def test_the_tenant_takes_the_home_by_their_own_login(cast: Cast, landlord: Any) -> None:
    made = register(cast, landlord, phone=cast.outsider.phone).json()
    http = Http(cast.outsider)
    (offer,) = http.get("/me/homes").json()["offers"]
    assert (offer["id"], offer["address"]) == (made["id"], "演示一号院1号楼1单元101")
    assert cast.home.id not in cast.outsider.actor.homes
    assert Http(cast.pending).get("/me/homes").json()["offers"] == []
    assert Http(cast.pending).post(f"/me/homes/{offer['id']}/accept").status_code == 404
    taken = http.post(f"/me/homes/{offer['id']}/accept").json()
    assert (taken["state"], taken["relation"]) == ("confirmed", "tenant")
    assert cast.home.id in cast.outsider.actor.homes
    assert http.post(f"/me/homes/{offer['id']}/accept").status_code == 409
    (seen,) = Http(landlord).get(f"/homes/{cast.home.id}/occupancy").json()["items"]
    assert (seen["state"], seen["name"]) == ("accepted", "租客小刘")


def test_a_claim_of_ones_own_becomes_the_offer(cast: Cast, landlord: Any) -> None:
    made = register(cast, landlord, phone=cast.pending.phone).json()
    assert Http(cast.pending).post(f"/me/homes/{made['id']}/accept").json()["state"] == "confirmed"
    assert Residency.objects.filter(user=cast.pending.user, state__in=homes.OPEN).count() == 1


def test_the_tenant_says_that_it_is_not_theirs(cast: Cast, landlord: Any) -> None:
    made = register(cast, landlord, phone=cast.outsider.phone).json()
    assert Http(cast.outsider).post(f"/me/homes/{made['id']}/decline").json()["state"] == "declined"
    assert Http(cast.outsider).post(f"/me/homes/{made['id']}/accept").status_code == 409
    assert HomeInvitation.objects.get().phone_blind is None


@pytest.mark.parametrize("who", ["outsider", "pending", "ended_tenant", "manager", "community_worker"])
def test_only_who_owns_or_lets_the_home_registers(cast: Cast, who: str) -> None:
    assert register(cast, cast[who]).status_code == 404


def test_ending_it_ends_the_tenants_sight(cast: Cast, landlord: Any) -> None:
    made = register(cast, landlord, phone=cast.outsider.phone).json()
    Http(cast.outsider).post(f"/me/homes/{made['id']}/accept")
    path = f"/homes/{cast.home.id}/occupancy/{made['id']}/end"
    assert Http(cast.outsider).post(path).status_code == 404
    assert Http(landlord).post(path).json()["state"] == "ended"
    assert cast.home.id not in cast.outsider.actor.homes
    assert Http(landlord).post(path).status_code == 409


def test_a_note_without_a_phone_opens_nothing(cast: Cast, landlord: Any) -> None:
    made = register(cast, landlord).json()
    assert made["state"] == "registered"
    assert not Delivery.objects.filter(topic="home.invitation.text").exists()
    (seen,) = Http(cast.community_worker).get(f"/homes/{cast.home.id}/occupancy").json()["items"]
    assert seen["name"] == "租**"


def test_time_ends_an_offer(cast: Cast, landlord: Any, moved_clock: Callable[..., Any]) -> None:
    made = register(cast, landlord, phone=cast.outsider.phone).json()
    with moved_clock(timedelta(days=366)):
        assert Http(cast.outsider).post(f"/me/homes/{made['id']}/accept").status_code in {401, 404}
        assert occupancy.shown(landlord.actor, list(HomeInvitation.objects.all()))[0].state == "ended"
        tending.mark_run_out()
        assert HomeInvitation.objects.get().state == "ended"


def test_a_landlord_who_leaves_takes_their_offers_along(cast: Cast, landlord: Any) -> None:
    made = register(cast, landlord, phone=cast.outsider.phone).json()
    row = Residency.objects.get(user=landlord.user, home=cast.home)
    Http(landlord).post(f"/me/homes/{row.id}/end")
    assert Http(cast.outsider).post(f"/me/homes/{made['id']}/accept").status_code in {404, 409}
    assert Http(cast.outsider).get("/me/homes").json()["offers"] == []


def test_wrong_times_and_names_are_refused(cast: Cast, landlord: Any) -> None:
    for wrong in ({"until": "2020-01-01T00:00:00Z"}, {"until": "2099-01-01T00:00:00Z"}, {"name": " "}, {"phone": "1"}):
        assert register(cast, landlord, **wrong).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_an_offer_taken_twice_at_once_is_one_home(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    from backend.people import invitations

    row = homes.claim(cast.neighbour.actor, home_id=cast.home.id, relation="landlord")
    homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
    made = register(cast, cast.neighbour, phone=cast.outsider.phone).json()
    actor = cast.outsider.actor
    results = barrier(100, lambda _: invitations.accept(actor, invitation_id=made["id"]))
    assert len([r for r in results if isinstance(r, Residency)]) == 1
    assert Residency.objects.filter(user=cast.outsider.user, home=cast.home).count() == 1
