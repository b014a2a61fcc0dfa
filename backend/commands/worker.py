"""What is due: escalations, deliveries, handoffs, recurring work. As many as wanted, on any number of machines.

`--lanes emergency` does only what somebody waits for (alarms and their messages, login codes), `--lanes other` all the rest: run at
least one of each, so that no broadcast takes processor time from an alarm in the same interpreter.
"""

import argparse
import signal
import threading

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lanes", choices=["all", "emergency", "other"], default="all")


def run(args: argparse.Namespace) -> None:
    from backend.core import worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop, args.lanes)
