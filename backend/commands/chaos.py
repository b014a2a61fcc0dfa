"""Kill processes in the middle of the three journeys, and while pushes go out; then count. Loopback only.

Each part starts a district of its own in a temporary home and stops all it started. Exit 1 when anything that must hold does not.
"""

import argparse
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROCESS = "none"
PARTS = ("journeys", "deliveries")
REPORT = Path(__file__).resolve().parents[2] / "docs" / "chaos.md"
LEAST_KILLS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=60, help="of load and kills (default: 60)")
    parser.add_argument("--seed", type=int, help="chooses the moments and victims (default: a new one)")
    parser.add_argument("--kills", type=int, help="default: one every three seconds, at least 20")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="only these (--write needs both)")
    parser.add_argument("--deliveries", type=int, default=10_000, help="how many pushes (default: 10000)")
    parser.add_argument("--write", action="store_true", help="write the report to docs/chaos.md too")
    parser.add_argument("--keep", action="store_true", help="keep the home, to look into it afterwards")


def run(args: argparse.Namespace) -> int:
    from backend.chaos import deliveries, report
    from backend.chaos.run import chaos

    seed = args.seed if args.seed is not None else secrets.randbelow(1_000_000)
    kills = args.kills if args.kills is not None else max(LEAST_KILLS, int(args.seconds / 3))
    clean, journeys, sent = True, None, None
    if "journeys" in args.parts:
        with _home(keep=args.keep) as home:
            journeys = chaos(home, seconds=args.seconds, seed=seed, kills=kills, say=_say)
        print("\n".join(report.lines(journeys)), flush=True)
        clean = journeys.is_clean
    if "deliveries" in args.parts:
        with _home(keep=args.keep) as home:
            sent = deliveries.chaos(home, count=args.deliveries, seconds=args.seconds, seed=seed, kills=kills, say=_say)
        print("\n".join(report.lines_of_deliveries(sent)), flush=True)
        clean = clean and sent.is_clean
    if args.write and journeys and sent:
        REPORT.write_text(report.page(journeys, sent), encoding="utf-8")
    return 0 if clean else 1


@contextmanager
def _home(*, keep: bool) -> Iterator[Path]:
    """A temporary place, removed afterwards unless it is to be kept."""
    place = Path(tempfile.mkdtemp(prefix="yike-chaos-"))
    place.chmod(0o755)  # the database's own account must pass
    try:
        yield place / "home"
    finally:
        if keep:
            _say(f"kept: {place}")
        else:
            shutil.rmtree(place, ignore_errors=True)


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
