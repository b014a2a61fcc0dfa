"""MQTT through a real broker: our word comes after the commit, and nothing that a broker or a receiver lost is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from backend.core.clock import now
from backend.emergency.models import Device, Incident, Signal, SignalKey
from backend.emergency.receivers import mqtt_door, mqtt_intake
from backend.emergency.receivers.mqtt_door import Door, InHand
from backend.emergency.receivers.mqtt_intake import Message
from tests.cast import Cast
from tests.emergency.broker import INSTALL, MOSQUITTO, Broker, Button, wait_for
from tests.emergency.builders import make_device
from tests.emergency.test_kill_receiver import Receivers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(MOSQUITTO is None, reason=INSTALL),
]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    started = Broker(tmp_path)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def door(broker: Broker) -> Iterator[Door]:
    opened = Door(broker.url, client_id="receivers-test")
    opened.open()
    assert opened.is_open.wait(20)
    yield opened
    opened.close()


@pytest.fixture
def button(broker: Broker, cast: Cast) -> Iterator[Button]:
    make_device(cast, "MQ-1", protocol="mqtt")
    device = Button(broker.port, "MQ-1")
    yield device
    device.end()


def test_a_press_opens_an_incident_and_our_word_comes_after_the_commit(door: Door, button: Button, cast: Cast) -> None:
    button.say(event_id="boot7-1", battery=81)
    told = button.told("boot7-1")
    incident = Incident.objects.get()
    assert (incident.person_id, incident.kind, incident.priority) == (cast.wang.id, "sos", "P1")
    assert (told["incident_id"], told["signal_id"]) == (str(incident.id), str(SignalKey.objects.get().signal_id))
    device = Device.objects.get(serial="MQ-1")
    assert device.battery == 81
    signal = Signal.objects.get()
    assert (signal.protocol, signal.is_authentic, signal.device_id) == ("mqtt", True, device.id)
    assert b"boot7-1" in signal.raw


def test_a_press_told_again_gets_the_same_word(door: Door, button: Button) -> None:
    for _ in range(3):
        button.say(event_id="again")
    wait_for(lambda: len(button.acks) == 3)
    assert len({json.dumps(ack, sort_keys=True) for ack in button.acks}) == 1
    assert (Signal.objects.count(), Incident.objects.get().signal_count) == (1, 1)


def test_mosquittos_own_client_is_heard(door: Door, broker: Broker, cast: Cast) -> None:
    make_device(cast, "MQ-2", protocol="mqtt")
    body = json.dumps({"event_id": str(uuid4()), "kind": "fall", "at": now().isoformat()})
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1"]
    assert shutil.which(command[0]), INSTALL
    subprocess.run([*command, "-t", "devices/MQ-2/signals", "-m", body], check=True, timeout=20)
    assert wait_for(lambda: Incident.objects.first()).kind == "fall"


def test_heartbeats_are_noted_together_and_leave_no_signal(door: Door, broker: Broker, cast: Cast) -> None:
    long_ago = now() - timedelta(days=2)
    devices = [make_device(cast, f"HB-{n}", protocol="mqtt", last_seen_at=long_ago, battery=50) for n in range(40)]
    sender = Button(broker.port, "HB-0")
    for n, device in enumerate(devices):
        body = {"event_id": f"h{n}", "kind": "heartbeat"} | ({"battery": 77} if n % 2 else {})
        sender.client.publish(f"devices/{device.serial}/signals", json.dumps(body), qos=1)
    assert wait_for(lambda: sender.acks) == [{"event_id": "h0", "signal_id": None}]
    wait_for(lambda: Device.objects.filter(serial__startswith="HB-", last_seen_at__gt=long_ago).count() == 40)
    assert sorted(set(Device.objects.filter(serial__startswith="HB-").values_list("battery", flat=True))) == [50, 77]
    assert Signal.objects.count() == 0
    sender.end()


def test_a_stranger_is_kept_and_shown(door: Door, broker: Broker, cast: Cast) -> None:
    stranger = Button(broker.port, "NOBODY-9")
    stranger.say(event_id="s1")
    assert stranger.told("s1")["incident_id"] == str(Incident.objects.get().id)
    assert (Incident.objects.get().identity, Signal.objects.get().is_authentic) == ("unverified", False)
    stranger.say(event_id="s2", kind="heartbeat")
    wait_for(lambda: Signal.objects.filter(code="unknown-device").exists())
    stranger.end()


def test_what_makes_no_sense_is_kept_and_calls_somebody(door: Door, button: Button) -> None:
    for raw in (b"\xff\x00not json", b'{"kind": "no such kind"}', b"[]", b"{" * 2000):
        button.send(raw)
    wait_for(lambda: len(button.acks) == 4)
    assert Incident.objects.get().kind == "unidentified"
    assert Signal.objects.count() == 4


def test_a_message_that_is_too_large_or_at_the_wrong_door_is_shown_but_not_believed(
    door: Door, broker: Broker, button: Button, cast: Cast
) -> None:
    button.send(b'{"kind": "sos", "note": "' + b"x" * 9000 + b'"}')
    wait_for(lambda: Signal.objects.filter(code="too-large").exists())
    make_device(cast, "HTTPS-1")
    Button(broker.port, "HTTPS-1").say(event_id="w1")
    wait_for(lambda: Signal.objects.filter(code="wrong-door").exists())
    assert set(Incident.objects.values_list("kind", "priority")) == {("technical", "P3")}
    assert button.acks == []


def test_no_word_comes_while_the_database_cannot_store_and_it_comes_then(door: Door, button: Button) -> None:
    with psycopg.connect(**_owner(), autocommit=False) as aside:
        aside.execute("LOCK TABLE emergency_signalkey IN ACCESS EXCLUSIVE MODE")
        button.say(event_id="patience")
        time.sleep(0.6)
        assert button.acks == []
    assert button.told("patience")["incident_id"]


def test_a_broker_that_was_killed_is_found_again(door: Door, broker: Broker, button: Button) -> None:
    broker.kill()
    wait_for(lambda: not door.is_open.is_set())
    button.say(event_id="meanwhile")
    broker.start()
    assert button.told("meanwhile", 30)["incident_id"]


@pytest.mark.kills
def test_a_receiver_killed_before_its_commit_hears_the_message_again(
    broker: Broker, button: Button, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MQTT_URL", broker.url)
    receivers = Receivers()
    receivers.start()
    try:
        button.say(event_id="first")
        button.told("first", 60)
        with psycopg.connect(**_owner(), autocommit=False) as aside:
            aside.execute("LOCK TABLE emergency_signalkey IN ACCESS EXCLUSIVE MODE")
            button.say(event_id="second")
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            wait_for(lambda: (aside.execute(waits).fetchone() or [0])[0])
            receivers.kill()
        assert [ack["event_id"] for ack in button.acks] == ["first"]
        receivers.start()
        button.told("second", 60)
    finally:
        receivers.kill()
    assert sorted(SignalKey.objects.values_list("event_id", flat=True)) == ["first", "second"]
    assert Incident.objects.get().signal_count == 2


def test_messages_that_cannot_be_stored_hold_no_thread_for_ever(
    door: Door, button: Button, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = mqtt_intake.take

    def take(message: Message) -> Any:
        if b"poison" in message.body:
            raise ValueError
        return store(message)

    monkeypatch.setattr(mqtt_intake, "take", take)
    monkeypatch.setattr(mqtt_door, "AGAIN_SECONDS", 0.01)
    for number in range(mqtt_door.THREADS):
        button.say(event_id=f"poison-{number}")
    button.say(event_id="help")
    assert button.told("help")["incident_id"]
    wait_for(lambda: Signal.objects.filter(code="not-stored").count() == mqtt_door.THREADS)
    assert [ack["event_id"] for ack in button.acks] == ["help"], (
        "nobody is told that we have understood what we have not"
    )


def test_a_thread_survives_a_connection_that_breaks_while_it_answers(
    door: Door, button: Button, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError

    with monkeypatch.context() as during:
        during.setattr(door.client, "publish", broken)
        for number in range(mqtt_door.THREADS):
            button.say(event_id=f"lost-{number}")
        wait_for(lambda: SignalKey.objects.count() == mqtt_door.THREADS)
        time.sleep(0.1)
    button.say(event_id="help")
    assert button.told("help")["incident_id"]


def test_a_door_whose_hands_are_full_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_door, "MOST_IN_HAND", 3)
    monkeypatch.setattr(mqtt_intake, "take", lambda _: (_ for _ in ()).throw(OperationalError))
    door = Door("mqtt://127.0.0.1:1", client_id="full")
    for thread in door.threads[: mqtt_door.THREADS]:
        thread.start()
    for number in range(mqtt_door.THREADS + 3):
        door.alarms.put(InHand(Message("F", b"{}"), number, 1, 0), timeout=5)
    closing = threading.Thread(target=door.close, daemon=True)
    closing.start()
    closing.join(5)
    assert not closing.is_alive()


def test_one_event_from_a_hundred_threads_is_one_signal(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    make_device(cast, "MQ-3", protocol="mqtt")
    message = Message("MQ-3", json.dumps({"event_id": "x", "kind": "sos"}).encode())
    answers = barrier(100, lambda _: mqtt_intake.take(message))
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert Signal.objects.count() == 1


def test_a_topic_that_is_no_devices_is_nobodys() -> None:
    for topic in (
        "devices/a/b/signals",
        "devices//signals",
        "devices/x/acks",
        "devices/x\n/signals",
        f"devices/{'x' * 65}/signals",
    ):
        assert mqtt_intake.read(topic, b"") is None


def _owner() -> dict[str, Any]:
    settings = connection.settings_dict
    return {
        "dbname": settings["NAME"], "host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"],
        "password": settings["PASSWORD"],
    }  # fmt: skip
