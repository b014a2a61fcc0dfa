"""A child process that is kept running: its lines get its name, its death a restart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.up import lifeline

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
STEADY = 10.0  # seconds; a child that lived so long begins again with the short wait


def say(name: str, line: str) -> None:
    """One line of a child on our standard output; a closed output stops nothing."""
    with contextlib.suppress(BrokenPipeError, ValueError):
        print(f"{name:>9} │ {line}", flush=True)


@dataclass
class Child:
    """`module` with `arguments`, run by this Python; `descriptors` are inherited (a listening socket outlives its server)."""

    name: str
    module: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Sequence[int] = ()
    restarts: int = 0
    process: asyncio.subprocess.Process | None = None

    async def run_once(self, pipe: int) -> int:
        """Start it and follow it to its end; its exit code (negative: the signal that ended it)."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "backend.up.lifeline", self.module, *self.arguments),
            env={**os.environ, **self.environment, lifeline.VARIABLE: str(pipe), "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=(pipe, *self.descriptors),
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then ends its children in order
        )
        assert self.process.stdout is not None
        rest = b""
        while chunk := await self.process.stdout.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                say(self.name, line.decode(errors="replace"))
        if rest:
            say(self.name, rest.decode(errors="replace"))
        return await self.process.wait()

    async def keep_running(self, pipe: int, stopping: asyncio.Event) -> None:
        """Restart it whenever it ends, after 0.2 s doubling to 5 s, until `stopping` is set."""
        wait = FIRST_WAIT
        while not stopping.is_set():
            begun = time.monotonic()
            code = await self.run_once(pipe)
            if stopping.is_set():
                return
            wait = FIRST_WAIT if time.monotonic() - begun > STEADY else wait
            say(self.name, f"ended with {code}; starts again in {wait:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait)
            wait = min(wait * 2, LONGEST_WAIT)
            self.restarts += 1

    def send(self, number: signal.Signals) -> None:
        """Signal the child, if it runs."""
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
