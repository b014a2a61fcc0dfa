"""The machine's processes, read from /proc, or from `ps` where there is none (macOS)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """`command`: its arguments, joined by spaces. `is_dead`: killed, and not yet reaped by its parent."""

    pid: int
    parent: int
    command: str
    is_dead: bool


def every() -> Iterator[Process]:
    """All that run now; one that ends while we look is left out."""
    if (PROC / "self" / "stat").exists():
        for folder in PROC.glob("[0-9]*"):
            with suppress(OSError):
                state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                yield Process(int(folder.name), int(parent), command, state == "Z")
        return
    listed = subprocess.run(
        ["ps", "-ww", "-axo", "pid=,ppid=,stat=,command="], capture_output=True, text=True, check=True
    )
    for line in listed.stdout.splitlines():
        pid, parent, state, *words = line.split(maxsplit=3)
        yield Process(int(pid), int(parent), " ".join(words), state.startswith("Z"))


def alive() -> dict[int, Process]:
    """Those that are not dead, by process id."""
    return {one.pid: one for one in every() if not one.is_dead}
