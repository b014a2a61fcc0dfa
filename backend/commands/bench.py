"""Measure Yike beside its baselines: the circle over HTTP, and the alarm verb. About a minute, loopback only.

It uses a home of its own (YIKE_BENCH_HOME, or .yike-bench), so that it never touches the data of a running demo.
"""

import argparse
import os
import time
from datetime import UTC, datetime
from pathlib import Path

PROCESS = "none"
REPORT = Path(__file__).resolve().parents[2] / "docs" / "bench.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=36, help="of load in all, without starting things up")
    parser.add_argument("--write", action="store_true", help="write the report to docs/bench.md too")


def run(args: argparse.Namespace) -> int:
    from bench import home, machine

    begun = time.monotonic()
    place = Path(os.environ.get("YIKE_BENCH_HOME") or ".yike-bench").resolve()
    is_own = home.prepare(place)
    try:
        from bench import alarm, circle

        facts = machine.facts()
        print("\n".join(facts), flush=True)
        walk = circle.measure(args.seconds * 0.7)
        press = alarm.measure(args.seconds * 0.3)
    finally:
        if is_own:
            home.stop(place)
    rows = [
        (
            f"circle from a building, {walk.items} services, {walk.bytes / 1024:.0f} KiB",
            f"{walk.yike.rps:.0f} requests/s (p50 {walk.yike.p50:.1f}, p99 {walk.yike.p99:.1f} ms)",
            f"FastAPI + asyncpg: {walk.baseline.rps:.0f} requests/s (p50 {walk.baseline.p50:.1f}, p99 {walk.baseline.p99:.1f} ms)",
            f"{walk.ratio:.2f} × (budget ≥ 0.5)",
        ),
        (
            f"alarm verb, {press.statements} statements, {press.alarms} alarms",
            f"p50 {press.verb_p50:.1f}, p99 {press.verb_p99:.1f} ms",
            f"the same by psycopg: p50 {press.bare_p50:.1f}, p99 {press.bare_p99:.1f} ms",
            f"p99 {press.ratio:.2f} × (budget ≤ 3)",
        ),
    ]
    for row in rows:
        print("\n  ".join(row))
    print(f"{time.monotonic() - begun:.0f} s")
    if args.write:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(_report(facts, rows), encoding="utf-8")
    return 0


def _report(facts: list[str], rows: list[tuple[str, str, str, str]]) -> str:
    lines = [
        "# Measured",
        "",
        f"Written by `make bench ARGS=--write` on {datetime.now(UTC):%Y-%m-%d}. Each number stands beside a baseline of the same",
        "run; the ratio is what to read. The load client shares the cores with the servers.",
        "",
        *(f"- {fact}" for fact in facts),
        "",
        "| path | Yike | baseline | ratio |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        "The circle's baseline is `bench/baseline.py`: the statements that Yike sends, recorded from a request, by asyncpg, and",
        "the same body built from their rows by pydantic, under granian's ASGI with as many processes. The alarm's baseline is",
        "the verb's own statements, sent once more with fresh ids through a psycopg cursor on the same connection, BEGIN and",
        "COMMIT included.",
        "",
    ]
    return "\n".join(lines)
