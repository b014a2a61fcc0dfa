"""kill -9 at moments that the seed chooses."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from backend.chaos.district import CHILDREN, Running


@dataclass(frozen=True)
class Kill:
    """`at`: seconds since the loops began."""

    at: float
    child: str


def plan(dice: random.Random, seconds: float, count: int) -> list[tuple[float, list[str]]]:
    """`count` moments within `seconds`, in order, each with the order in which a living victim is looked for."""
    moments = sorted(dice.uniform(1.0, max(seconds - 1.0, 1.5)) for _ in range(count))
    return [(moment, dice.sample(CHILDREN, len(CHILDREN))) for moment in moments]


def kill_by(district: Running, planned: list[tuple[float, list[str]]], stop: threading.Event) -> list[Kill]:
    """Carry the plan out; a moment at which everything is down waits for the first process that comes back."""
    begun = time.monotonic()
    done: list[Kill] = []
    for moment, victims in planned:
        if stop.wait(max(0.0, begun + moment - time.monotonic())):
            break
        while not stop.is_set():
            child = next((name for name in victims if _killed(district, name)), None)
            if child:
                done.append(Kill(time.monotonic() - begun, child))
                break
            stop.wait(0.1)
    return done


def _killed(district: Running, child: str) -> bool:
    with suppress(ProcessLookupError):
        if pid := district.pid_of(child):
            os.kill(pid, signal.SIGKILL)
            return True
    return False
