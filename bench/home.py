"""The home of the measurements: a `YIKE_HOME` of its own with the demo district, never the one in use."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def prepare(place: Path, *, seeded: bool = True, process: str = "web") -> bool:
    """Make this process a `web` process of that home: database running, migrated and seeded (once), Django ready.

    Whether the database is the home's own embedded one (and not one that `DATABASE_URL` names).
    """
    os.environ["YIKE_HOME"] = str(place)
    os.environ["YIKE_DEMO"] = "1"
    os.environ["YIKE_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    os.environ["LOG_FORMAT"] = "json"
    from backend.up import database

    is_own = database.export() is not None
    notes = database.notes()
    if notes.get("migrations") != database.fingerprint():
        _command("migrate")
    if seeded and not notes.get("seeded_at"):
        print("Seeding the demo district (once)…", flush=True)
        _command("seed")
    import django

    django.setup()
    logging.disable(logging.INFO)
    return is_own


def _command(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "YIKE_PROCESS"}
    subprocess.run(
        [sys.executable, "-m", "backend", name], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def stop(place: Path) -> None:
    """Stop the embedded database of the home, unless somebody else uses it."""
    from backend import embedded

    embedded.stop(place)


@contextlib.contextmanager
def server(arguments: list[str], url: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server process for the length of the block; it counts as started when `url` answers 200 (60 s at most)."""
    log = Path(os.environ["YIKE_HOME"]) / "bench-server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=out,
            stderr=out,
            start_new_session=True,  # workers are processes too: the whole group is ended
        )
    try:
        ends = time.monotonic() + 60
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > ends:
                said = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{' '.join(arguments)} does not answer: {said}")
            time.sleep(0.1)
        yield process
    finally:
        _end(process)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [door.getsockname()[1] for door in held]
    for door in held:
        door.close()
    return ports


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
