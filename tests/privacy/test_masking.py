"""Masked by default: staff read enough to recognise somebody, and in full only what their duty of the moment needs."""

from __future__ import annotations

import pytest

from backend.emergency import actions
from tests.cast import Cast, Http, Member
from tests.emergency.builders import raise_alarm
from tests.tickets.making import make_ticket

pytestmark = pytest.mark.django_db


def reporter_as_read_by(member: Member, ticket_id: object) -> str:
    return str(Http(member).get(f"/tickets/{ticket_id}").json()["reporter"]["name"])


def test_property_staff_read_who_reported_masked(cast: Cast) -> None:
    ticket = make_ticket(cast, "accepted")
    assert [reporter_as_read_by(who, ticket.id) for who in (cast.manager, cast.technician)] == ["王**", "王**"]
    assert reporter_as_read_by(cast.wang, ticket.id) == "王奶奶"
    names = {line["name"] for line in Http(cast.manager).get(f"/tickets/{ticket.id}/timeline").json()["items"]}
    assert "王奶奶" not in names
    assert "王**" in names


def test_who_was_given_the_job_reads_the_name(cast: Cast) -> None:
    ticket = make_ticket(cast, "assigned")
    assert reporter_as_read_by(cast.technician, ticket.id) == "王奶奶"
    assert reporter_as_read_by(cast.manager, ticket.id) == "王**"


def test_the_reporter_reads_who_was_given_their_name(cast: Cast) -> None:
    ticket = make_ticket(cast, "assigned")
    (look,) = Http(cast.wang).get("/me/access-log").json()["items"]
    assert (look["name"], look["role"], look["place"]) == ("工作人员technician", "technician", "演示物业公司")
    assert (look["fields"], look["reason"], look["about"]) == (["name"], "repair", str(ticket.id))


def test_the_desk_that_answers_reads_the_name_those_who_watch_read_it_masked(cast: Cast) -> None:
    Http(cast.wang).put("/me/emergency-contacts", [{"name": "女儿小芳", "phone": "13800138001"}])
    incident = raise_alarm(cast.wang)
    path = f"/emergency/incidents/{incident.id}"
    desk = Http(cast.dispatcher).get(path).json()
    assert (desk["person"]["name"], desk["card"]["name"], desk["contacts"][0]["name"]) == (
        "王奶奶",
        "王奶奶",
        "女儿小芳",
    )
    for watching in (cast.community_worker, cast.subdistrict_officer, cast.district_officer):
        seen = Http(watching).get(path).json()
        assert (seen["person"]["name"], seen["card"]["name"], seen["contacts"][0]["name"]) == ("王**", "王**", "女**")
        assert "****" in seen["card"]["phone"]
        (row,) = Http(watching).get("/emergency/incidents").json()["items"]
        assert row["person"]["name"] == "王**"
    assert Http(cast.wang).get(path).json()["person"]["name"] == "王奶奶"


def test_phones_are_masked_until_the_incident_is_taken(cast: Cast) -> None:
    incident = raise_alarm(cast.wang)
    path = f"/emergency/incidents/{incident.id}"
    assert "****" in Http(cast.dispatcher).get(path).json()["card"]["phone"]
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    assert Http(cast.dispatcher).get(path).json()["card"]["phone"] == cast.wang.phone
    assert "****" in Http(cast.second_dispatcher).get(path).json()["card"]["phone"]


def test_a_card_at_the_desk_is_masked(cast: Cast) -> None:
    card = Http(cast.manager).get(f"/people/{cast.wang.id}").json()
    assert card["name"] == "王**"
    assert "****" in card["phone"]


def test_the_desk_sees_that_there_are_care_notes_and_not_what_they_say(cast: Cast) -> None:
    Http(cast.wang).put("/me/consents/health", {"given": True, "version": "2026-11"})
    Http(cast.wang).patch("/me", {"care_notes": "糖尿病"})
    incident = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    answer = Http(cast.dispatcher).get(f"/emergency/incidents/{incident.id}")
    assert answer.json()["card"]["care_notes"] == "****"
    assert "糖尿病" not in answer.content.decode()
