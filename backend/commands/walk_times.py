"""Compute the walks from every building to every service within 15 minutes, for every area or one. Repeatable."""

import argparse
import sys
from functools import partial

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--area", help="name of one area (default: all)")


def run(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from backend.directory import actions
    from backend.directory.models import Network
    from backend.people.actor import Actor

    areas = Network.objects.order_by("name")
    if args.area:
        areas = areas.filter(name=args.area)
    if not areas:
        print("there is no such area; import-osm makes one", file=sys.stderr)
        return 1
    for area in areas:
        outcome = actions.compute_walks(
            Actor.system("walk-times"),
            network_id=area.id,
            watch=partial(tqdm, desc=area.name, unit=" buildings"),
        )
        fresh = "computed" if outcome.is_fresh else "unchanged"
        print(f"{area.name}: {outcome.walks} walks {fresh}, {outcome.buildings} buildings, {outcome.services} services")
    return 0
