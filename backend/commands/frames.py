"""Write what describes the socket, api/frames.json (JSON Schemas) and docs/asyncapi.yaml (AsyncAPI 3). `--check` only compares."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="fail when a committed file is not up to date")


def run(args: argparse.Namespace) -> int:
    from api.sockets import asyncapi, frames

    if not args.check:
        frames.write()
        asyncapi.write()
        return 0
    stale = [
        made.FILE.name
        for made in (frames, asyncapi)
        if not made.FILE.exists() or made.FILE.read_text(encoding="utf-8") != made.text()
    ]
    if stale:
        print(f"{', '.join(stale)}: not what the code says, run python -m backend frames", file=sys.stderr)
    return 1 if stale else 0
