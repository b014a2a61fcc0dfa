"""The desk enrols people: with or without a phone, known or not, and learns nothing that it may not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from backend.core.audit import AuditRow
from backend.core.vault import PersonKey
from backend.people import enrolment, identity
from backend.people.models import Consent, EmergencyContact, Residency, User
from backend.people.reading import name_of
from notifications import sms
from notifications.deliveries import Delivery
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db
UNKNOWN = "13700000002"


def number(first: str = "11010519370501112") -> str:
    return first + identity.check(first)


def enrol(cast: Cast, who: str = "community_worker", **more: Any) -> Any:
    body = {"name": "赵奶奶", "home_id": str(cast.home.id), "relation": "family", "witnessed": True}
    return Http(cast[who]).post("/people", body | more)


def test_a_person_without_a_phone_is_enrolled_and_at_home_at_once(cast: Cast) -> None:
    contact = {"name": "儿子", "phone": "13800138002", "relation": "儿子"}
    made = enrol(cast, identity_number=number(), contacts=[contact], elder_mode=True)
    assert made.status_code == 201, made.content
    user = User.objects.get(id=made.json()["id"])
    assert (made.json()["state"], user.phone_blind, user.elder_mode) == ("confirmed", None, True)
    assert name_of(user) == "赵奶奶"
    assert user.enrolled_by_id == cast.community_worker.id
    assert EmergencyContact.objects.get(user=user).relation == "儿子"
    agreed = {(c.purpose, c.channel, c.witness_id) for c in Consent.objects.filter(user=user)}
    purposes = ("account", "identity", "emergency_contacts")
    assert agreed == {(purpose, "desk", cast.community_worker.id) for purpose in purposes}
    lying = bytes(user.identity_sealed or b"") + bytes(user.identity_blind or b"") + bytes(user.name_sealed or b"")
    assert number().encode() not in lying
    (audited,) = AuditRow.objects.filter(event="person.enrolled")
    assert "赵" not in str(audited.data)


@pytest.mark.parametrize(
    "wrong", ["110105193705011121", "1101051937050111", "110105193713011124", "110105209905011128", "abc", ""]
)
def test_an_identity_number_must_be_one(cast: Cast, wrong: str) -> None:
    answer = enrol(cast, identity_number=wrong or "x")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/identity_number")


def test_the_check_character_may_be_an_x() -> None:
    found = [first for i in range(1000) if identity.check(first := f"11010519370501{i:03d}") == "X"]
    assert identity.normalise(f"{found[0]} x".replace(" ", "")) == f"{found[0]}X"


def test_one_identity_number_is_one_person(cast: Cast) -> None:
    assert enrol(cast, identity_number=number()).status_code == 201
    again = enrol(cast, "manager", identity_number=number(), name="别名")
    assert (again.status_code, again.json()["code"]) == (409, "already-enrolled")
    assert "赵" not in again.content.decode()
    assert User.objects.filter(identity_blind__isnull=False).count() == 1


@pytest.mark.parametrize("who", ["other_community_worker", "other_company_manager", "ended_company_manager"])
def test_a_home_out_of_reach_is_no_home(cast: Cast, who: str) -> None:
    enrol(cast, identity_number=number())
    assert enrol(cast, who, identity_number=number()).status_code in {403, 404}


def test_a_new_phone_and_a_known_one_get_the_same_answer(cast: Cast) -> None:
    answers = [enrol(cast, phone=phone).json() for phone in (UNKNOWN, cast.outsider.phone)]
    plain = [{k: v for k, v in a.items() if k not in {"id", "residency_id"}} for a in answers]
    assert plain[0] == plain[1]
    assert str(cast.outsider.id) not in str(answers)
    cards = [Http(cast.community_worker).get(f"/people/{a['id']}").json() for a in answers]
    assert [c["name"] for c in cards] == ["赵**", "赵**"]
    texts = [sms.opened(row) for row in Delivery.objects.filter(topic="home.enrolled.text").order_by("at")]
    assert [to for to, _ in texts] == ["+8613700000002", cast.outsider.phone]


def test_a_new_phone_logs_in_to_what_was_enrolled(cast: Cast) -> None:
    made = enrol(cast, phone=UNKNOWN).json()
    from backend.people import phones

    assert User.objects.get(phone_blind=phones.blind("+8613700000002")).id == User.objects.get(id=made["id"]).id


def test_a_known_phone_takes_it_by_its_own_login_and_both_are_one(cast: Cast) -> None:
    contact = {"name": "儿子", "phone": "13800138002", "relation": "儿子"}
    made = enrol(cast, phone=cast.outsider.phone, identity_number=number(), contacts=[contact]).json()
    http = Http(cast.outsider)
    assert cast.home.id not in cast.outsider.actor.homes
    (offer,) = http.get("/me/homes").json()["offers"]
    assert offer["kind"] == "enrolment"
    assert http.post(f"/me/homes/{offer['id']}/accept").json()["state"] == "confirmed"
    assert {cast.home.id, cast.other_home.id} == cast.outsider.actor.homes
    account, enrolled = User.objects.get(id=cast.outsider.id), User.objects.get(id=made["id"])
    assert (enrolled.state, enrolled.identity_blind, enrolled.name_sealed) == ("erased", None, None)
    assert PersonKey.objects.get(owner_id=enrolled.id).wrapped is None
    assert bytes(account.identity_blind or b"") == identity.blind(number())
    assert name_of(account) == "外人乙"
    assert http.get("/me").json()["contacts"][0]["name"] == "儿子"
    assert Http(cast.community_worker).get(f"/people/{made['id']}").status_code == 404
    (found,) = Http(cast.community_worker).post("/people/search", {"identity_number": number()}).json()["items"]
    assert found["id"] == str(cast.outsider.id)


def test_what_the_desk_ended_meanwhile_is_offered_no_more(cast: Cast) -> None:
    made = enrol(cast, phone=cast.outsider.phone).json()
    (offer,) = Http(cast.outsider).get("/me/homes").json()["offers"]
    Http(cast.manager).post(f"/homes/{cast.home.id}/residents/{made['residency_id']}/end", {"reason": "mistake"})
    assert Http(cast.outsider).get("/me/homes").json()["offers"] == []
    assert Http(cast.outsider).post(f"/me/homes/{offer['id']}/accept").status_code == 409


def test_the_same_id_is_the_same_person(cast: Cast) -> None:
    mine = str(uuid4())
    first, again = enrol(cast, id=mine), enrol(cast, id=mine)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert enrol(cast, "manager", id=mine).status_code == 409


def test_nobody_is_enrolled_without_a_witness(cast: Cast) -> None:
    assert enrol(cast, witnessed=False).status_code == 422
    with pytest.raises(enrolment.Invalid):
        enrolment.enrol(cast.manager.actor, name="x", home_id=cast.home.id, relation="family", witnessed=False)


@pytest.mark.django_db(transaction=True)
def test_one_number_enrolled_at_two_desks_at_once_is_one_person(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    actors = [cast.manager.actor, cast.community_worker.actor] * 4

    def work(i: int) -> Any:
        facts = {"home_id": cast.home.id, "relation": "family", "witnessed": True}
        return enrolment.enrol(actors[i], name="赵", identity_number=number(), phone=UNKNOWN, **facts)

    results = barrier(8, work)
    assert len([r for r in results if isinstance(r, Residency)]) == 1
    assert {type(r) for r in results if not isinstance(r, Residency)} == {enrolment.AlreadyEnrolled}


@pytest.mark.parametrize(
    ("who", "count"),
    [("community_worker", 1), ("manager", 1), ("dispatcher", 1), ("other_company_manager", 0)],
)
def test_search_is_exact_within_reach_masked_and_audited(cast: Cast, who: str, count: int) -> None:
    found = Http(cast[who]).post("/people/search", {"phone": cast.wang.phone})
    assert found.status_code == 200
    assert [card["name"] for card in found.json()["items"]] == ["王**"] * count
    assert cast.wang.phone[3:] not in found.content.decode()
    assert AuditRow.objects.filter(event="person.searched", actor_id=cast[who].id).count() == 1
    reads = AuditRow.objects.filter(event="person.read", object_id=cast.wang.id)
    assert reads.count() == count
    assert Http(cast[who]).post("/people/search", {"phone": UNKNOWN}).json()["items"] == []


def test_search_needs_one_whole_number(cast: Cast) -> None:
    http = Http(cast.manager)
    for body in ({}, {"phone": "138"}, {"phone": "13800138000", "identity_number": number()}):
        assert http.post("/people/search", body).status_code == 422
    assert Http(cast.wang).post("/people/search", {"phone": "13800138000"}).status_code == 403


def test_a_card_is_masked_within_reach_and_audited(cast: Cast) -> None:
    card = Http(cast.manager).get(f"/people/{cast.wang.id}").json()
    assert (card["name"], card["homes"][0]["relation"]) == ("王**", "owner")
    assert card["phone"].count("*") == 4
    assert AuditRow.objects.filter(event="person.read", object_id=cast.wang.id).count() == 1
    assert Http(cast.other_company_manager).get(f"/people/{cast.wang.id}").status_code == 404
    assert Http(cast.manager).get(f"/people/{cast.outsider.id}").status_code == 404
    assert Http(cast.neighbour).get(f"/people/{cast.wang.id}").status_code == 403
