"""`GET /circle` from a building over granian and WSGI, beside the same by FastAPI and asyncpg, turn by turn."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client

from bench.home import ROOT, free_ports, server
from bench.recording import recorded

CONNECTIONS = 32


@dataclass(frozen=True)
class Rate:
    """Requests a second, p50 and p99 in milliseconds; the middle of the turns."""

    rps: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Result:
    yike: Rate
    baseline: Rate
    items: int
    bytes: int

    @property
    def ratio(self) -> float:
        """Requests a second over the baseline's; the budget is 0.5."""
        return self.yike.rps / self.baseline.rps


def measure(seconds: float, turns: int = 3) -> Result:
    """Load each side `turns` times, alternately, for `seconds` in all (servers started before, warmed before)."""
    path = f"/circle?building_id={_busiest_building()}"
    plan, size = _plan(f"/api/v1{path}")
    plan_file = Path(os.environ["YIKE_HOME"]) / "bench-plan.json"
    plan_file.write_text(json.dumps(plan))
    workers = str(len(os.sched_getaffinity(0)))
    ours, theirs = free_ports(2)
    own_url, their_url = f"http://127.0.0.1:{ours}/api/v1{path}", f"http://127.0.0.1:{theirs}{path}"
    web = ["-m", "backend", "web", "--port", str(ours), "--workers", workers, "--threads", "8"]
    asgi = ["-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(theirs), "--workers", workers]
    slice_seconds = seconds / (2 * turns + 1)
    with (
        server(web, own_url, PORT=str(ours)),
        server([*asgi, "--no-ws", "bench.baseline:app"], their_url, BENCH_PLAN=str(plan_file)),
    ):
        for url in (own_url, their_url):
            _load(url, slice_seconds / 2)
        taken = [(_load(own_url, slice_seconds), _load(their_url, slice_seconds)) for _ in range(turns)]
    return Result(
        _middle([own for own, _ in taken]), _middle([their for _, their in taken]), len(plan["body"]["items"]), size
    )


def _busiest_building() -> UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT building_id FROM directory_walktime GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("no building has walk times: the district is not seeded")
    found: UUID = row[0]
    return found


def _plan(path: str) -> tuple[dict[str, Any], int]:
    """What Yike asks the database for this request, as asyncpg can ask it, and the body it answers."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.get(path)  # what is read once in a process is not part of it
    with recorded() as statements:
        response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answers {response.status_code}")
    asked = [{"sql": _numbered(one.sql), "params": [_value(p) for p in one.params or ()]} for one in statements]
    return {"statements": asked, "body": json.loads(response.content)}, len(response.content)


def _numbered(sql: str) -> str:
    """`%s` as `$1`, `$2` …"""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        count += 1
        return f"${count}"

    return re.sub(r"%s|%%", number, sql)


def _value(value: Any) -> dict[str, Any]:
    return {"uuid": str(value)} if isinstance(value, UUID) else {"value": value}


def _load(url: str, seconds: float) -> Rate:
    command = [sys.executable, "-m", "bench.load", url, "--seconds", str(seconds), "--connections", str(CONNECTIONS)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    told = json.loads(done.stdout)
    if told["failed"]:
        raise RuntimeError(f"{told['failed']} answers of {url} were not 200")
    return Rate(told["rps"], told["p50"], told["p99"])


def _middle(rates: list[Rate]) -> Rate:
    return Rate(*(statistics.median(getattr(rate, name) for rate in rates) for name in ("rps", "p50", "p99")))
