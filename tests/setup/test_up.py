"""`python -m backend up` as a person meets it: real processes, killed one after the other."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from backend import embedded, embedded_files
from backend.core import ports
from tests import seeded
from tests.environment import SHARED, WORKER

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.kills, pytest.mark.xdist_group("up")]


@dataclass
class Running:
    """A supervisor and what it prints."""

    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    def status(self, path: str = "/readyz") -> int:
        """The answer's status; 0 when nothing answers."""
        port = ports.read(self.home).get("http")
        if port is None:
            return 0
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0

    def wait(self, seconds: float) -> float:
        """Seconds until ready."""
        begun = time.monotonic()
        while self.status() != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - begun < seconds, self.log.read_text()
            time.sleep(0.1)
        return time.monotonic() - begun

    def children(self) -> dict[int, str]:
        listed = subprocess.run(
            ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        return {int(pid): args for pid, parent, args in rows if int(parent) == self.process.pid}

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def child(self, name: str) -> int:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for pid, args in self.children().items():
                if re.search(rf"backend {name}$", args):
                    return pid
            time.sleep(0.05)
        raise AssertionError(f"{name} does not run")


def start(home: Path) -> Running:
    log = home / "up.log"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "YIKE_"))}
    environment = {**clean, "YIKE_HOME": str(home), "PORT": "0", "DC09_PORT": "0"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend", "up"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    return Running(home, log, process)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home that was migrated and seeded by a first start."""
    place = seeded.district(SHARED / "up" / WORKER)
    yield place
    embedded.stop(place, even_if_used=True)


@pytest.fixture(scope="module")
def kept(home: Path) -> Iterator[list[Running]]:
    """The supervisor that the tests of this file share while none of them ends it."""
    started: list[Running] = []
    yield started
    for one in started:
        one.stop()


@pytest.fixture
def running(home: Path, kept: list[Running]) -> Running:
    if not kept or kept[-1].process.poll() is not None:
        kept.append(start(home))
    kept[-1].wait(120)
    return kept[-1]


def test_it_greets_with_the_links_and_publishes_its_ports(running: Running) -> None:
    assert {"http", "postgres", "stripe", "mqtt"} <= set(ports.read(running.home))
    end = time.monotonic() + 60
    while "/api/v1/docs" not in running.log.read_text():
        assert time.monotonic() < end, running.log.read_text()
        time.sleep(0.1)
    assert "migrate │" not in running.log.read_text()


@pytest.mark.parametrize("name", ["serve", "worker --lanes emergency", "worker --lanes other", "receivers"])
def test_a_killed_process_comes_back(running: Running, name: str) -> None:
    before = running.child(name)
    os.kill(before, signal.SIGKILL)
    end = time.monotonic() + 60
    while not any(re.search(rf"backend {name}$", args) for pid, args in running.children().items() if pid != before):
        assert time.monotonic() < end
        time.sleep(0.05)
    running.wait(60)


def test_a_killed_database_comes_back(running: Running) -> None:
    place = embedded_files.place(running.home, embedded_files.account())
    os.kill(int((place / "data" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    time.sleep(0.2)
    running.wait(60)


def test_ctrl_c_stops_everything(running: Running) -> None:
    postgres, children = ports.read(running.home)["postgres"], running.children()
    assert len(children) == 6
    assert running.stop() == 0
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert ports.read(running.home) == {}
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(f"postgresql://yike_app@127.0.0.1:{postgres}/yike")
