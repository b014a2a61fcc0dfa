"""A person calls for help."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db.models import F

from backend.core import vault
from backend.emergency import actions, reading
from backend.emergency.kinds import Identity, State
from backend.emergency.models import Incident, Signal, SignalKey
from backend.people.models import Session, User
from notifications.streams import StreamEvent
from tests.cast import Cast, Http
from tests.emergency.builders import raise_alarm, sit_down

pytestmark = pytest.mark.django_db(transaction=True)


def events(channel: str) -> list[str]:
    return list(StreamEvent.objects.filter(channel=channel).order_by("offset").values_list("event", flat=True))


def test_an_sos_opens_a_verified_p1_at_the_nearest_desk(cast: Cast, client_for) -> None:
    sit_down(cast.dispatcher, cast.community.id)
    alarm = str(uuid4())
    answer = client_for(cast.wang).post(
        "/emergency/alarms", {"id": alarm, "kind": "sos", "lon": 116.46, "lat": 39.9, "note": "摔倒了"}
    )
    assert answer.status_code == 201, answer.content
    told = answer.json()["incident"]
    assert (told["priority"], told["state"], told["identity"], told["kind"]) == ("P1", "open", "verified", "sos")
    incident = Incident.objects.get(id=told["id"])
    assert (incident.division_id, incident.home_id, incident.person_id) == (
        cast.community.id,
        cast.home.id,
        cast.wang.id,
    )
    assert incident.due_at is not None
    signal = Signal.objects.get(id=answer.json()["signal"])
    assert signal.incident_id == incident.id
    assert signal.detail() == {"lon": 116.46, "lat": 39.9, "note": "摔倒了"}
    assert "摔倒".encode() not in bytes(signal.raw_sealed) + bytes(signal.detail_sealed)
    for desk in (cast.community, cast.subdistrict, cast.district):
        assert events(f"desk:{desk.id}") == ["incident.opened"]
    assert "incident.opened" in events(f"person:{cast.wang.id}")


def test_repeating_the_id_gives_the_same_incident_with_200(cast: Cast, client_for) -> None:
    client, alarm = client_for(cast.wang), {"id": str(uuid4()), "kind": "sos"}
    first, again = client.post("/emergency/alarms", alarm), client.post("/emergency/alarms", alarm)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["incident"]["id"] == again.json()["incident"]["id"]
    assert first.json()["signal"] == again.json()["signal"]
    assert Incident.objects.get().signal_count == 1


def test_somebody_elses_id_is_taken(cast: Cast, client_for) -> None:
    alarm = {"id": str(uuid4()), "kind": "sos"}
    client_for(cast.wang).post("/emergency/alarms", alarm)
    answer = client_for(cast.neighbour).post("/emergency/alarms", alarm)
    assert (answer.status_code, answer.json()["code"]) == (409, "id-taken")


def test_another_press_joins_the_open_incident_and_sounds_again(cast: Cast) -> None:
    first, again = raise_alarm(cast.wang), raise_alarm(cast.wang)
    assert first.id == again.id
    assert Incident.objects.get().signal_count == 2
    assert Signal.objects.filter(incident_id=first.id).count() == 2
    assert events(f"desk:{cast.community.id}")[-1] == "incident.repeated"


def test_a_hundred_threads_with_one_id_open_one_incident(cast: Cast, barrier) -> None:
    alarm, actor = uuid4(), cast.wang.actor
    from backend.emergency import actions

    results = barrier(100, lambda _: actions.raise_alarm(actor, id=alarm, kind="sos"))
    assert {r.incident.id for r in results} == {Incident.objects.get().id}
    assert sum(not r.is_repeat for r in results) == 1
    assert Incident.objects.get().signal_count == 1
    assert SignalKey.objects.get().repeats == 99


def test_a_hundred_different_presses_at_once_are_one_incident_of_a_hundred_signals(cast: Cast, barrier) -> None:
    actor = cast.wang.actor
    from backend.emergency import actions

    barrier(100, lambda _: actions.raise_alarm(actor, id=uuid4(), kind="sos"))
    assert Incident.objects.get().signal_count == 100


@pytest.mark.parametrize("how", ["bearer", "expired token", "sos key"])
def test_an_sos_never_meets_a_401(cast: Cast, client_for, monkeypatch, how: str) -> None:
    login = cast.wang.login()
    header = f"Bearer {login.access_token}"
    if how == "expired token":
        from datetime import timedelta

        from backend.core.clock import moved

        with moved(timedelta(days=-2)):
            header = f"Bearer {cast.wang.token()}"
        assert client_for(None, Authorization=header).get("/me").status_code == 401
    elif how == "sos key":
        header = f"SOS {login.sos_key}"
        assert client_for(None, Authorization=header).get("/me").status_code == 401
    answer = client_for(None, Authorization=header).post("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"})
    assert answer.status_code == 201
    assert answer.json()["incident"]["identity"] == "verified"


def test_nobody_at_all_is_asked_who_they_are(cast: Cast, client_for) -> None:
    for header in ({}, {"Authorization": "SOS nonsense"}, {"Authorization": "Bearer x.y.z"}):
        answer = client_for(None, **header).post("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"})
        assert answer.status_code == 401
    assert not Incident.objects.exists()


def test_a_revoked_login_is_nobody(cast: Cast, client_for) -> None:
    header = f"SOS {cast.wang.sos_key()}"
    Session.objects.update(revoked_at=F("created_at"))
    answer = client_for(None, Authorization=header).post("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"})
    assert answer.status_code == 401


@pytest.mark.parametrize("who", ["pending", "ended_tenant", "suspended", "foreign home", "unknown home"])
def test_an_unverified_caller_is_heard_as_p1_by_the_district(cast: Cast, client_for, who: str) -> None:
    member = cast[who] if who in cast.members else cast.wang
    body = {"id": str(uuid4()), "kind": "inactivity" if who == "pending" else "sos"}
    if who == "suspended":
        User.objects.filter(id=cast.wang.id).update(state="suspended")
    if who == "foreign home":
        body["home_id"] = str(cast.other_home.id)
    if who == "unknown home":
        body["home_id"] = "no such place"
    answer = client_for(member).post("/emergency/alarms", body)
    assert answer.status_code == 201, answer.content
    incident = Incident.objects.get()
    assert (incident.priority, incident.identity) == ("P1", Identity.UNVERIFIED)
    assert incident.division_id == cast.district.id
    assert incident.community_id is None
    assert client_for(cast.district_dispatcher).get(f"/emergency/incidents/{incident.id}").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "party"},
        {"lon": 999, "lat": 1},
        {"lon": "east", "lat": 1},
        {"lon": 10**400, "lat": 1, "note": "\ud800"},
        {"crs": "mars", "lon": 1, "lat": 1},
        {"at": "now"},
    ],
)
def test_a_wrong_field_is_a_clear_problem_and_the_call_stands(cast: Cast, client_for, wrong) -> None:
    answer = client_for(cast.wang).post("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"} | wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    incident = Incident.objects.get()
    assert answer.json()["incident"]["id"] == str(incident.id)
    assert (incident.priority, incident.state) == ("P1", State.OPEN)


def test_what_is_no_json_to_others_is_still_a_call_for_help(cast: Cast, client_for) -> None:
    body = f'{{"id": "{uuid4()}", "lon": NaN, "lat": 39.9, "note": "a\\u0000b \\ud800"}}'
    answer = client_for(cast.wang).post("/emergency/alarms", data=body, content_type="text/plain")
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/lon"]
    incident = Incident.objects.get()
    told = answer.json()["incident"]
    assert told["id"] == str(incident.id)
    assert "T" in told["opened_at"]


def test_coordinates_of_a_chinese_map_are_converted(cast: Cast) -> None:
    raise_alarm(cast.wang, lon=116.4680, lat=39.9100, crs="gcj02")
    detail = Signal.objects.get().detail()
    assert detail["lon"] == pytest.approx(116.4618, abs=5e-4)
    assert detail["lat"] == pytest.approx(39.9086, abs=5e-4)


def test_calling_off_makes_a_call_back_and_never_closes(cast: Cast, client_for) -> None:
    alarm = str(uuid4())
    client = client_for(None, Authorization=f"SOS {cast.wang.sos_key()}")
    client.post("/emergency/alarms", {"id": alarm, "kind": "sos"})
    answer = client.post(f"/emergency/alarms/{alarm}/cancel")
    assert answer.status_code == 200
    assert (answer.json()["incident"]["priority"], answer.json()["incident"]["state"]) == ("P2", "open")
    assert client.post(f"/emergency/alarms/{alarm}/cancel").status_code == 200
    assert client.get(f"/emergency/alarms/{alarm}").json()["incident"]["priority"] == "P2"
    assert events(f"desk:{cast.community.id}")[-1] == "incident.cancelled"
    raise_alarm(cast.wang)
    assert Incident.objects.get().priority == "P1"


def test_a_neighbour_cannot_call_off_my_alarm_nor_read_it(cast: Cast, client_for) -> None:
    alarm = uuid4()
    raise_alarm(cast.wang, id=alarm)
    assert client_for(cast.neighbour).post(f"/emergency/alarms/{alarm}/cancel").status_code == 404
    assert client_for(cast.neighbour).get(f"/emergency/alarms/{alarm}").status_code == 404


def test_once_it_is_known_where_the_caller_lives_the_nearest_desk_has_the_call(cast: Cast) -> None:
    raise_alarm(cast.wang, home_id=cast.other_home.id)
    assert Incident.objects.get().division_id == cast.district.id
    raise_alarm(cast.wang)
    incident = Incident.objects.get()
    assert (incident.division_id, incident.community_id) == (cast.community.id, cast.community.id)
    assert (incident.identity, incident.home_id, incident.signal_count) == ("verified", cast.home.id, 2)
    assert events(f"desk:{cast.community.id}") == ["incident.repeated"]


def test_the_end_of_time_costs_the_time_and_the_desk_can_open_the_call(cast: Cast, client_for) -> None:
    body = {"id": str(uuid4()), "kind": "sos", "at": "9999-12-31T23:59:59+00:00"}
    answer = client_for(cast.wang).post("/emergency/alarms", body)
    assert answer.status_code == 422
    incident = answer.json()["incident"]["id"]
    assert client_for(cast.dispatcher).get(f"/emergency/incidents/{incident}").status_code == 200


def test_an_erased_persons_alarm_is_heard_and_can_be_answered_to_its_end(cast: Cast) -> None:
    vault.destroy(cast.wang.id)
    incident = raise_alarm(cast.wang, note="救命")
    dispatcher = cast.dispatcher.actor
    actions.acknowledge(dispatcher, incident_id=incident.id)
    actions.note(dispatcher, incident_id=incident.id, text="已到场")
    actions.resolve(dispatcher, incident_id=incident.id, disposition="real", text="平安")
    shown = reading.whole(dispatcher, incident.id)
    assert [t["text"] for t in shown["timeline"] if t["text"]] == ["已到场", "平安"]


def test_an_idempotency_key_never_costs_an_alarm(cast: Cast, client_for: Callable[..., Http]) -> None:
    http, headers = client_for(cast.wang), {"Idempotency-Key": "x" * 300}
    assert http.post("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"}, headers=headers).status_code == 201
    headers = {"Idempotency-Key": "same"}
    for kind in ("sos", "fire"):
        answer = http.post("/emergency/alarms", {"id": str(uuid4()), "kind": kind}, headers=headers)
        assert answer.status_code == 201
