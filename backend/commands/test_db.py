"""The tests' embedded database under .yike-test: start it and print its URLs, or stop it."""

import argparse
import os
from pathlib import Path

from backend import embedded

PROCESS = "none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["start", "stop"], nargs="?", default="start")


def run(args: argparse.Namespace) -> int:
    home = Path(os.environ.get("YIKE_TEST_HOME") or ".yike-test")
    if args.what == "stop":
        stopped = embedded.stop(home)
        print("stopped" if stopped else "still used by another process")
        return 0 if stopped else 1
    for name, url in embedded.ensure(home, durable=False).environment().items():
        print(f"{name}={url}")
    return 0
