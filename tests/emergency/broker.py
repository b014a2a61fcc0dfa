"""A real mosquitto that keeps what it has over a kill, and a device that speaks to it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

INSTALL = "needs mosquitto: apt-get install mosquitto mosquitto-clients"
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")


class Broker:
    """One broker process; its port stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port: int = door.getsockname()[1]
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n"
            "autosave_on_changes true\nautosave_interval 1\nuser root\n"
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert MOSQUITTO is not None
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self.config)], stderr=subprocess.DEVNULL)
        wait_for(lambda: _listens(self.port))

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


class Button:
    """A device that sends at QoS 1 and waits for our word, not for the broker's. `acks` are what it was told, in order."""

    def __init__(self, port: int, serial: str) -> None:
        self.serial, self.acks = serial, list[dict[str, Any]]()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=serial, clean_session=False)
        self.client.on_message = lambda _client, _data, found: self.acks.append(json.loads(found.payload))
        is_listening = threading.Event()
        self.client.on_subscribe = lambda *_: is_listening.set()
        self.client.on_connect = lambda client, *_: client.subscribe(f"devices/{serial}/acks", qos=1)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert is_listening.wait(10)

    def say(self, **body: Any) -> None:
        self.send(json.dumps({"event_id": "1", "kind": "sos", "at": "2026-11-23T08:00:00+08:00"} | body).encode())

    def send(self, raw: bytes) -> None:
        self.client.publish(f"devices/{self.serial}/signals", raw, qos=1)

    def told(self, event_id: str, seconds: float = 20) -> dict[str, Any]:
        """Our word on this event. Raises AssertionError when none comes."""
        return wait_for(lambda: next((ack for ack in self.acks if ack["event_id"] == event_id), None), seconds)

    def end(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def wait_for(what: Callable[[], Any], seconds: float = 20) -> Any:
    """The first truthy answer. Raises AssertionError."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
