"""The demo that the story is told in: the one that runs, or one that is started for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.core import ports
from backend.story.client import Api, Refused, log_in

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
FIRST_START = 240.0  # seconds: database, migrations and seed of a fresh home


class NoDemo(Exception):
    """There is a server, but it is no demo; or it did not start."""


@dataclass
class Cast:
    """The demo's people, as `GET /demo/people` tells them: the first of each role is its richest example."""

    base: str
    home: Path
    people: list[Json]
    logins: dict[str, Api] = field(default_factory=dict)

    def enter(self, role: str, position: int = 0) -> Api:
        """The person with a role, logged in (once in a story)."""
        person = self.of(role, position)
        if person["id"] not in self.logins:
            self.logins[person["id"]] = log_in(self.base, person)
        return self.logins[person["id"]]

    def command(self, *arguments: str) -> None:
        """What an operator does on the demo's machine: `python -m backend …`; raises NoDemo with its words."""
        done = subprocess.run(
            [sys.executable, "-m", "backend", *arguments],
            cwd=ROOT,
            env=os.environ | {"YIKE_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NoDemo(f"{' '.join(arguments)}: {done.stderr.strip()[-500:]}")

    def count(self, role: str) -> int:
        return len(self._having(role))

    def of(self, role: str, position: int = 0) -> Json:
        """The person with a role, by position; raises NoDemo."""
        found = self._having(role)
        if len(found) <= position:
            raise NoDemo(f"the demo has no person number {position + 1} with the role {role}")
        return found[position]

    def _having(self, role: str) -> list[Json]:
        return [person for person in self.people if any(one["role"] == role for one in person["roles"])]

    def at_home(self, home_id: str) -> Json | None:
        """The person of a home."""
        return next((person for person in self.people if person.get("home_id") == home_id), None)


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The base address of the demo of this home; one that had to be started is stopped again."""
    if base := _alive(home):
        yield base
        return
    print("  没有正在运行的演示，先启动一个……  No demo is running; starting one…", flush=True)
    environment = os.environ | {"YIKE_DEMO": "1", "YIKE_HOME": str(home), "PORT": "0"}
    with open(home / "story.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        yield _wait(home, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def cast(base: str, home: Path) -> Cast:
    """Raises NoDemo when this server is none."""
    return Cast(base, home, _list(base, "/demo/people"))


def devices(base: str) -> list[Json]:
    return _list(base, "/demo/devices")


def _list(base: str, path: str) -> list[Json]:
    try:
        found = json.loads(Api(base).raw("GET", path, headers={"Accept": "application/json"}))
    except (Refused, ValueError) as wrong:
        raise NoDemo(f"{base} is not a demo (start it with: make demo)") from wrong
    items: list[Json] = found["items"] if isinstance(found, dict) else found
    return items


def _alive(home: Path) -> str:
    port = ports.read(home).get("http")
    if not port:
        return ""
    base = f"http://127.0.0.1:{port}"
    return base if _is_ready(base) else ""


def _is_ready(base: str) -> bool:
    try:
        Api(base).raw("GET", "/readyz")
    except (OSError, Refused):
        return False
    return True


def _wait(home: Path, process: subprocess.Popen[bytes]) -> str:
    ends = time.monotonic() + FIRST_START
    while time.monotonic() < ends and process.poll() is None:
        if base := _alive(home):
            return base
        time.sleep(0.3)
    raise NoDemo(f"the demo did not start; its words are in {home / 'story.log'}")
