"""Telephone: the exchange tells, dispatchers write down, unknown callers are heard, the right card comes up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend.core.audit import AuditRow
from backend.emergency.models import Incident, Signal
from backend.people import profile
from tests.cast import Cast, Member
from tests.emergency.builders import SECRET, make_device
from tests.emergency.signing import signed_headers

pytestmark = pytest.mark.django_db
PATH = "/api/v1/emergency/calls"


@pytest.fixture(autouse=True)
def exchange(cast: Cast) -> None:
    make_device(cast, "PBX-1", kind="pbx", user=None, home=None)


def tells(client_for: Callable[..., Any], call_id: str = "c-1", state: str = "ringing", **said: Any) -> Any:
    body = {"caller": "", "called": "96156", "call_id": call_id, "state": state} | said
    return posted(client_for, json.dumps(body).encode())


def posted(client_for: Callable[..., Any], raw: bytes, secret: str = SECRET) -> Any:
    headers = signed_headers(raw, key_id="key-PBX-1", secret=secret, path=PATH)
    return client_for(None).request("post", PATH, data=raw, content_type="application/json", headers=headers)


def shown(client_for: Callable[..., Any], member: Member, incident: str) -> Any:
    return client_for(member).get(f"/emergency/incidents/{incident}").json()


def test_a_known_number_brings_its_persons_card(cast: Cast, client_for: Callable[..., Any]) -> None:
    answer = tells(client_for, caller=cast.wang.phone)
    assert answer.status_code == 202
    incident = Incident.objects.get()
    assert answer.json()["incident_id"] == str(incident.id)
    assert (incident.person_id, incident.home_id, incident.identity, incident.priority) == (
        cast.wang.id, cast.home.id, "verified", "P1",
    )  # fmt: skip
    seen = shown(client_for, cast.dispatcher, str(incident.id))
    assert seen["card"]["id"] == str(cast.wang.id)
    assert "****" in seen["caller"]["number"]
    client_for(cast.dispatcher).post(f"/emergency/incidents/{incident.id}/acknowledge")
    assert shown(client_for, cast.dispatcher, str(incident.id))["caller"]["number"] == cast.wang.phone


def test_each_state_of_a_call_is_written_once_and_opens_nothing_more(
    cast: Cast, client_for: Callable[..., Any]
) -> None:
    said = [("ringing", 1), ("ringing", 1), ("answered", 1), ("answered", 1), ("ended", 1), ("strange", 1)]
    answers = [tells(client_for, state=state, caller="13711112222").json() for state, _ in said]
    assert len({json.dumps(answer, sort_keys=True) for answer in answers}) == 1
    told = (
        AuditRow.objects.filter(event="incident.call_told").order_by("at", "id").values_list("data__state", flat=True)
    )
    assert list(told) == ["ringing", "answered", "ended", "other"]
    assert Incident.objects.get().signal_count == 1


def test_an_exchange_that_counts_from_one_again_is_heard(
    client_for: Callable[..., Any], moved_clock: Callable[..., Any]
) -> None:
    first = tells(client_for, "1", caller="13711112222").json()
    with moved_clock(timedelta(days=2)):
        again = tells(client_for, "1", caller="13733334444").json()
        tells(client_for, "1", "answered", caller="13733334444")
    assert again["incident_id"] not in (None, first["incident_id"])
    assert list(Incident.objects.order_by("opened_at").values_list("signal_count", flat=True)) == [1, 1]


def test_an_unknown_number_is_a_case_of_its_own_and_calls_of_it_join(
    cast: Cast, client_for: Callable[..., Any]
) -> None:
    first = tells(client_for, "a", caller="010-6500 0000").json()["incident_id"]
    assert tells(client_for, "b", caller="01065000000").json()["incident_id"] == first
    assert tells(client_for, "c", caller="13711112222").json()["incident_id"] != first
    incident = Incident.objects.get(id=first)
    assert (incident.identity, incident.priority, incident.person_id, incident.signal_count) == (
        "unverified",
        "P1",
        None,
        2,
    )
    assert incident.community_id == cast.community.id


def test_withheld_numbers_never_share_a_case(cast: Cast, client_for: Callable[..., Any]) -> None:
    incidents = {
        tells(client_for, call_id, caller=caller).json()["incident_id"]
        for call_id, caller in (("a", ""), ("b", "anonymous"))
    }
    assert len(incidents) == 2


def test_a_contacts_number_says_whose_contact_it_is(cast: Cast, client_for: Callable[..., Any]) -> None:
    profile.set_contacts(cast.wang.actor, contacts=[{"name": "演示女儿", "phone": "13622223333", "relation": "女儿"}])
    incident = tells(client_for, caller="13622223333").json()["incident_id"]
    seen = shown(client_for, cast.dispatcher, incident)
    assert seen["card"] is None
    assert [(one["id"], one["how"]) for one in seen["caller"]["related"]] == [(str(cast.wang.id), "contact")]
    raw = Signal.objects.get()
    assert b"13622223333" not in bytes(raw.raw_sealed) + bytes(raw.detail_sealed or b"")


def test_a_call_that_nobody_signed_is_kept_and_refused(cast: Cast, client_for: Callable[..., Any]) -> None:
    assert posted(client_for, b'{"call_id": "1", "state": "ringing"}', secret="d3Jvbmc").status_code == 401
    assert (Incident.objects.get().kind, Incident.objects.get().priority) == ("technical", "P3")


@pytest.mark.parametrize("raw", [b"not json", b"[]", b"{}", b'{"call_id": ""}'], ids=["text", "list", "empty", "blank"])
def test_what_the_exchange_says_badly_still_calls_somebody(
    cast: Cast, client_for: Callable[..., Any], raw: bytes
) -> None:
    assert posted(client_for, raw).status_code == 202
    assert Incident.objects.get().priority == "P1"


def test_a_dispatcher_writes_a_call_down_once(cast: Cast, client_for: Callable[..., Any]) -> None:
    desk, body = (
        client_for(cast.dispatcher),
        {"id": str(uuid4()), "kind": "fall", "person_id": str(cast.wang.id), "note": "摔倒在浴室"},
    )
    made = desk.post("/emergency/calls", body)
    assert made.status_code == 201, made.content
    assert made.json()["incident"]["card"]["id"] == str(cast.wang.id)
    assert desk.post("/emergency/calls", body).status_code == 200
    assert client_for(cast.second_dispatcher).post("/emergency/calls", body).json()["code"] == "id-taken"
    assert (Incident.objects.get().kind, Incident.objects.get().home_id) == ("fall", cast.home.id)
    assert made.json()["incident"]["signals"][0]["note"] == "摔倒在浴室"


def test_a_call_from_nobody_known_is_the_dispatchers_own_desks(cast: Cast, client_for: Callable[..., Any]) -> None:
    made = client_for(cast.dispatcher).post("/emergency/calls", {"id": str(uuid4())}).json()["incident"]
    assert (made["identity"], made["priority"], made["person"]) == ("unverified", "P1", None)
    assert made["community_id"] == str(cast.community.id)


def test_wrong_fields_are_named_and_other_desks_refused(cast: Cast, client_for: Callable[..., Any]) -> None:
    desk = client_for(cast.dispatcher)
    for wrong, pointer in (
        ({"kind": "boredom"}, "/kind"),
        ({"person_id": str(uuid4())}, "/person_id"),
        ({"home_id": str(uuid4())}, "/home_id"),
        ({"division_id": str(uuid4())}, "/division_id"),
        ({"id": "x"}, "/id"),
    ):
        answer = desk.post("/emergency/calls", {"id": str(uuid4())} | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    elsewhere = {"id": str(uuid4()), "division_id": str(cast.other_community.id)}
    assert desk.post("/emergency/calls", elsewhere).status_code == 403
    assert client_for(cast.manager).post("/emergency/calls", {"id": str(uuid4())}).status_code == 403
    assert not Incident.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_words_of_one_call_are_one_incident(
    cast: Cast, client_for: Callable[..., Any], barrier: Callable[..., list[Any]]
) -> None:
    states = ("ringing", "answered", "ended", "missed")
    answers = barrier(
        100, lambda i: tells(client_for, state=states[i % 4], caller=cast.wang.phone).json()["incident_id"]
    )
    assert len(set(answers)) == 1
    assert Incident.objects.get().signal_count == 1
    assert AuditRow.objects.filter(event="incident.call_told").count() in {3, 4}
