"""A district of its own: `python -m backend up` in a home, reached from outside, whose processes can be killed by name."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from backend import embedded, embedded_files
from backend.chaos import processes
from backend.core import ports

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
FIRST_START = 300.0  # seconds: database, migrations and seed of a fresh home on a busy machine
WORDS = {
    "http": "backend serve",
    "worker": "backend worker --lanes other",
    "emergency": "backend worker --lanes emergency",
    "receivers": "backend receivers",
}
CHILDREN = ("http", "worker", "emergency", "receivers", "postgres")
# Addresses and keys of other installations must not reach this one.
FOREIGN = ("DATABASE_", "YIKE_", "STRIPE_", "FCM_", "REDIS_", "MQTT_", "PYTEST_", "PUBLIC_URL", "COVERAGE_")


def patiently(
    what: Callable[[], T | None], seconds: float, *, not_yet: tuple[type[Exception], ...] = (), every: float = 0.1
) -> T:
    """The first truthy answer of `what()`; the exceptions of `not_yet` count as none. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    last: Exception | None = None
    while True:
        try:
            if answer := what():
                return answer
        except not_yet as missed:
            last = missed
        if time.monotonic() > ends:
            raise TimeoutError(f"it did not happen within {seconds:g} s") from last
        time.sleep(every)


class Ended(RuntimeError):
    """The supervisor ended by itself."""


class Running:
    """A started district. `home` holds its state, `up.log` what it says."""

    def __init__(self, home: Path, process: subprocess.Popen[bytes]) -> None:
        self.home = home
        self.process = process

    @classmethod
    def start(cls, home: Path, **environment: str) -> Self:
        """Start it with any free ports and wait until it is ready. Raises Ended or TimeoutError, with everything stopped."""
        home.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        chosen = {"YIKE_DEMO": "1", "YIKE_HOME": str(home), "PORT": "0", "DC09_PORT": "0", "LOG_FORMAT": "json"}
        with open(home / "up.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "backend", "up"],
                cwd=ROOT,
                env=kept | chosen | environment,
                stdout=log,
                stderr=log,
            )
        made = cls(home, process)
        try:
            made.wait_until_ready(FIRST_START)
        except BaseException:
            made.stop()
            raise
        return made

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{ports.read(self.home).get('http', 1)}"

    def log(self) -> str:
        return (self.home / "up.log").read_text(errors="replace")

    def wait_until_ready(self, seconds: float = 90.0) -> None:
        """Until `/readyz` says 200."""
        patiently(self._is_ready, seconds, not_yet=(OSError, http.client.HTTPException), every=0.2)

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise Ended(f"the district ended by itself:\n{self.log()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            refused.close()
            return False

    def pid_of(self, child: str) -> int | None:
        """The process id of one of `CHILDREN` now; None while it is down."""
        running = processes.alive()
        if child == "postgres":
            lock = embedded_files.place(self.home, embedded_files.account()) / "data" / "postmaster.pid"
            with suppress(OSError, ValueError, IndexError):
                pid = int(lock.read_text().split()[0])
                return pid if pid in running else None
            return None
        word = WORDS[child]
        mine = (one.pid for one in running.values() if one.parent == self.process.pid and word in one.command)
        return next(mine, None)

    def kill(self, child: str) -> int:
        """kill -9, without a word, as soon as it is there; the process id it had."""
        pid = patiently(lambda: self.pid_of(child), 60, every=0.05)
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self) -> None:
        """Stop it as Ctrl-C does, then make sure."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)
        embedded.stop(self.home)
