"""Kill processes in the middle of the three journeys, then count that nothing was lost or done twice. Loopback only.

It starts a district of its own in a temporary home and stops all it started. Exit 1 when anything that must hold does not.
"""

import argparse
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

PROCESS = "none"
REPORT = Path(__file__).resolve().parents[2] / "docs" / "chaos.md"
LEAST_KILLS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=60, help="of load and kills (default: 60)")
    parser.add_argument("--seed", type=int, help="chooses the moments and victims (default: a new one)")
    parser.add_argument("--kills", type=int, help="default: one every three seconds, at least 20")
    parser.add_argument("--write", action="store_true", help="write the report to docs/chaos.md too")
    parser.add_argument("--keep", action="store_true", help="keep the home, to look into it afterwards")


def run(args: argparse.Namespace) -> int:
    from backend.chaos import report
    from backend.chaos.run import chaos

    seed = args.seed if args.seed is not None else secrets.randbelow(1_000_000)
    kills = args.kills if args.kills is not None else max(LEAST_KILLS, int(args.seconds / 3))
    home = Path(tempfile.mkdtemp(prefix="yike-chaos-"))
    home.chmod(0o755)  # the database's own account must pass
    try:
        outcome = chaos(home / "home", seconds=args.seconds, seed=seed, kills=kills, say=_say)
    finally:
        if args.keep:
            _say(f"kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
    print("\n".join(report.lines(outcome)))
    if args.write:
        REPORT.write_text(report.page(outcome), encoding="utf-8")
    return 0 if outcome.is_clean else 1


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
