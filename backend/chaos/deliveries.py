"""Thousands of pushes, emergencies and ordinary ones, while worker, sockets and Valkey are killed; then the count.

The real worker sends through the real SDK to a process shaped like FCM, over TLS, which writes down what arrived. Phones are
connected meanwhile: each must end with every event of its stream exactly once.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from backend import embedded
from backend.chaos import counting
from backend.chaos.district import FOREIGN, ROOT, Running, patiently
from backend.chaos.killing import Kill, kill_by, plan
from backend.chaos.listening import Phones
from backend.chaos.outside import Targets, Valkey, push_service
from backend.chaos.telling import DEVICES, TOPIC
from backend.story import demo
from backend.story.client import Api, log_in

VICTIMS = ("worker", "emergency", "http", "valkey")
PEOPLE = 8  # of the demo's residents
QUIET_WITHIN = 420.0  # seconds: the killed workers' claims end after a lease, and what failed waits up to five minutes
_OURS = "FROM notifications_delivery WHERE topic = %s AND at >= %s AND channel = 'fcm'"


@dataclass
class Deliveries:
    """What was done and what was found: for each checked sentence, its violations. `arrivals`: of all deliveries together."""

    seed: int
    seconds: float
    kills: list[Kill] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    queued: int = 0
    emergencies: int = 0
    arrivals: int = 0
    repeated: int = 0
    events: int = 0
    reconnects: int = 0
    quiet_after: float = 0.0
    slowest: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not any(self.found.values())

    def summary(self) -> list[str]:
        killed = Counter(kill.child for kill in self.kills)
        return [
            f"seed {self.seed}, {self.seconds:g} s of load, begun {self.begun:%Y-%m-%d %H:%M} UTC",
            f"{len(self.kills)} × kill -9: {', '.join(f'{killed[child]} × {child}' for child in VICTIMS)}",
            f"{self.queued} pushes queued, {self.emergencies} of them emergencies",
            f"{self.arrivals} arrivals at the push service, {self.repeated} of them repeats under the same delivery id",
            f"the emergency that took longest arrived after {self.slowest:.1f} s",
            f"{self.events} events heard by {PEOPLE} phones, which lost their sockets {self.reconnects} times",
            f"nothing waited any more {self.quiet_after:.0f} s after the last push was queued",
        ]


def chaos(home: Path, *, count: int, seconds: float, seed: int, kills: int, say: Callable[[str], None]) -> Deliveries:
    """Run it in `home`, which is made. Everything it started has ended when it returns or raises."""
    valkey, stop = Valkey(), threading.Event()
    valkey.start()
    watch = threading.Thread(target=valkey.watch, args=(stop,))
    watch.start()
    try:
        with push_service() as (settings, arrived):
            say("starting a district of its own, for the deliveries")
            district = Running.start(home, REDIS_URL=valkey.url, **settings)
            try:
                return _play(district, valkey, Deliveries(seed, seconds), count, kills, arrived, say)
            finally:
                district.stop()
    finally:
        stop.set()
        watch.join()
        valkey.end()


def _play(
    district: Running,
    valkey: Valkey,
    outcome: Deliveries,
    count: int,
    kills: int,
    arrived: Callable[[], dict[str, Any]],
    say: Callable[[str], None],
) -> Deliveries:
    dice = random.Random(outcome.seed)  # noqa: S311 - chaos that can be repeated
    cast = demo.cast(district.url, district.home)
    people = [log_in(district.url, cast.of("resident", number)) for number in range(PEOPLE)]
    url = embedded.ensure(district.home).system
    with Phones(district.url, people) as phones:
        with counting.connected(url) as rows:
            before = counting.offsets(rows)
        say(f"{count} deliveries, {kills} kills in {outcome.seconds:g} s, seed {outcome.seed}")
        outcome.begun = datetime.now(UTC)
        planned = plan(dice, outcome.seconds, kills, among=VICTIMS)
        over = threading.Event()
        with _teller(district.home, count, outcome, valkey, people) as teller:
            outcome.kills = kill_by(Targets(district, valkey), planned, over)
            if teller.wait(outcome.seconds + 300):
                raise RuntimeError(f"the one who tells ended with {teller.returncode}")
        told_until = time.monotonic()
        district.wait_until_ready(120)
        with counting.connected(url) as rows:
            outcome.found |= _streams(rows, phones, before, outcome)
    say(f"{len(outcome.kills)} kills; waiting until nothing is due")
    still = _wait_until_sent(url, outcome.begun)
    outcome.quiet_after = time.monotonic() - told_until
    say(f"quiet after {outcome.quiet_after:.0f} s; counting")
    with counting.connected(url) as rows:
        outcome.found["everything that waited was done"] = [still] if still else []
        outcome.found |= counted(rows, arrived(), outcome, count)
    return outcome


def counted(
    rows: psycopg.Connection[Any], arrived: dict[str, Any], outcome: Deliveries, count: int
) -> dict[str, list[str]]:
    """What arrived beside the rows since `outcome.begun`: each sentence with its violations. `count`: how many were asked for."""
    kept = rows.execute(f"SELECT id::text, state, urgency, at, reason {_OURS}", [TOPIC, outcome.begun]).fetchall()
    ids = {row.id for row in kept}
    mine = {name: told for name, told in arrived.items() if name in ids}
    outcome.queued, outcome.arrivals = len(kept), sum(told[2] for told in mine.values())
    outcome.repeated = outcome.arrivals - len(mine)
    urgent = [row for row in kept if row.urgency == "emergency"]
    outcome.emergencies = len(urgent)
    outcome.slowest = max((mine[row.id][0] - row.at.timestamp() for row in urgent if row.id in mine), default=0.0)
    expected = -(-count // DEVICES) * DEVICES
    return {
        "as many were queued as were told": [] if len(kept) == expected else [f"{len(kept)} instead of {expected}"],
        "each push reached the push service at least once": [
            f"{row.id} ({row.urgency}, {row.state} {row.reason}) never arrived" for row in kept if row.id not in mine
        ],
        "each repeat carried the same delivery id": [
            f"{name} arrived and is no delivery" for name in arrived if not _is_known(rows, name, ids)
        ],
        "each push that arrived is marked as sent": [
            f"{row.id} is {row.state} {row.reason}" for row in kept if row.state != "sent"
        ],
    }


def _is_known(rows: psycopg.Connection[Any], delivery: str, ids: set[str]) -> bool:
    """The demo's own alarms may push too, so what is not ours is looked up."""
    sql = "SELECT 1 FROM notifications_delivery WHERE id = %s"
    return delivery in ids or rows.execute(sql, [delivery]).fetchone() is not None


def _streams(
    rows: psycopg.Connection[Any], phones: Phones, before: dict[str, int], outcome: Deliveries
) -> dict[str, list[str]]:
    last = counting.offsets(rows)
    wrong: list[str] = []
    for person in phones.people:
        channel = phones.channel(person)
        expected = list(range(before.get(channel, 0) + 1, last.get(channel, 0) + 1))
        with suppress(TimeoutError):
            patiently(lambda: len(phones.offsets(person)) >= len(expected), 30)  # noqa: B023 - called in this round
        heard = phones.offsets(person)[: len(expected)]
        outcome.events += len(heard)
        if heard != expected:
            missing, twice = set(expected) - set(heard), len(heard) - len(set(heard))
            wrong.append(
                f"phone {len(wrong) + 1}: {len(heard)} of {len(expected)}, {len(missing)} missing, {twice} twice"
            )
    outcome.reconnects = phones.reconnects
    return {"each connected phone heard every event of its stream exactly once, in order": wrong}


def _wait_until_sent(url: str, since: datetime) -> str:
    """Until none of ours is due any more; what still was when patience ended, else empty."""

    def waiting() -> int:
        with counting.connected(url) as rows:
            (row,) = rows.execute(f"SELECT count(*) AS n {_OURS} AND due_at IS NOT NULL", [TOPIC, since]).fetchall()
            return int(row.n)

    try:
        patiently(lambda: waiting() == 0, QUIET_WITHIN, every=1.0)
    except TimeoutError:
        return f"{waiting()} pushes still wait"
    return ""


@contextmanager
def _teller(
    home: Path, count: int, outcome: Deliveries, valkey: Valkey, people: list[Api]
) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    settings = {"YIKE_HOME": str(home), "YIKE_DEMO": "1", "LOG_FORMAT": "json", "REDIS_URL": valkey.url}
    numbers = [str(count), str(outcome.seconds), str(outcome.seed)]
    with open(home / "telling.log", "ab") as log:
        command = [sys.executable, "-m", "backend.chaos.telling", *numbers, *(person.id for person in people)]
        process = subprocess.Popen(command, cwd=ROOT, env=kept | settings, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()
