"""One desk event to N clients on the loopback, beside a bare ASGI broadcaster with the same frame; and all of them coming back.

For Yike the clock runs from before the verb (its commit, the hint, the hub's read and every send are in it), for the broadcaster
from before the request that tells it. The clients are one process; a server has one process.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.home import ROOT, free_ports, server

WARM_UP = 2
MISSED = 3
STORM_AT_ONCE = 500


@dataclass(frozen=True)
class Spread:
    """Milliseconds from the start until the middle client, the 99th of a hundred, and the last one had the event (the middle of the
    rounds); what a connection costs the server in KiB of memory and ms of processor time, and a delivery in µs of it (pings and
    answers in between included); seconds until all were connected."""

    p50: float
    p99: float
    last: float
    kib: float
    connect_ms: float
    delivery_us: float
    connect_seconds: float


@dataclass(frozen=True)
class Result:
    count: int
    yike: Spread
    bare: Spread
    storm_seconds: float
    storm_lost: int

    @property
    def ratio(self) -> float:
        """p99 over the broadcaster's; the budget is 2."""
        return self.yike.p99 / self.bare.p99


class Crowd:
    """The clients' process."""

    def __init__(self, url: str, count: int, says: list[dict[str, Any]], *, at_once: int = 64) -> None:
        self.count = count
        command = [sys.executable, "-m", "bench.listeners", url, "--count", str(count), "--at-once", str(at_once)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._tell(json.dumps([json.dumps(said) for said in says]))
        self.connect_seconds: float = self._hear()["seconds"]

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the clients ended with {self.process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told

    def round(self, number: int) -> dict[str, Any]:
        """When this round was heard: `p50`, `p99`, `last` on the machine's monotonic clock, and `heard`, by how many."""
        self._tell(str(number))
        return self._hear()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@contextlib.contextmanager
def crowd(url: str, count: int, says: list[dict[str, Any]], *, at_once: int = 64) -> Iterator[Crowd]:
    gathered = Crowd(url, count, says, at_once=at_once)
    try:
        yield gathered
    finally:
        gathered.end()


def measure(count: int, rounds: int = 12) -> Result:
    """Both sides with `count` clients, one after the other, `rounds` events each. About a minute for 5,000."""
    channel, token = _a_desk()
    ours, theirs = free_ports(2)
    with server(
        ["-m", "backend", "sockets", "--port", str(ours)], f"http://127.0.0.1:{ours}/livez", PORT=str(ours)
    ) as process:
        says = [{"id": 1, "connect": {"token": token}}, {"id": 2, "subscribe": {"channel": channel}}]
        url = f"ws://127.0.0.1:{ours}/ws/v1"
        first = _next_round(channel)
        yike = _spread(process.pid, url, count, says, range(first, first + rounds), lambda n: _say(channel, n))
        storm_seconds, storm_lost = _storm(url, count, channel, token)
    with server(["-m", "bench.broadcaster", "--port", str(theirs)], f"http://127.0.0.1:{theirs}/") as process:
        post = f"http://127.0.0.1:{theirs}/"
        bare = _spread(
            process.pid, f"ws://127.0.0.1:{theirs}/", count, [], range(1, rounds + 1), lambda n: _post(post, channel, n)
        )
    return Result(count, yike, bare, storm_seconds, storm_lost)


def _a_desk() -> tuple[str, str]:
    """The channel of a desk and an access token of one who may watch it."""
    from backend.core.queries import looking_up
    from backend.people import tokens
    from backend.people.actor import Actor
    from backend.people.models import RoleGrant
    from backend.people.roles import Role
    from web.demo.actions import enter_as

    with looking_up("bench"):
        grant = RoleGrant.objects.filter(role=Role.DISPATCHER, scope_kind="community").order_by("created_at", "id")[0]
    session = enter_as(Actor.system("bench"), person_id=grant.user_id).session
    return f"desk:{grant.scope_id}", tokens.access_token(grant.user_id, session.id)


def _next_round(channel: str) -> int:
    """Rounds are numbered on from the stream's end, so that no earlier run's event is taken for one of this."""
    from notifications import streams

    return streams.position(channel)[1] + 1


def _say(channel: str, number: int) -> None:
    from backend.people.actor import Actor

    _verb()(Actor.system("bench"), channel=channel, number=number)


def _verb() -> Callable[..., None]:
    from backend.core.verb import emit, verb

    @verb("bench.round", audited=False)
    def said(actor: Any, *, channel: str, number: int) -> None:
        emit(channel, "bench.round", about="/api/v1/nothing", data={"round": number})

    return said


def _post(url: str, channel: str, number: int) -> None:
    """The same frame as Yike's, to the broadcaster."""
    data = {"event": "bench.round", "about": "/api/v1/nothing", "at": "2026-01-01T00:00:00.000000+00:00"}
    publication = {"data": data | {"data": {"round": number}}, "offset": number}
    frame = json.dumps({"push": {"channel": channel, "pub": publication}})
    with urllib.request.urlopen(url, frame.encode(), timeout=30) as answer:  # noqa: S310 - our own loopback URL
        answer.read()


def _spread(
    pid: int, url: str, count: int, says: list[dict[str, Any]], numbers: range, tell: Callable[[int], None]
) -> Spread:
    before, cpu = _resident_kib(pid), _cpu_seconds(pid)
    with crowd(url, count, says) as clients:
        connected = _cpu_seconds(pid)
        time.sleep(1.0)
        kib = (_resident_kib(pid) - before) / count
        rounds_began = _cpu_seconds(pid)
        taken: list[dict[str, float]] = []
        for number in numbers:
            time.sleep(0.3)
            begun = time.monotonic()
            tell(number)
            heard = clients.round(number)
            if heard["heard"] != count:
                raise RuntimeError(
                    f"round {number} reached {heard['heard']} of {count} clients, {heard['lost']} sockets lost"
                )
            taken.append({name: (heard[name] - begun) * 1000 for name in ("p50", "p99", "last")})
        middle = {name: statistics.median(one[name] for one in taken[WARM_UP:]) for name in ("p50", "p99", "last")}
        delivery_us = (_cpu_seconds(pid) - rounds_began) / (count * len(taken)) * 1e6
        connect_ms = (connected - cpu) / count * 1000
        return Spread(
            middle["p50"], middle["p99"], middle["last"], kib, connect_ms, delivery_us, clients.connect_seconds
        )


def _storm(url: str, count: int, channel: str, token: str) -> tuple[float, int]:
    """Everybody lost their socket while events were written; they all come back at their position: seconds, and events lost."""
    from notifications import streams

    epoch, offset = streams.position(channel)
    numbers = range(offset + 1, offset + 1 + MISSED)
    for number in numbers:
        _say(channel, number)
    resume = {"channel": channel, "recover": True, "epoch": epoch, "offset": offset}
    says = [{"id": 1, "connect": {"token": token}}, {"id": 2, "subscribe": resume}]
    with crowd(url, count, says, at_once=min(count, STORM_AT_ONCE)) as clients:
        heard = sum(int(clients.round(number)["heard"]) for number in numbers)
        return clients.connect_seconds, count * MISSED - heard


def _cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_kib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    raise RuntimeError("the server is gone")
