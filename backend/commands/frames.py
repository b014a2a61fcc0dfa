"""Write api/frames.json: every frame, call and event of the socket, as JSON Schemas. `--check` only compares."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="fail when the committed file is not up to date")


def run(args: argparse.Namespace) -> int:
    from api.sockets import frames

    if not args.check:
        frames.write()
        return 0
    if frames.FILE.exists() and frames.FILE.read_text(encoding="utf-8") == frames.text():
        return 0
    print("api/frames.json is not what the code says: run python -m backend frames", file=sys.stderr)
    return 1
