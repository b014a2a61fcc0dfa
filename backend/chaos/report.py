"""The words of a run, for the terminal and for `docs/chaos.md`."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from backend.chaos.deliveries import Deliveries
from backend.chaos.district import CHILDREN
from backend.chaos.killing import Kill
from backend.chaos.run import Outcome

SHOWN = 10  # violations of one sentence that are written out


def machine() -> str:
    """Processor, cores, memory, system, Python; no host name, no path."""
    try:
        found = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    except OSError:
        found = []
    processor = found[0].partition(":")[2].strip() if found else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}; {system}"


def lines(outcome: Outcome) -> list[str]:
    """Facts first, then each sentence with what contradicts it."""
    killed = ", ".join(f"{outcome.killed[child]} × {child}" for child in CHILDREN)
    facts = [
        machine(),
        f"seed {outcome.seed}, {outcome.seconds:g} s of load, begun {outcome.begun:%Y-%m-%d %H:%M} UTC",
        f"{len(outcome.kills)} × kill -9: {killed}",
        *outcome.promises.summary(),
        f"nothing waited any more {outcome.quiet_after:.0f} s after the last answer",
    ]
    return _told(facts, outcome.found)


def lines_of_deliveries(outcome: Deliveries) -> list[str]:
    """The same for the part with the deliveries."""
    return _told([machine(), *outcome.summary()], outcome.found)


def _told(facts: list[str], found: dict[str, list[str]]) -> list[str]:
    told = [f"- {fact}" for fact in facts]
    told.append("")
    for sentence, wrong in found.items():
        told.append(f"- {'held' if not wrong else f'VIOLATED {len(wrong)} times'}: {sentence}")
        told += [f"  - {one}" for one in wrong[:SHOWN]]
    return told


def _moments(kills: list[Kill]) -> str:
    return f"The kills: {', '.join(f'{kill.at:.1f} s {kill.child}' for kill in kills)}."


def page(outcome: Outcome, deliveries: Deliveries) -> str:
    """`docs/chaos.md`."""
    return "\n".join(
        [
            "# Killed, and nothing lost",
            "",
            "Written by `make chaos ARGS=--write`. A district of its own runs the three journeys from a handful of clients, each",
            "of which sends the same message under the same id until it is answered; meanwhile processes get `kill -9` at moments",
            "that the seed chooses. Then it waits until nothing is due, and counts by SQL what must hold. `http` serves the",
            "sockets too.",
            "",
            *lines(outcome),
            "",
            _moments(outcome.kills),
            "",
            "## Deliveries",
            "",
            "In a second district emergencies and ordinary pushes are queued, and the worker hands them, through the real SDK",
            "over TLS, to a process shaped like Firebase Cloud Messaging, which writes down what arrived. Worker, sockets",
            "(`http`) and Valkey get `kill -9`; phones, half of them in Protobuf, are connected meanwhile.",
            "",
            *lines_of_deliveries(deliveries),
            "",
            _moments(deliveries.kills),
            "",
        ]
    )
