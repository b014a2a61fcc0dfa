"""A device speaks over HTTPS."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from backend.core import vault
from backend.core.clock import now
from backend.emergency import interpretation
from backend.emergency.actions.receiving import UNSIGNED_AN_HOUR
from backend.emergency.loops import signal_retry
from backend.emergency.models import Device, DeviceKey, Incident, Signal, SignalKey, SignalRetry
from notifications.streams import StreamEvent
from tests.cast import Cast
from tests.emergency.builders import SECRET, make_device, raise_alarm, send

pytestmark = pytest.mark.django_db(transaction=True)
PRESS = {"event_id": "e1", "kind": "sos", "at": "2026-11-23T08:00:00+08:00", "battery": 71, "lon": 116.46, "lat": 39.91}


@pytest.fixture
def device(cast: Cast) -> Device:
    return make_device(cast)


def test_a_signed_press_opens_the_wearers_incident(cast: Cast, device: Device, client_for) -> None:
    answer = send(client_for(None), PRESS)
    assert answer.status_code == 202, answer.content
    incident = Incident.objects.get()
    assert answer.json() == {
        "received": True,
        "signal_id": str(Signal.objects.get().id),
        "incident_id": str(incident.id),
    }
    assert (incident.kind, incident.priority, incident.identity) == ("sos", "P1", "verified")
    assert (incident.person_id, incident.home_id, incident.device_id) == (cast.wang.id, cast.home.id, device.id)
    assert incident.division_id == cast.community.id
    assert Signal.objects.get().raw == json.dumps(PRESS).encode()
    device.refresh_from_db()
    assert (device.battery, device.last_seen_at is not None) == (71, True)


def test_a_repeated_event_gives_the_same_ids_and_no_second_call(cast: Cast, device: Device, client_for) -> None:
    first, again = send(client_for(None), PRESS, nonce="a"), send(client_for(None), PRESS, nonce="b")
    assert first.json() == again.json()
    assert Incident.objects.get().signal_count == 1
    assert SignalKey.objects.get().repeats == 1


def test_the_press_of_the_button_and_of_the_phone_are_one_incident(cast: Cast, device: Device, client_for) -> None:
    incident = raise_alarm(cast.wang)
    assert send(client_for(None), PRESS).json()["incident_id"] == str(incident.id)


def test_an_event_id_used_again_for_another_press_is_heard_and_flagged(cast: Cast, device: Device, client_for) -> None:
    first = send(client_for(None), PRESS)
    again = send(client_for(None), PRESS | {"at": "2026-11-23T09:00:00+08:00"})
    assert first.json() == again.json()
    assert sorted(Signal.objects.values_list("is_replayed", flat=True)) == [False, True]
    assert Incident.objects.get().signal_count == 2
    send(client_for(None), PRESS | {"at": "2026-11-23T09:00:00+08:00"})
    assert Signal.objects.count() == 2


@pytest.mark.parametrize("created", [0, int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()), 4_000_000_000])
def test_a_stale_signature_is_taken_and_flagged(cast: Cast, device: Device, client_for, created: int) -> None:
    assert send(client_for(None), {"event_id": "e1", "kind": "sos"}, created=created).status_code == 202
    assert Signal.objects.get().is_clock_skewed
    assert Incident.objects.get().priority == "P1"


def test_any_label_and_no_alg_are_taken(cast: Cast, device: Device, client_for) -> None:
    assert send(client_for(None), PRESS, label="yike").status_code == 202
    assert send(client_for(None), PRESS, alg=False).status_code == 202


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1]",
        b'{"event_id": "e9", "kind": "party"}',
        b'{"event_id": {}, "kind": []}',
        '{"备注": "x"}'.encode(),
        b"\xff\x00",
        b'{"event_id": "\\u0000", "kind": "\\ud800"}',
        b'{"event_id": "\\ud800", "kind": "sos", "code": "\\u0000"}',
        b"[" * 20_000,
    ],
)
def test_what_means_nothing_is_still_a_p1_that_somebody_answers(
    cast: Cast, device: Device, client_for, raw: bytes
) -> None:
    first, again = send(client_for(None), raw), send(client_for(None), raw)
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority, str(incident.id)) == ("unidentified", "P1", first.json()["incident_id"])
    assert Signal.objects.get().raw == raw
    assert SignalRetry.objects.get().due_at > now()


def test_a_heartbeat_says_only_that_the_device_lives(cast: Cast, device: Device, client_for) -> None:
    answer = send(client_for(None), {"event_id": "h1", "kind": "heartbeat", "battery": 12})
    assert (answer.status_code, answer.json()["incident_id"]) == (202, None)
    device.refresh_from_db()
    assert (device.battery, Incident.objects.count()) == (12, 0)


@pytest.mark.parametrize(
    "wrong", [{"secret": SECRET[::-1]}, {"key_id": "nobody"}, {"path": "/api/v1/emergency/alarms"}]
)
def test_a_bad_signature_is_refused_kept_and_told_to_the_desk(cast: Cast, device: Device, client_for, wrong) -> None:
    answer = send(client_for(None), PRESS, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid")
    kept = Signal.objects.get()
    assert (kept.is_authentic, kept.raw) == (False, json.dumps(PRESS).encode())
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority, incident.identity) == ("technical", "P3", "unverified")
    assert StreamEvent.objects.filter(channel=f"desk:{cast.district.id}", event="incident.opened").count() == 1


def test_a_flood_of_bad_signatures_is_bounded_and_told_once(cast: Cast, device: Device, client_for) -> None:
    from backend.emergency.actions import receive_unsigned
    from backend.people.actor import Actor

    for n in range(UNSIGNED_AN_HOUR + 20):
        receive_unsigned(Actor.system("web"), protocol="https", raw=b"%d" % n, sender="x")
    assert Signal.objects.count() == UNSIGNED_AN_HOUR
    assert StreamEvent.objects.filter(channel=f"desk:{cast.district.id}").count() == 1
    assert send(client_for(None), PRESS).status_code == 202


def test_two_keys_hold_while_a_device_changes_over_and_the_old_one_ends(cast: Cast, device: Device, client_for) -> None:
    DeviceKey.issue(device, "new", SECRET[::-1][1:] + "A")
    assert (
        send(client_for(None), PRESS | {"event_id": "n"}, key_id="new", secret=SECRET[::-1][1:] + "A").status_code
        == 202
    )
    assert send(client_for(None), PRESS | {"event_id": "o"}).status_code == 202
    DeviceKey.objects.filter(key_id="key-BTN-1").update(until=now())
    assert send(client_for(None), PRESS | {"event_id": "p"}).status_code == 401


def test_an_interpreter_that_raises_leaves_raw_retry_and_a_p1(
    cast: Cast, device: Device, client_for, monkeypatch, moved_clock
) -> None:
    def broken(protocol: str, raw: bytes) -> None:
        Device.objects.create(serial="must not stay", kind="x", protocol="https")
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(interpretation, "interpret", broken)
        answer = send(client_for(None), PRESS)
    assert answer.status_code == 202
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority, incident.state) == ("unidentified", "P1", "open")
    assert Signal.objects.get().raw == json.dumps(PRESS).encode()
    assert not Device.objects.filter(serial="must not stay").exists()
    with moved_clock(timedelta(seconds=31)):
        assert signal_retry.drain() == 1
    incident.refresh_from_db()
    assert (incident.kind, incident.priority, incident.state) == ("sos", "P1", "open")
    retry = SignalRetry.objects.get()
    assert (retry.due_at, retry.done_at is not None) == (None, True)
    assert send(client_for(None), PRESS).json() == answer.json()


def test_an_interpreter_that_stays_broken_is_tried_again_later_each_time(
    cast: Cast, device: Device, client_for, moved_clock
) -> None:
    send(client_for(None), b"{")
    with moved_clock(timedelta(seconds=31)):
        assert signal_retry.drain(rounds=1) == 1
        retry = SignalRetry.objects.get()
        assert (retry.attempts, retry.done_at) == (1, None)
        assert retry.due_at > now()
    for n in range(2, 9):
        with moved_clock(timedelta(hours=n)):
            assert signal_retry.drain(rounds=1) == 1
    retry.refresh_from_db()
    assert (retry.attempts, retry.due_at) == (8, None)
    assert Incident.objects.get().state == "open"


def test_a_restore_is_told_and_closes_nothing(cast: Cast, device: Device) -> None:
    from backend.emergency.actions import receive_signal
    from backend.emergency.intake import Arrival
    from backend.people.actor import Actor

    def say(seq: str, text: str) -> None:
        raw = f'"ADM-CID"{seq}L0#1234[#1234|{text} 00 001]'.encode()
        arrival = Arrival(f"device:{device.id}", seq, "dc09", raw, owner_id=device.owner_id, device_id=device.id)
        receive_signal(Actor.device(device.id), arrival=arrival)

    say("0001", "1162")
    say("0002", "3162")
    incident = Incident.objects.get()
    assert (incident.kind, incident.state, incident.signal_count) == ("co", "open", 1)
    assert StreamEvent.objects.filter(channel=f"desk:{cast.community.id}", event="incident.restored").exists()


def test_the_button_of_an_erased_wearer_is_still_heard(cast: Cast, device: Device, client_for) -> None:
    vault.destroy(cast.wang.id)
    assert send(client_for(None), PRESS).status_code == 202
    assert Signal.objects.get().raw == json.dumps(PRESS).encode()
    assert Incident.objects.get().priority == "P1"
