"""The directory of a whole district (200,000 services, 20,000 buildings) in a home of its own: `python -m bench.district PLACE`.

Prints one JSON list of rows. Each query goes through the whole program, without a socket; beside it stand its own statements,
sent once more by psycopg on the same connection.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import home
from bench.load import percentile

Row = tuple[str, str, str, str]
WORDS = ("药店", "早餐", "yaodian", "菜", "lifa", "虚构")
TYPED = ("yao", "药", "zao", "超市", "li")
TURNS, AGAIN = 60, 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.district", description=__doc__)
    parser.add_argument("place", type=Path)
    parser.add_argument("--services", type=int, default=200_000)
    parser.add_argument("--buildings", type=int, default=20_000)
    options = parser.parse_args()
    is_own = home.prepare(options.place.resolve(), seeded=False, process="owner")
    try:
        rows = [*made(options.services, options.buildings), *asked()]
    finally:
        if is_own:
            home.stop(options.place.resolve())
    print(json.dumps(rows, ensure_ascii=False))


def made(services: int, buildings: int) -> list[Row]:
    """Make it, compute its walks, and say how long that took and how large it is."""
    from tqdm import tqdm

    from backend.directory import walk_times
    from bench import big_town

    area = big_town.build(services, buildings)
    begun = time.monotonic()
    outcome = walk_times.recompute(area, lambda things: tqdm(list(things), desc="walks", unit=""))
    seconds = time.monotonic() - begun
    _sql("ANALYZE")
    what = f"{outcome.services} services, {outcome.buildings} buildings"
    walks = outcome.walks + outcome.wheels
    again = f"{seconds:.0f} s" if outcome.is_fresh else f"nothing had changed: {seconds:.1f} s"
    sizes = [
        (name.removeprefix("directory_"), _megabytes(table), _megabytes(indexes))
        for name, table, indexes in _sql(
            "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class WHERE relname = ANY (%s) ORDER BY 1",
            [["directory_walktime", "directory_wheeltime", "directory_service", "directory_location",
              "directory_serviceatlocation"]],
        )
    ]  # fmt: skip
    told = "; ".join(f"{name} {table} + {indexes} MB" for name, table, indexes in sizes)
    rate = f"{walks / seconds:,.0f} walks/s" if outcome.is_fresh else ""
    return [(f"walks computed ahead, {what}", again, f"{walks:,} walks kept, on foot and on wheels", rate),
            ("size of tables + indexes", told, "", "")]  # fmt: skip


def asked() -> list[Row]:
    """The five reads that people wait for, by buildings and points that one seed chose."""
    chance = random.Random(7)  # noqa: S311 - the same questions each time
    known = _sql("SELECT building_id, lon, lat FROM directory_walkorigin ORDER BY building_id")
    starts = chance.sample(known, min(TURNS, len(known)))
    at = [f"lon={lon + chance.uniform(-2e-4, 2e-4):.6f}&lat={lat:.6f}" for _, lon, lat in starts]
    paths: dict[str, Callable[[int], str]] = {
        "circle from a building": lambda i: f"/api/v1/circle?building_id={starts[i][0]}",
        "circle from any point": lambda i: f"/api/v1/circle?{at[i]}",
        "search in a building's circle": lambda i: (
            f"/api/v1/circle?building_id={starts[i][0]}&q={quote(WORDS[i % len(WORDS)])}"
        ),
        "suggestions": lambda i: f"/api/v1/suggest?q={quote(TYPED[i % len(TYPED)])}&{at[i]}",
        "a page of HSDS services": lambda i: f"/hsds/v3/services?page={1 + 17 * i % 900}",
    }
    return [_compared(name, [path(i) for i in range(len(starts))]) for name, path in paths.items()]


def _compared(name: str, paths: list[str]) -> Row:
    from django.db import connection
    from django.test import Client

    from bench.recording import recorded

    client = Client(SERVER_NAME="127.0.0.1")
    statements: list[list[Any]] = []
    for path in paths:  # warm, and what it asks
        with recorded() as sent:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
        statements.append(sent)
    own, bare = list[float](), list[float]()
    for _ in range(AGAIN):
        for path, sent in zip(paths, statements, strict=True):
            own.append(_timed(lambda path=path: client.get(path)))  # type: ignore[misc]
            with connection.cursor() as cursor:
                bare.append(_timed(lambda sent=sent, cursor=cursor: [_send(cursor, one) for one in sent]))  # type: ignore[misc]
    ratio = statistics.median(own) / statistics.median(bare)
    mean = statistics.mean(len(sent) for sent in statements)
    return name, _percentiles(own), f"its {mean:.0f} statements by psycopg: {_percentiles(bare)}", f"p50 {ratio:.2f} ×"


def _send(cursor: Any, statement: Any) -> None:
    cursor.cursor.execute(statement.sql, statement.params)
    if statement.rows is not None:
        cursor.cursor.fetchall()


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _percentiles(seconds: list[float]) -> str:
    return f"p50 {percentile(seconds, 0.5):.1f}, p99 {percentile(seconds, 0.99):.1f} ms"


def _sql(statement: str, params: list[Any] | None = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f}"


if __name__ == "__main__":
    main()
