"""Bring the walks from every building to every service within 15 minutes up to date, on foot and in a wheelchair. Resumable.

A worker does the same by itself within a minute of any change. What is done stays done when the command is killed; run again, it
goes on with the rest. Until a building's turn comes, its former walks stay.
"""

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--area", help="name of one area (default: all)")


def run(args: argparse.Namespace) -> int:
    from backend.directory import actions
    from backend.directory.models import Network
    from backend.people.actor import Actor

    areas = Network.objects.filter(version__gt=0).order_by("name")
    if args.area:
        areas = areas.filter(name=args.area)
    if not areas:
        print("there is no such area; import-osm makes one", file=sys.stderr)
        return 1
    for area in areas:
        outcome = actions.compute_walks(Actor.system("walk-times"), network_id=area.id, watch=partial(_bar, area.name))
        fresh = f"{outcome.written} rows written" if outcome.is_fresh else "unchanged"
        print(
            f"{area.name}: {outcome.walks} walks on foot and {outcome.wheels} on wheels ({fresh}), "
            f"{outcome.buildings} buildings, {outcome.services} services"
        )
    return 0


def _bar(area: str, things: Iterable[Any]) -> Iterable[Any]:
    from tqdm import tqdm

    return tqdm(things, desc=area, unit=" buildings and services", mininterval=0.5)
