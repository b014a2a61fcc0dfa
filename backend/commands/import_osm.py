"""Bring the streets and services of an OpenStreetMap extract (PBF) into the directory. Repeatable.

The second import of the same file changes nothing; what is gone from a newer file is closed. Dirty objects are counted and
reported, never fatal. Data: © OpenStreetMap contributors, ODbL.
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
    from backend.directory import actions
    from backend.directory.osm import extract as osm
    from backend.directory.osm.boundary import Boundary
    from backend.directory.osm.clock import clock_of
    from backend.directory.osm.division import within_division
    from backend.people.actor import Actor

    actor = Actor.system("import-osm")
    boundary = Boundary.read(args.boundary) if args.boundary else None
    extract = osm.read(args.file, boundary, _bar("reading", "objects"))
    places = within_division(extract.places, args.division)
    timezone = args.timezone or clock_of(extract)
    name = args.name or args.division or args.file.name.removesuffix(".pbf").removesuffix(".osm")
    network = actions.keep_network(actor, name=name, extract=extract)
    if not args.timezone:
        print(f"clock: {timezone} (--timezone sets another)")
    print(f"streets: {network.nodes} nodes, {network.edges} edges (version {network.version}, area {network.name})")
    counts = actions.keep_services(actor, network_id=network.id, places=places, source="osm", timezone=timezone)
    print(
        f"services: {len(places)} read, {counts.created} new, {counts.updated} changed, {counts.unchanged} unchanged, "
        f"{counts.closed} closed"
    )
    walks = actions.compute_walks(actor, network_id=network.id, watch=_bar("walking", "buildings"))
    fresh = "computed" if walks.is_fresh else "unchanged"
    print(f"walk times: {walks.walks} {fresh}, from {walks.buildings} buildings")
    for problem, count in sorted(extract.problems.items()):
        print(f"reported: {count} × {problem}")


def _bar(label: str, unit: str) -> Any:
    from tqdm import tqdm

    def watch(things: Iterable[Any]) -> Iterable[Any]:
        return tqdm(things, desc=label, unit=f" {unit}", mininterval=0.5)

    return watch
