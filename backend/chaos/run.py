"""One run of chaos: start a district, log in, let the loops and the killer go, wait for quiet, count."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend import embedded
from backend.chaos import counting, loops
from backend.chaos.district import FOREIGN, ROOT, Running
from backend.chaos.killing import Kill, kill_by, plan
from backend.chaos.loops import World
from backend.chaos.promises import Promises
from backend.story import demo
from backend.story.client import Api, Json, log_in

# Positions among the demo's residents: payers live in different homes and have open bills; nobody is both.
PAYERS = (2, 4, 7, 8)
REPORTERS = (3, 5)
PRESSED = ("DEMO-BTN-0001", "DEMO-FALL-0003")
SPEAKS = "DEMO-PND-0004"


@dataclass
class Outcome:
    """What was done and what was found: for each checked sentence, its violations."""

    seed: int
    seconds: float
    kills: list[Kill]
    promises: Promises
    found: dict[str, list[str]] = field(default_factory=dict)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    quiet_after: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not any(self.found.values())

    @property
    def killed(self) -> Counter[str]:
        return Counter(kill.child for kill in self.kills)


def chaos(home: Path, *, seconds: float, seed: int, kills: int, say: Callable[[str], None]) -> Outcome:
    """Run it in `home`, which is made. Everything it started has ended when it returns or raises."""
    say("starting a district of its own")
    district = Running.start(home)
    try:
        return _play(district, Outcome(seed, seconds, [], Promises()), kills, say)
    finally:
        district.stop()


def _play(district: Running, outcome: Outcome, kills: int, say: Callable[[str], None]) -> Outcome:
    dice = random.Random(outcome.seed)  # noqa: S311 - chaos that can be repeated
    cast = demo.cast(district.url, district.home)
    payers, reporters = ([log_in(district.url, cast.of("resident", n)) for n in those] for those in (PAYERS, REPORTERS))
    dispatcher = log_in(district.url, cast.of("dispatcher"))
    devices = {one["serial"]: one for one in demo.devices(district.url)}
    world = World(district.url, district.home, outcome.promises, threading.Event())
    url = embedded.ensure(district.home).system
    with counting.connected(url) as rows:
        offsets = counting.offsets(rows)
    since = datetime.now(UTC)
    jobs: list[Callable[[], None]] = [
        *(_job(loops.press, world, devices[serial], dice) for serial in PRESSED),
        _job(loops.speak, world, devices[SPEAKS], dice),
        *(_job(loops.pay, world, payer, dice) for payer in payers),
        *(_job(loops.report, world, reporter, dice) for reporter in reporters),
        _job(loops.answer, world, dispatcher, dice),
    ]
    planned = plan(dice, outcome.seconds, kills)
    say(f"{len(jobs)} clients, {kills} kills in {outcome.seconds:g} s, seed {outcome.seed}")
    with ThreadPoolExecutor(len(jobs)) as pool:
        running = [pool.submit(job) for job in jobs]
        try:
            outcome.kills = kill_by(district, planned, world.stop)
        finally:
            world.stop.set()
        say(f"{len(outcome.kills)} kills: {dict(outcome.killed)}; waiting for the last answers")
        outcome.promises.broken += [f"{wrong}" for job in running if (wrong := _fault(job))]
    district.wait_until_ready(120)
    quiet_from = time.monotonic()
    still = counting.wait_until_quiet(url)
    outcome.quiet_after = time.monotonic() - quiet_from
    say(f"quiet after {outcome.quiet_after:.0f} s; counting")
    sandbox = district.home / "stripe-sandbox" / "stripe.sqlite3"
    ids = ([one.id for one in payers], [one.id for one in reporters])
    with counting.connected(url) as rows:
        count = counting.Counting(rows, outcome.promises, since, *ids, sandbox, offsets)
        outcome.found["everything that waited was done"] = [still] if still else []
        outcome.found |= {sentence: list(check()) for sentence, check in count.checks().items()}
    outcome.found["the audit verifies: every seal, every sealed row"] = _audit(district)
    return outcome


def _job(
    loop: Callable[[World, Any, random.Random], None], world: World, who: Api | Json, dice: random.Random
) -> Callable[[], None]:
    """A loop with dice of its own, so that one client's luck does not hang on another's pace."""
    own = random.Random(dice.getrandbits(64))  # noqa: S311
    return lambda: loop(world, who, own)


def _fault(job: Future[None]) -> str:
    wrong = job.exception()
    return f"{type(wrong).__name__}: {wrong}" if wrong else ""


def _audit(district: Running) -> list[str]:
    """What `verify-audit` complains of."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(
        [sys.executable, "-m", "backend", "verify-audit"],
        cwd=ROOT,
        env=kept | {"YIKE_HOME": str(district.home), "LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()[-20:] or ["it failed"]
