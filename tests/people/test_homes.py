"""Claims on homes: nothing of a home before somebody confirmed it, and nothing after it ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.people import homes
from backend.people.actor import Actor
from backend.people.models import Residency
from backend.people.roles import Can
from tests.cast import Cast, Http


def test_a_claim_waits_until_it_is_confirmed(cast: Cast, client_for: Callable[..., Http]) -> None:
    made = client_for(cast.outsider).post("/me/homes", {"home_id": str(cast.home.id), "relation": "tenant"})
    assert (made.status_code, made.json()["state"]) == (201, "pending")
    assert cast.home.id not in cast.outsider.actor.homes
    path = f"/homes/{cast.home.id}/claims/{made.json()['id']}/confirm"
    assert client_for(cast.manager).post(path).json()["state"] == "confirmed"
    assert cast.home.id in cast.outsider.actor.homes


def test_nobody_confirms_their_own_claim(cast: Cast) -> None:
    claim = Residency.objects.get(user=cast.pending.user)
    with pytest.raises(homes.Forbidden):
        homes.decide(cast.pending.actor, home_id=cast.home.id, claim_id=claim.id, confirmed=True)


def test_a_decided_claim_stays_decided(cast: Cast) -> None:
    claim = Residency.objects.get(user=cast.pending.user)
    homes.decide(cast.wang.actor, home_id=cast.home.id, claim_id=claim.id, confirmed=False)
    with pytest.raises(homes.AlreadyDecided):
        homes.decide(cast.wang.actor, home_id=cast.home.id, claim_id=claim.id, confirmed=True)


def test_an_ended_tenancy_opens_nothing(cast: Cast) -> None:
    assert cast.ended_tenant.actor.homes == frozenset()


def test_a_company_reaches_its_compounds_while_the_contract_holds(cast: Cast) -> None:
    def compounds(actor: Actor) -> frozenset[object]:
        return frozenset(actor.reach(Can.TICKET_ASSIGN).compounds)

    assert compounds(cast.manager.actor) == {cast.compound.id}
    assert compounds(cast.other_company_manager.actor) == {cast.other_compound.id}
    assert compounds(cast.ended_company_manager.actor) == frozenset()


def test_a_subdistrict_reaches_its_communities_and_no_others(cast: Cast) -> None:
    officer = cast.subdistrict_officer.actor
    assert officer.may(Can.TICKET_READ, community=cast.community.id)
    assert not officer.may(Can.TICKET_READ, community=cast.other_community.id)


def test_staff_who_came_by_phone_code_have_a_residents_rights_only(cast: Cast) -> None:
    cast.manager.assurance = "otp"
    assert not cast.manager.actor.may(Can.TICKET_ASSIGN)


def test_names_and_contacts_are_changed_by_oneself(cast: Cast, client_for: Callable[..., Http]) -> None:
    http = client_for(cast.wang)
    assert http.patch("/me", {"name": "王阿姨", "elder_mode": True}).json()["name"] == "王阿姨"
    contacts = [{"name": "女儿", "phone": "138 0013 8000", "relation": "女儿"}]
    shown = http.put("/me/emergency-contacts", contacts).json()["contacts"]
    assert [(c["name"], c["phone"]) for c in shown] == [("女儿", "+8613800138000")]
    bad = http.put("/me/emergency-contacts", [{"name": "x", "phone": "12"}])
    assert bad.json()["errors"][0]["pointer"] == "/0/phone"
    etag = http.get("/me")["ETag"]
    assert http.get("/me", headers={"If-None-Match": etag}).status_code == 304


def test_a_claim_does_not_end_before_it_begins(cast: Cast, client_for: Callable[..., Http]) -> None:
    claim = {"home_id": str(cast.home.id), "relation": "family"}
    for until in ("2020-01-01T00:00:00+08:00", "2040-01-01T00:00:00"):
        refused = client_for(cast.outsider).post("/me/homes", claim | {"until": until})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/until")


@pytest.mark.django_db(transaction=True)
def test_one_home_claimed_from_two_devices_at_once_is_one_claim(
    cast: Cast, barrier: Callable[..., list[object]]
) -> None:
    actor = cast.outsider.actor
    results = barrier(8, lambda _: homes.claim(actor, home_id=cast.home.id, relation="tenant"))
    assert Residency.objects.filter(user=cast.outsider.user, home=cast.home).count() == 1
    refused = [r for r in results if isinstance(r, Exception)]
    assert {type(r) for r in refused} == {homes.AlreadyClaimed}


def test_a_role_somewhere_is_no_right_nowhere(cast: Cast) -> None:
    manager = cast.manager.actor
    assert manager.may(Can.TICKET_ASSIGN)
    assert manager.may(Can.TICKET_ASSIGN, compound=cast.compound.id, community=None)
    assert not manager.may(Can.TICKET_ASSIGN, compound=None, community=None)
    assert cast.district_officer.actor.may(Can.TICKET_ASSIGN, compound=None)
    with pytest.raises(TypeError):
        manager.may(Can.TICKET_ASSIGN, compuond=cast.compound.id)
