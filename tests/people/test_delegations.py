"""Powers to act for somebody: given by oneself, before the desk, or by a code from far away; ended with one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import now
from backend.core.errors import TooMany
from backend.people import delegation_requests, delegations, phones, tending
from backend.people.login import CodeExpired, CodeWrong
from backend.people.models import Delegation, User
from notifications import sms
from notifications.deliveries import Delivery
from notifications.models import Notice, StreamEvent
from tests.cast import Cast, Http
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
UNKNOWN = "13700000003"


def later(days: int = 90) -> str:
    return (now() + timedelta(days=days)).isoformat()


def give(cast: Cast, who: str = "wang", whose: str = "wang", **more: Any) -> Any:
    body = {"delegate": str(cast.outsider.id), "powers": ["pay"], "until": later()}
    if "delegate_phone" in more:
        body.pop("delegate")
    return Http(cast[who]).post(f"/people/{cast[whose].id}/delegations", body | more)


def held(cast: Cast, who: str = "outsider") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Http(cast[who]).get("/me/delegations").json()["held"]
    return found


def test_the_person_gives_a_power_by_their_own_login(cast: Cast) -> None:
    made = give(cast, powers=["report", "pay", "pay"])
    assert made.status_code == 201, made.content
    row = Delegation.objects.get(id=made.json()["id"])
    assert (row.consent, row.powers, row.witness_id) == ("self", ["pay", "report"], None)
    (seen,) = held(cast)
    assert (seen["person"], seen["person_id"], seen["powers"]) == ("王奶奶", str(cast.wang.id), ["pay", "report"])
    told = {n.person_id: n.topic for n in Notice.objects.all()}
    assert told == {cast.wang.id: "delegation.begun", cast.outsider.id: "delegation.given"}


def test_a_power_given_to_a_phone_tells_nothing_about_it(cast: Cast) -> None:
    made = [give(cast, delegate_phone=phone).json() for phone in (cast.outsider.phone, UNKNOWN)]
    blank = [(m["delegate_id"], m["delegate"], m["consent"]) for m in made]
    assert blank == [(None, "", "self")] * 2
    given = Http(cast.wang).get("/me/delegations").json()["given"]
    assert {one["delegate"] for one in given} == {""}
    assert held(cast)[0]["person_id"] == str(cast.wang.id)
    new = User.objects.get(phone_blind=phones.blind("+8613700000003"))
    assert Delegation.objects.filter(delegate=new).count() == 1
    assert [sms.opened(d)[0] for d in Delivery.objects.filter(topic="delegation.given.text").order_by("at")] == [
        cast.outsider.phone,
        "+8613700000003",
    ]


def test_the_desk_gives_it_before_a_witness_within_reach(cast: Cast) -> None:
    made = give(cast, "community_worker", witnessed=True)
    row = Delegation.objects.get(id=made.json()["id"])
    assert (row.consent, row.witness_id) == ("witnessed", cast.community_worker.id)
    assert give(cast, "community_worker").json()["errors"][0]["pointer"] == "/witnessed"
    for who in ("other_community_worker", "other_company_manager", "technician", "dispatcher", "neighbour"):
        assert give(cast, who, witnessed=True).status_code == 404
    assert give(cast, "community_worker", "outsider", witnessed=True).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"powers": []},
        {"powers": ["everything"]},
        {"until": "2020-01-01T00:00:00Z"},
        {"until": (now() + timedelta(days=400)).isoformat()},
        {"delegate": "01900000-0000-7000-8000-000000000000"},
        {"delegate": None},
    ],
)
def test_what_is_no_power_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    assert give(cast, **wrong).status_code == 422
    assert not Delegation.objects.exists()


def test_nobody_acts_for_themselves(cast: Cast) -> None:
    assert give(cast, delegate=str(cast.wang.id)).status_code == 422


def test_a_new_power_replaces_the_old_one_of_the_pair(cast: Cast) -> None:
    give(cast)
    give(cast, powers=["report"])
    assert [one["powers"] for one in held(cast)] == [["report"]]


@pytest.mark.parametrize(
    ("who", "status"),
    [("wang", 204), ("outsider", 204), ("community_worker", 204), ("neighbour", 404), ("other_community_worker", 404)],
)
def test_the_person_the_delegate_and_the_desk_end_it(cast: Cast, who: str, status: int) -> None:
    made = give(cast).json()
    path = f"/people/{cast.wang.id}/delegations/{made['id']}"
    assert Http(cast[who]).delete(path).status_code == status
    assert (held(cast) == []) == (status == 204)
    if status == 204:
        assert Http(cast[who]).delete(path).status_code == 204
        events = StreamEvent.objects.filter(channel=f"person:{cast.outsider.id}", event="rights.changed")
        assert events.count() == 2  # given, and ended


def test_one_call_ends_them_all(cast: Cast) -> None:
    give(cast)
    give(cast, delegate=str(cast.neighbour.id))
    assert Http(cast.wang).post("/me/delegations/revoke-all").json() == {"ended": 2}
    assert held(cast) == held(cast, "neighbour") == []
    assert Http(cast.wang).post("/me/delegations/revoke-all").json() == {"ended": 0}


def test_both_are_reminded_once_a_week_before_the_end(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    give(cast, until=later(30))
    assert tending.announce_ends(tending.WORKER) == 0
    with moved_clock(timedelta(days=24)):
        tending.announce_ends(tending.WORKER)
        tending.announce_ends(tending.WORKER)
    reminded = Notice.objects.filter(topic="delegation.ends_soon")
    assert {n.person_id for n in reminded} == {cast.wang.id, cast.outsider.id}
    assert reminded.count() == 2


def ask(cast: Cast, phone: str = "", **more: Any) -> Any:
    body = {"phone": phone or cast.wang.phone, "powers": ["pay", "see_alarms"], "until": later()}
    return Http(cast.outsider).post("/delegations/requests", body | more)


def sent() -> tuple[str, str, str]:
    """To whom, the text, the code."""
    row = Delivery.objects.filter(topic="delegation.code").latest("at")
    letter = sms.opened_letter(row)
    return letter.to, letter.text, letter.params["code"]


def confirm(cast: Cast, request: Any, code: str, who: str = "outsider") -> Any:
    return Http(cast[who]).post(f"/delegations/requests/{request.json()['id']}/confirm", {"code": code})


def test_a_child_far_away_asks_and_the_parents_code_agrees(cast: Cast) -> None:
    asked = ask(cast)
    assert asked.status_code == 202, asked.content
    to, text, code = sent()
    assert to == cast.wang.phone
    assert all(word in text for word in ("外**", "缴费", "看到求助", code))
    assert "外人乙" not in text
    assert held(cast) == []
    assert confirm(cast, asked, code, "neighbour").status_code == 404
    made = confirm(cast, asked, code)
    assert (made.status_code, made.json()["consent"], made.json()["person"]) == (201, "code", "王奶奶")
    (given,) = Http(cast.wang).get("/me/delegations").json()["given"]
    assert given["delegate"] == "外**"  # who asked told the parent
    assert confirm(cast, asked, code).status_code == 410


def test_an_unknown_phone_gets_the_same_answer_and_no_message(cast: Cast) -> None:
    known, unknown = ask(cast), ask(cast, UNKNOWN)
    assert known.status_code == unknown.status_code == 202
    assert known.json().keys() == unknown.json().keys()
    assert Delivery.objects.filter(topic="delegation.code").count() == 1
    wrong = [confirm(cast, asked, "000000x").json()["code"] for asked in (known, unknown)]
    assert wrong == ["code-wrong"] * 2
    ends = [[confirm(cast, asked, "nope").status_code for _ in range(6)] for asked in (known, unknown)]
    assert ends[0] == ends[1] == [400] * 4 + [410] * 2
    assert not Delegation.objects.exists()


def test_a_code_is_good_for_ten_minutes_and_for_nothing_else(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    asked = ask(cast)
    _, _, code = sent()
    body = {"phone": cast.wang.phone, "code": code, "device": {"key": "k"}}
    assert Http().post("/auth/sessions", body).status_code in {400, 410}
    with moved_clock(timedelta(minutes=11)):
        request = delegation_requests.DelegationRequest.objects.get(id=asked.json()["id"])
        with pytest.raises(CodeExpired):
            delegation_requests.confirm(cast.outsider.actor, request_id=request.id, code=code)


def test_a_phone_is_not_asked_for_ever(cast: Cast) -> None:
    assert [ask(cast).status_code for _ in range(4)] == [202, 202, 202, 429]


def test_one_does_not_ask_oneself(cast: Cast) -> None:
    assert ask(cast, cast.outsider.phone).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_attempts_at_a_code_are_counted_before_they_are_compared(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    asked = ask(cast).json()["id"]
    actor = cast.outsider.actor
    results = barrier(100, lambda i: delegation_requests.confirm(actor, request_id=asked, code=f"no{i}"))
    assert sum(isinstance(r, CodeWrong) for r in results) == 5
    assert sum(isinstance(r, CodeExpired) for r in results) == 95


@pytest.mark.django_db(transaction=True)
def test_a_right_code_at_once_is_one_power(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    asked = ask(cast).json()["id"]
    _, _, code = sent()
    actor = cast.outsider.actor
    results = barrier(100, lambda _: delegation_requests.confirm(actor, request_id=asked, code=code))
    assert sum(isinstance(r, Delegation) for r in results) == 1
    assert delegations.in_force().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_pair_has_one_power_however_often_it_is_given_at_once(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    actor, until = cast.wang.actor, now() + timedelta(days=5)

    def work(_: int) -> Any:
        return delegations.give(actor, person_id=cast.wang.id, powers=["pay"], until=until, delegate=cast.outsider.id)

    results = barrier(100, work)
    assert {type(r) for r in results} <= {Delegation, TooMany}, results
    assert delegations.in_force().count() == 1


def test_whoever_witnesses_a_power_does_not_receive_it(cast: Cast) -> None:
    desk = cast.community_worker
    for one in ({"delegate": str(desk.id)}, {"delegate_phone": desk.phone}):
        refused = give(cast, "community_worker", witnessed=True, **one)
        assert (refused.status_code, refused.json()["code"]) == (403, "witness-is-delegate")
    assert not Delegation.objects.exists()


def test_the_desk_gives_powers_only_with_a_fresh_proof(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    _ = cast.community_worker.session, cast.wang.session
    with moved_clock(timedelta(minutes=16)):
        refused = give(cast, "community_worker", witnessed=True)
        assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication-required")
        browser = Browser(cast.community_worker)
        browser.get("/app/privacy")
        page = browser.post(f"/desk/people/{cast.wang.id}/delegations", {})
        assert page["Location"] == f"/app/proof?next=/desk/people/{cast.wang.id}"
        assert give(cast).status_code == 201
