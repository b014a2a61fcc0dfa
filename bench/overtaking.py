"""SOS alarms while a broadcast to N residents goes out: from each alarm's commit to the first attempt of its deliveries.

The real worker pushes through the real SDK to the FCM-shaped fake, over TLS on the loopback, which takes 30 ms a push. The same
alarms are raised on the idle worker first. Everything shares this machine's cores: worker, database, fake and the one who measures.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from backend.core.ids import uuid7
from backend.emergency import actions
from bench.alarm import _resolve, _somebody_at_home
from bench.home import ROOT
from bench.load import percentile

IDLE_ALARMS, PAUSE = 20, 0.4
PATIENCE = 900.0


@dataclass(frozen=True)
class Side:
    """Milliseconds from commit to attempt: the first of each alarm, and all deliveries of all alarms."""

    alarms: int
    p50: float
    p99: float
    worst: float
    all_p99: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f}, p99 {self.p99:.0f}, worst {self.worst:.0f} ms; all their deliveries p99 {self.all_p99:.0f} ms"


@dataclass(frozen=True)
class Result:
    """`pushes`: of the broadcast, `seconds`: which it took."""

    idle: Side
    busy: Side
    pushes: int
    seconds: float


class Service:
    """The fake's process; `settings` are for the worker."""

    def __init__(self, folder: str) -> None:
        command = [sys.executable, "-m", "tests.fakes.push_service", folder]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.settings: dict[str, str] = self._line()

    def _line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def arrived(self) -> dict[str, tuple[float, float, int, str]]:
        """Delivery → first and last arrival (seconds since 1970), how often, urgency."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told: dict[str, tuple[float, float, int, str]] = self._line()
        return told


def measure(count: int) -> Result:
    """Idle, then during a broadcast to `count` people. The crowd is made before and taken away afterwards."""
    compound, author = _a_desk()
    _crowd("end")
    _crowd(str(count), str(compound))
    try:
        with _service() as service, _worker(service.settings):
            with psycopg.connect(os.environ["DATABASE_SYSTEM_URL"], autocommit=True) as aside:
                return _measured(service, aside, compound, author, count)
    finally:
        _crowd("end")


def _measured(service: Service, aside: psycopg.Connection[Any], compound: UUID, author: Any, count: int) -> Result:
    _alarm(aside)  # the worker is up, its connections are open
    _until_nothing_waits(aside)
    idle = [_alarm(aside) for _ in range(IDLE_ALARMS)]
    _until_nothing_waits(aside)
    before = len(service.arrived())
    begun = time.monotonic()
    source = _announce(author, compound)
    while len(service.arrived()) < before + min(count, 100):
        time.sleep(0.2)
    busy = []
    while _waiting(aside, source) and time.monotonic() < begun + PATIENCE:
        busy.append(_alarm(aside))
    seconds = time.monotonic() - begun
    _until_nothing_waits(aside)
    arrived = service.arrived()
    return Result(_side(aside, idle, arrived), _side(aside, busy, arrived), _pushed(aside, source), seconds)


def _alarm(aside: psycopg.Connection[Any]) -> tuple[str, float]:
    """Raise one that opens an incident; its path, and when it was committed (seconds since 1970)."""
    actor = _somebody_at_home()
    raised = actions.raise_alarm(actor, id=uuid7(), kind="sos")
    committed = time.time()
    time.sleep(PAUSE)
    _resolve(aside, actor.person_id)
    return raised.incident.path, committed


def _side(aside: psycopg.Connection[Any], alarms: list[tuple[str, float]], arrived: dict[str, Any]) -> Side:
    """A push starts when the service hears of it, another way when its provider has taken it."""
    firsts, everything = list[float](), list[float]()
    for path, committed in alarms:
        rows = aside.execute(
            "SELECT id::text, channel, sent_at FROM notifications_delivery"
            " WHERE about = %s AND urgency = 'emergency' AND channel <> 'socket' AND state <> 'skipped'",
            [path],
        ).fetchall()
        started = [
            ((arrived[id][0] if id in arrived else sent_at.timestamp()) - committed)
            for id, _, sent_at in rows  # noqa: A001
            if id in arrived or sent_at
        ]
        if not started or len(started) < len(rows):
            raise RuntimeError(f"{len(rows) - len(started)} of the alarm's {len(rows)} deliveries never started")
        firsts.append(min(started))
        everything += started
    return Side(
        len(alarms),
        statistics.median(firsts) * 1000,
        percentile(firsts, 0.99),
        max(firsts) * 1000,
        percentile(everything, 0.99),
    )


def _a_desk() -> tuple[UUID, Any]:
    """A compound that has a home, and one who may announce there."""
    from backend.community.models import Compound
    from backend.core.queries import looking_up
    from backend.people.actor import Actor
    from backend.people.models import RoleGrant, User
    from backend.people.roles import Can

    with looking_up("bench"):
        compounds = list(Compound.objects.order_by("id"))
        for person in User.objects.filter(id__in=RoleGrant.objects.values("user_id")).order_by("id"):
            actor = Actor.of(person, assurance="mfa")
            for place in compounds:
                if actor.may(Can.BULLETIN_WRITE, compound=place.id, community=place.community_id):
                    return place.id, actor
    raise RuntimeError("nobody in the demo may put up a bulletin")


def _announce(author: Any, compound: UUID) -> UUID:
    """Put up a notice for the compound, as its desk does; the bulletin's id."""
    from backend.bulletins.actions import preview, publish
    from backend.bulletins.drafting import Draft

    draft = Draft(
        "notice", "明日上午清洗水箱。", title="清洗水箱", title_en="Tanks are cleaned", text_en="Tomorrow morning."
    )
    many = preview(author, scope="compound", scope_id=compound, draft=draft).audience
    return publish(author, scope="compound", scope_id=compound, draft=draft, confirm_audience=many).id


def _crowd(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.crowd", *arguments], check=True, cwd=ROOT)


@contextlib.contextmanager
def _service() -> Iterator[Service]:
    with tempfile.TemporaryDirectory() as folder:
        service = Service(folder)
        try:
            yield service
        finally:
            service.process.kill()
            service.process.communicate()


@contextlib.contextmanager
def _worker(settings: dict[str, str]) -> Iterator[None]:
    """The two workers that a district runs: one for emergencies, one for the rest."""
    log = Path(os.environ["YIKE_HOME"]) / "bench-worker.log"
    with log.open("wb") as out:
        start = [sys.executable, "-m", "backend", "worker", "--lanes"]
        both = [
            subprocess.Popen([*start, lanes], cwd=ROOT, env=os.environ | settings, stdout=out, stderr=out)
            for lanes in ("emergency", "other")
        ]
        try:
            yield
        finally:
            for process in both:
                process.terminate()
            for process in both:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()


def _waiting(aside: psycopg.Connection[Any], source: UUID) -> bool:
    """Does the broadcast still go out?"""
    row = aside.execute(
        "SELECT EXISTS (SELECT 1 FROM core_job WHERE params->>'bulletin' = %s AND due_at IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM notifications_delivery WHERE notice_id = %s AND due_at IS NOT NULL)",
        [str(source), source],
    ).fetchone()
    return bool(row and row[0])


def _until_nothing_waits(aside: psycopg.Connection[Any]) -> None:
    """Raises TimeoutError."""
    ends = time.monotonic() + PATIENCE
    sql = "SELECT EXISTS (SELECT 1 FROM notifications_delivery WHERE due_at IS NOT NULL AND due_at < now() + interval '2 min')"
    while (row := aside.execute(sql).fetchone()) and row[0]:
        if time.monotonic() > ends:
            raise TimeoutError("deliveries still wait")
        time.sleep(0.2)


def _pushed(aside: psycopg.Connection[Any], source: UUID) -> int:
    row = aside.execute(
        "SELECT count(*) FROM notifications_delivery WHERE notice_id = %s AND state = 'sent'", [source]
    ).fetchone()
    return int(row[0]) if row else 0
