"""Tell the three journeys in the terminal, against the running demo (or one started for it), in under two minutes."""

import argparse
import os
import sys
from pathlib import Path

PROCESS = "none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pause", type=float, default=0.6, help="seconds to read each line; 0 for machines")
    parser.add_argument("--only", choices=("alarm", "payment", "ticket"), help="one journey")


def run(args: argparse.Namespace) -> int:
    from backend.story import alarm, demo, payment, ticket
    from backend.story.client import Refused
    from backend.story.telling import Teller

    home = Path(os.environ.get("YIKE_HOME") or ".yike").expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True)
    journeys = {"alarm": alarm.tell, "payment": payment.tell, "ticket": ticket.tell}
    try:
        with demo.running(home) as base:
            cast, teller = demo.cast(base, home), Teller(args.pause)
            for name, tell in journeys.items():
                if args.only in (None, name):
                    tell(teller, cast)
            print(f"\n  完。人物全为虚构，付款走沙箱。 The end: invented people, a payment sandbox. {base}/demo\n")
    except (demo.NoDemo, Refused, TimeoutError, RuntimeError) as wrong:
        print(f"\n  故事中断 The story broke off: {wrong}", file=sys.stderr)
        return 1
    return 0
