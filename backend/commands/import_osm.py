"""Bring the streets and services of an OpenStreetMap extract (PBF) into the directory. Repeatable.

The second import of the same file writes nothing; a newer one writes what changed, and closes what is gone. An import that was
killed is run again and goes on. Dirty objects are counted and reported, never fatal. Data: © OpenStreetMap contributors, ODbL.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the extract, *.osm.pbf")
    parser.add_argument("--boundary", type=Path, help="GeoJSON polygon (WGS-84): only services inside it")
    parser.add_argument(
        "--division", help="code of the division the area belongs to; a community's services are marked with it"
    )
    parser.add_argument("--name", help="name of the area (default: the division's code, else the file's name)")
    parser.add_argument(
        "--timezone", help="clock of the opening hours (default: China's in China, else by the longitude)"
    )


def run(args: argparse.Namespace) -> int:
    from backend.core.errors import Refusal

    try:
        ZoneInfo(args.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        print(f"there is no time zone {args.timezone}", file=sys.stderr)
        return 2
    try:
        _import(args)
    except Refusal as refusal:
        details = [error.detail for error in getattr(refusal, "errors", ())] or [refusal.text("en")]
        print("; ".join(details), file=sys.stderr)
        return 1
    return 0


def _import(args: argparse.Namespace) -> None:
    from backend.directory.osm import importing
    from backend.people.actor import Actor

    wish = importing.Wish(args.file, args.boundary, args.division, args.name, args.timezone)
    done = importing.bring_in(Actor.system("import-osm"), wish, _bar)
    network, counts, walks = done.network, done.counts, done.walks
    if not args.timezone:
        print(f"clock: {done.timezone} (--timezone sets another)")
    print(f"streets: {network.nodes} nodes, {network.edges} edges (version {network.version}, area {network.name})")
    print(
        f"services: {done.read} read, {counts.created} new, {counts.updated} changed, {counts.unchanged} unchanged, "
        f"{counts.closed} closed"
    )
    fresh = "computed" if walks.is_fresh else "unchanged"
    print(f"walk times: {walks.walks} {fresh}, from {walks.buildings} buildings")
    for problem, count in sorted(done.problems.items()):
        print(f"reported: {count} × {problem}")


UNITS = {"reading": " objects", "streets": " networks", "services": " pieces", "walking": " buildings"}


def _bar(stage: str, things: Iterable[Any], total: int | None) -> Iterable[Any]:
    from tqdm import tqdm

    return tqdm(things, desc=stage, total=total, unit=UNITS[stage], mininterval=0.5)
