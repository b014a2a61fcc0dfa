"""Claims: who sees and decides them, what the claimant is told, and that nothing of a home shows before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.sockets.rights import own_channels
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.emergency import actions as emergency
from backend.people import homes, tending
from backend.people.models import Residency
from notifications.models import Notice, StreamEvent
from tests.cast import Cast, Http
from tests.payments import books
from tests.tickets.making import make_ticket

pytestmark = pytest.mark.django_db


def claimed(cast: Cast, who: str = "outsider", relation: str = "tenant", **more: Any) -> Residency:
    return homes.claim(cast[who].actor, home_id=cast.home.id, relation=relation, **more)


def topics(person: Any) -> list[str]:
    return list(Notice.objects.filter(person_id=person.id).order_by("seq").values_list("topic", flat=True))


def test_the_queue_shows_what_is_needed_to_decide_and_no_more(cast: Cast) -> None:
    row = claimed(cast, evidence="房产证在我名下")
    queue = Http(cast.manager).get("/claims").json()["items"]
    assert {one["state"] for one in queue} == {"pending"}
    (shown,) = [one for one in queue if one["id"] == str(row.id)]
    assert (shown["name"], shown["relation"], shown["evidence_text"]) == ("外**", "tenant", "房产证在我名下")
    assert shown["home"]["address"] == "演示一号院1号楼1单元101"
    assert cast.outsider.phone[3:] not in str(queue)
    assert shown["waits_seconds"] >= 0
    assert shown["can_decide"] is True


def test_the_oldest_claim_comes_first_page_by_page(cast: Cast) -> None:
    claimed(cast)
    first = Http(cast.manager).get("/claims?limit=1").json()
    assert [one["name"] for one in first["items"]] == ["待**"]
    then = Http(cast.manager).get(f"/claims?limit=1&cursor={first['next']}").json()
    assert [one["name"] for one in then["items"]] == ["外**"]
    assert then["next"] is None


@pytest.mark.parametrize(("who", "count"), [("manager", 1), ("community_worker", 1), ("other_community_worker", 0)])
def test_a_desk_sees_the_claims_of_its_reach_alone(cast: Cast, who: str, count: int) -> None:
    assert len(Http(cast[who]).get("/claims").json()["items"]) == count


def test_the_queue_is_narrowed_to_a_place_and_a_state(cast: Cast) -> None:
    http = Http(cast.community_worker)
    assert len(http.get(f"/claims?compound_id={cast.compound.id}").json()["items"]) == 1
    assert http.get(f"/claims?compound_id={cast.unserved_compound.id}").json()["items"] == []
    assert http.get("/claims?state=rejected").json()["items"] == []
    assert http.get("/claims?state=nonsense").status_code == 422


def test_the_claimant_is_told_of_the_decision_and_its_reason(cast: Cast) -> None:
    row = claimed(cast)
    path = f"/homes/{cast.home.id}/claims/{row.id}/reject"
    assert Http(cast.manager).post(path, {"reason": "wrong_home"}).json()["reason"] == "wrong_home"
    assert topics(cast.outsider) == ["home.rejected"]
    mine = Http(cast.outsider).get("/me/homes").json()["items"]
    assert ("rejected", "wrong_home") in [(one["state"], one["reason"]) for one in mine]
    assert Http(cast.manager).post(path, {"reason": "because"}).status_code == 422


def test_the_owner_is_told_of_a_claim_and_may_confirm_it(cast: Cast) -> None:
    row = claimed(cast, relation="family")
    assert topics(cast.wang) == ["home.claimed"]
    seen = Http(cast.wang).get(f"/homes/{cast.home.id}/residents").json()["items"]
    assert {"王奶奶", "待**", "外**"} == {one["name"] for one in seen}
    until = (now() + timedelta(days=30)).isoformat()
    confirmed = Http(cast.wang).post(f"/homes/{cast.home.id}/claims/{row.id}/confirm", {"until": until})
    assert confirmed.json()["state"] == "confirmed"
    assert confirmed.json()["until"] is not None
    assert topics(cast.outsider) == ["home.confirmed"]


def test_a_tenant_confirms_nobody_and_sees_no_list(cast: Cast) -> None:
    tenant = claimed(cast)
    homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=tenant.id, confirmed=True)
    http, pending = Http(cast.outsider), Residency.objects.get(user=cast.pending.user)
    assert http.post(f"/homes/{cast.home.id}/claims/{pending.id}/confirm").status_code == 404
    assert http.get(f"/homes/{cast.home.id}/residents").status_code == 404


def test_a_landlord_lets_tenants_in_but_makes_no_owners(cast: Cast) -> None:
    landlord = claimed(cast, "neighbour", "landlord")
    homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=landlord.id, confirmed=True)
    owner, pending = claimed(cast, relation="owner"), Residency.objects.get(user=cast.pending.user)
    http = Http(cast.neighbour)
    assert http.post(f"/homes/{cast.home.id}/claims/{owner.id}/confirm").status_code == 404
    assert http.post(f"/homes/{cast.home.id}/claims/{pending.id}/confirm").status_code == 200


def test_a_claim_that_is_over_is_not_confirmed(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    row = claimed(cast, until=now() + timedelta(days=1))
    with moved_clock(timedelta(days=2)):
        with pytest.raises(homes.Invalid):
            homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
        assert tending.mark_run_out() == 2  # and the tenancy that ended yesterday
        with pytest.raises(homes.AlreadyDecided):
            homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_and_one_wins(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    row = claimed(cast)
    actors = [cast.manager.actor, cast.community_worker.actor, cast.wang.actor] * 4

    def decide(i: int) -> Any:
        return homes.decide(actors[i], home_id=cast.home.id, claim_id=row.id, confirmed=i % 2 == 0)

    results = barrier(len(actors), decide)
    assert len([r for r in results if isinstance(r, Residency)]) == 1
    assert {type(r) for r in results if not isinstance(r, Residency)} == {homes.AlreadyDecided}
    assert len(topics(cast.outsider)) == 1


def test_nothing_of_a_home_shows_before_it_is_confirmed(cast: Cast) -> None:
    bill = books.electricity(cast.home)
    ticket = make_ticket(cast)
    http = Http(cast.pending)
    assert http.get("/bills").json()["items"] == []
    assert http.get("/accounts").json()["items"] == []
    assert http.get(f"/bills/{bill.pk}").status_code == 404
    assert http.get(f"/tickets/{ticket.id}").status_code == 404
    assert http.get(f"/homes/{cast.home.id}/residents").status_code == 404
    assert http.get(f"/homes/{cast.home.id}/occupancy").status_code == 404
    assert http.get(f"/circle?home_id={cast.home.id}").status_code == 404
    assert own_channels(cast.pending.actor) == [f"person:{cast.pending.id}"]
    row = Residency.objects.get(user=cast.pending.user)
    homes.decide(cast.wang.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
    assert [one["id"] for one in http.get("/bills").json()["items"]] == [str(bill.pk)]
    assert f"building:{cast.building.id}" in own_channels(cast.pending.actor)


def test_ones_own_alarm_is_seen_before_any_home_is_confirmed(cast: Cast) -> None:
    incident = emergency.raise_alarm(cast.pending.actor, id=uuid7(), kind="sos").incident
    assert Http(cast.pending).get(f"/emergency/incidents/{incident.id}").status_code == 200
    assert Http(cast.ended_tenant).get(f"/emergency/incidents/{incident.id}").status_code == 404


def test_moving_out_ends_access_at_once(cast: Cast) -> None:
    books.electricity(cast.home)
    row = Residency.objects.get(user=cast.wang.user)
    http = Http(cast.wang)
    assert len(http.get("/bills").json()["items"]) == 1
    ended = http.post(f"/me/homes/{row.id}/end", {"reason": "sold"})
    assert (ended.status_code, ended.json()["state"], ended.json()["reason"]) == (200, "ended", "sold")
    assert http.get("/bills").json()["items"] == []
    assert http.get("/me").json()["homes"] == []
    said = StreamEvent.objects.filter(channel=f"person:{cast.wang.id}").values_list("event", flat=True)
    assert "rights.changed" in set(said)
    assert http.post(f"/me/homes/{row.id}/end").status_code == 409
    assert Http(cast.neighbour).post(f"/me/homes/{row.id}/end").status_code == 404


def test_an_owner_ends_a_tenancy_and_the_tenant_is_told(cast: Cast) -> None:
    row = claimed(cast)
    homes.decide(cast.wang.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
    path = f"/homes/{cast.home.id}/residents/{row.id}/end"
    assert Http(cast.neighbour).post(path, {"reason": "lease_over"}).status_code == 404
    assert Http(cast.wang).post(path, {"reason": "lease_over"}).json()["state"] == "ended"
    assert cast.home.id not in cast.outsider.actor.homes
    assert topics(cast.outsider)[-1] == "home.ended"


def test_an_owner_ends_no_other_owner_but_the_desk_does(cast: Cast) -> None:
    row = claimed(cast, relation="owner")
    homes.decide(cast.manager.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
    path = f"/homes/{cast.home.id}/residents/{row.id}/end"
    assert Http(cast.wang).post(path).status_code == 403
    assert Http(cast.other_company_manager).post(path).status_code == 404
    assert Http(cast.community_worker).post(path, {"reason": "mistake"}).json()["reason"] == "mistake"


def test_a_tenancy_ends_with_its_time_and_is_marked_within_the_minute(
    cast: Cast, moved_clock: Callable[..., Any]
) -> None:
    row = claimed(cast, until=now() + timedelta(hours=1))
    homes.decide(cast.wang.actor, home_id=cast.home.id, claim_id=row.id, confirmed=True)
    with moved_clock(timedelta(hours=1, seconds=1)):
        assert cast.home.id not in cast.outsider.actor.homes
        assert tending.mark_run_out() == 2  # and the tenancy that ended yesterday
        assert tending.mark_run_out() == 0
        row.refresh_from_db()
        assert (row.state, row.ended_why, row.ended_at) == ("ended", "time", row.until)
        assert topics(cast.outsider) == ["home.confirmed", "home.over"]
        again = Http(cast.outsider).post("/me/homes", {"home_id": str(cast.home.id), "relation": "tenant"})
        assert again.status_code == 201


def test_a_claim_after_an_end_that_nobody_has_marked_yet(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    claimed(cast, until=now() + timedelta(hours=1))
    with moved_clock(timedelta(hours=2)):
        assert claimed(cast).state == "pending"


def test_a_claim_is_withdrawn(cast: Cast) -> None:
    row = claimed(cast)
    assert Http(cast.outsider).post(f"/me/homes/{row.id}/end").json()["reason"] == "withdrawn"
    assert Http(cast.manager).post(f"/homes/{cast.home.id}/claims/{row.id}/confirm").status_code == 409
