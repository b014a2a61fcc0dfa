"""Bring the guide of public services and the life events from a JSON file into the directory. Repeatable.

`{"source": …, "matters": […], "life": […]}`, fields as in `fixtures/data/guide.json`; the matters of the same source that the file
does not tell any more are retired.
"""

import argparse
import json
import sys
from pathlib import Path

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the guide, *.json")


def run(args: argparse.Namespace) -> int:
    from backend.core.errors import Invalid
    from backend.directory import guide
    from backend.people.actor import Actor

    try:
        told = json.loads(args.file.read_text(encoding="utf-8"))
        counts = guide.keep(
            Actor.system("import-guide"), matters=told["matters"], life=told["life"], source=told["source"]
        )
    except Invalid as wrong:
        print("; ".join(f"{error.pointer}: {error.detail}" for error in wrong.errors), file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        print(f"{args.file}: not a guide ({type(wrong).__name__}: {wrong})", file=sys.stderr)
        return 1
    print(f"{counts['matters']} matters, {counts['events']} life events")
    return 0
