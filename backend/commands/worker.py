"""What is due: escalations, deliveries, handoffs, recurring work. As many as wanted, on any number of machines."""

import argparse
import signal
import threading

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(args: argparse.Namespace) -> None:
    from backend.core import worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop)
