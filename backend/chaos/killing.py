"""kill -9 at moments that the seed chooses."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from backend.chaos.district import CHILDREN


@dataclass(frozen=True)
class Kill:
    """`at`: seconds since the loops began."""

    at: float
    child: str


class Living(Protocol):
    """Whose processes are killed by name."""

    def pid_of(self, child: str) -> int | None: ...


def plan(
    dice: random.Random, seconds: float, count: int, among: Sequence[str] = CHILDREN
) -> list[tuple[float, list[str]]]:
    """`count` moments within `seconds`, in order, each with the order in which a living victim is looked for."""
    moments = sorted(dice.uniform(1.0, max(seconds - 1.0, 1.5)) for _ in range(count))
    return [(moment, dice.sample(among, len(among))) for moment in moments]


def kill_by(district: Living, planned: list[tuple[float, list[str]]], stop: threading.Event) -> list[Kill]:
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


def _killed(district: Living, child: str) -> bool:
    with suppress(ProcessLookupError):
        if pid := district.pid_of(child):
            os.kill(pid, signal.SIGKILL)
            return True
    return False
