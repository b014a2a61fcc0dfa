"""Where the doors stand: `$YIKE_HOME/ports.json`, name → TCP port, written by whoever opens the door.

Names: `http`, `dc09`, `mqtt`, `postgres`, `stripe`. Every port may be asked for as 0; the real one is found here.
"""

import fcntl
import json
import os
import time
from pathlib import Path


def read(home: Path) -> dict[str, int]:
    """What is published now; empty when nothing is."""
    try:
        found: dict[str, int] = json.loads((home / "ports.json").read_text())
    except FileNotFoundError:
        return {}
    return found


def publish(home: Path, **ports: int | None) -> dict[str, int]:
    """Merge these ports into the file, atomically and under a lock; `None` takes a name away."""
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "ports.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        merged = {name: port for name, port in (read(home) | ports).items() if port is not None}
        fresh = home / f"ports.json.{os.getpid()}"
        fresh.write_text(json.dumps(merged, indent=1, sort_keys=True) + "\n")
        fresh.replace(home / "ports.json")
    return merged


def wait_for(home: Path, name: str, timeout: float = 20.0) -> int:
    """The port `name` once it is published; `TimeoutError` when it is not after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        if port := read(home).get(name):
            return port
        if time.monotonic() > end:
            raise TimeoutError(f"no process published the port '{name}' in {home / 'ports.json'}")
        time.sleep(0.05)
