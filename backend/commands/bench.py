"""Measure Yike beside its baselines: the circle over HTTP, the alarm, a login, a desk event to thousands, an SOS
that enters while a broadcast goes out. Minutes, on loopback.

It uses a home of its own (YIKE_BENCH_HOME, or .yike-bench), so that it never touches the data of a running demo.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

PROCESS = "none"
ALWAYS = ("circle", "alarm", "login", "fanout", "sos-in-broadcast", "search")
PARTS = (*ALWAYS, "district")
CROWDS = (1_000, 5_000)
RESIDENTS = 20_000
Row = tuple[str, str, str, str]
REPORT = Path(__file__).resolve().parents[2] / "docs" / "bench.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=36, help="of load in all, without starting things up")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=ALWAYS, help="only these (--write needs these at least)"
    )
    parser.add_argument("--services", type=int, default=200_000, help="of the district, which is made once and kept")
    parser.add_argument("--clients", nargs="+", type=int, default=CROWDS, help="sizes of the crowd of the fan-out")
    parser.add_argument(
        "--residents", type=int, default=RESIDENTS, help="whom the broadcast goes to (100000 takes a while)"
    )
    parser.add_argument("--write", action="store_true", help="write the report to docs/bench.md too")


def run(args: argparse.Namespace) -> int:
    from bench import home, machine

    begun = time.monotonic()
    place = Path(os.environ.get("YIKE_BENCH_HOME") or ".yike-bench").resolve()
    is_own = home.prepare(place)
    try:
        facts = machine.facts()
        print("\n".join(facts), flush=True)
        rows = _rows(args)
    finally:
        if is_own:
            home.stop(place)
    print(f"{time.monotonic() - begun:.0f} s")
    if args.write and set(args.parts) >= set(ALWAYS):
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(_report(facts, rows), encoding="utf-8")
    return 0


def _rows(args: argparse.Namespace) -> list[Row]:
    """Measure, and print each result as soon as it is there."""
    measured = {"circle": lambda: [_circle(args.seconds * 0.7)], "alarm": lambda: [_alarm(args.seconds * 0.3)]}
    measured["login"] = lambda: _login(min(args.seconds * 0.2, 10))
    measured["fanout"] = lambda: [row for count in args.clients for row in _fanout(count)]
    measured["sos-in-broadcast"] = lambda: [_overtaking(args.residents)]
    measured["search"] = _search
    measured["district"] = lambda: _district(args.services)
    rows = []
    for part in PARTS:
        for row in measured[part]() if part in args.parts else ():
            print("\n  ".join(row), flush=True)
            rows.append(row)
    return rows


def _circle(seconds: float) -> Row:
    from bench import circle

    walk = circle.measure(seconds)
    return (
        f"circle from a building, {walk.items} services, {walk.bytes / 1024:.0f} KiB",
        f"{walk.yike.rps:.0f} requests/s (p50 {walk.yike.p50:.1f}, p99 {walk.yike.p99:.1f} ms)",
        f"FastAPI + asyncpg: {walk.baseline.rps:.0f} requests/s (p50 {walk.baseline.p50:.1f}, p99 {walk.baseline.p99:.1f} ms)",
        f"{walk.ratio:.2f} × (budget ≥ 0.5)",
    )


def _search() -> list[Row]:
    from bench import search

    found, kept = search.quality(), search.kept()
    sorts = ", ".join(f"{sort} {recall:.2f}" for sort, recall in sorted(found.of_sorts.items()))
    rows = [
        (
            f"search quality, {found.queries} labelled queries over {found.services} invented services",
            f"recall@10 {found.recall:.3f} ({sorts})",
            "the labels were written by the same hands as the words",
            f"floor {search.FLOOR}",
        )
    ]
    for name, taken in (("search in a circle", search.searching()), ("suggestions while typing", search.typing())):
        rows.append(
            (
                f"{name}, {kept} services kept",
                f"p50 {taken.p50:.1f}, p99 {taken.p99:.1f} ms",
                f"the same statements by psycopg: p50 {taken.bare_p50:.1f}, p99 {taken.bare_p99:.1f} ms",
                f"{taken.p50 / taken.bare_p50:.1f} ×",
            )
        )
    return rows


def _login(seconds: float) -> list[Row]:
    from bench import login

    found = login.measure(seconds)
    bare = found.bare
    return [
        (
            f"login by code, {found.statements} statements, {found.logins} new people",
            f"asking {found.ask}; entering {found.enter}",
            f"as many round trips and two commits by psycopg: {found.bare_login}",
            f"p95 {(found.ask.p95 + found.enter.p95) / found.bare_login.p95:.2f} ×",
        ),
        (
            "knowing who asks, a request",
            f"{found.cached}; signature not yet known {found.uncached}",
            f"PyJWT and one query by psycopg: {bare}",
            f"p50 {found.cached.p50 / bare.p50:.2f} × (with roles, homes and row walls)",
        ),
    ]


def _alarm(seconds: float) -> Row:
    from bench import alarm

    press = alarm.measure(seconds)
    return (
        f"alarm verb, {press.statements} statements, {press.alarms} alarms",
        f"p50 {press.verb_p50:.1f}, p99 {press.verb_p99:.1f} ms",
        f"the same by psycopg: p50 {press.bare_p50:.1f}, p99 {press.bare_p99:.1f} ms",
        f"p99 {press.ratio:.2f} × (budget ≤ 3)",
    )


def _fanout(count: int) -> list[Row]:
    from bench import fanout

    told = fanout.measure(count)
    yike, bare = (
        [
            f"p50 {side.p50:.0f}, p99 {side.p99:.0f} ms, {side.delivery_us:.0f} µs of processor a delivery",
            f"{side.kib:.0f} KiB, {side.connect_ms:.1f} ms of processor, all in {side.connect_seconds:.1f} s",
        ]
        for side in (told.yike, told.bare)
    )
    return [
        (
            f"one desk event to {count} clients",
            yike[0],
            f"bare ASGI broadcaster: {bare[0]}",
            f"p99 {told.ratio:.2f} × (budget ≤ 2)",
        ),
        (
            f"a connection, {count} of them",
            yike[1],
            f"bare ASGI broadcaster: {bare[1]}",
            f"all back after a loss of every socket in {told.storm_seconds:.1f} s (budget ≤ 30), {told.storm_lost} events lost",
        ),
    ]


def _overtaking(residents: int) -> Row:
    from bench import overtaking

    told = overtaking.measure(residents)
    return (
        f"SOS to its deliveries, during {told.pushes} pushes in {told.seconds:.0f} s, {told.busy.alarms} alarms",
        f"{told.busy}",
        f"nothing else to do, {told.idle.alarms} alarms: {told.idle}",
        f"p50 {told.busy.p50 / told.idle.p50:.2f} ×, p99 {told.busy.p99 / told.idle.p99:.2f} × (budget: within 1000 ms)",
    )


def _district(services: int) -> list[Row]:
    """In a process and a home of its own (YIKE_DISTRICT_HOME, or .yike-district): the first time takes long."""
    place = os.environ.get("YIKE_DISTRICT_HOME") or ".yike-district"
    sizes = ["--services", str(services), "--buildings", str(services // 10)]
    others = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "YIKE_"))}
    command = [sys.executable, "-m", "bench.district", place, *sizes]
    done = subprocess.run(command, check=True, env=others, stdout=subprocess.PIPE, text=True)
    return [tuple(row) for row in json.loads(done.stdout.splitlines()[-1])]


def _report(facts: list[str], rows: list[Row]) -> str:
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
        "COMMIT included. The broadcaster (`bench/broadcaster.py`) sends the same frame to each socket in a loop and knows nothing",
        "of offsets, databases or slow readers; Yike's time has the commit, the hint and the hub's read in it.",
        "",
    ]
    return "\n".join(lines)
