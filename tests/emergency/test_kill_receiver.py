"""The receivers process is killed again and again while a device speaks: whatever was acknowledged is there."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from backend.core import ports
from backend.emergency.models import Incident, Signal, SignalKey
from backend.emergency.protocols import dc09
from backend.env import env
from tests.cast import Cast
from tests.emergency.builders import make_device

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills]
ROOT = Path(__file__).resolve().parents[2]
FRAMES, KILLS = 20, 2


class Receivers:
    """The real process on the test's database, as its own database role."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start it; the port of its DC-09 door."""
        ports.publish(env.home_path, dc09=None)
        name = str(connection.settings_dict["NAME"])
        urls = {
            key: _on_database(os.environ[key], name)
            for key in os.environ
            if key.startswith("DATABASE_") and "URL" in key
        }
        environment = os.environ | urls | {"DC09_PORT": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend", "receivers"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        return ports.wait_for(env.home_path, "dc09", timeout=60)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture
def process() -> Iterator[Receivers]:
    receivers = Receivers()
    yield receivers
    receivers.kill()


def _on_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _say(port: int, frame: bytes, *, then: object = None) -> bool:
    """Send one frame; whether it was acknowledged."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(frame)
            if callable(then):
                then()
            return b'"ACK"' in line.recv(256)
    except OSError:
        return False


def test_what_was_acknowledged_is_there_and_nothing_is_there_twice(cast: Cast, process: Receivers) -> None:
    make_device(cast, "DC-1", protocol="dc09", account="1234")
    port, chance = process.start(), random.Random(7)
    fatal = set(chance.sample(range(FRAMES), KILLS))
    acknowledged = set()
    for number in range(1, FRAMES + 1):
        frame = dc09.wrap(f'"ADM-CID"{number:04d}L0#1234[#1234|1101 00 015]'.encode())

        def strike() -> None:
            time.sleep(chance.uniform(0, 0.03))
            process.kill()

        while not _say(port, frame, then=strike if number in fatal else None):
            fatal.discard(number)
            port = process.start()
        if number in fatal:
            fatal.discard(number)
            port = process.start()
        acknowledged.add(f"{number:04d}")
    stored = [key.event_id.partition(":")[0] for key in SignalKey.objects.all()]
    assert sorted(stored) == sorted(acknowledged)
    assert Signal.objects.count() == FRAMES
    assert Incident.objects.get().signal_count == FRAMES
