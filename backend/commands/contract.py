"""Write the published contract (api/openapi.json, api/frames.json), or with --check fail when it differs from the code."""

import argparse
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on a difference")


def documents() -> dict[str, Any]:
    """File name below the root → what it must hold now."""
    from api.app import api
    from api.sockets.frames import document

    return {"api/openapi.json": api.get_openapi_schema(), "api/frames.json": document()}


def run(args: argparse.Namespace) -> int:
    stale = []
    for name, made in documents().items():
        text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
        path = ROOT / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not args.check:
            path.write_text(text, encoding="utf-8")
    if stale and args.check:
        print(f"{', '.join(stale)} differ from the code: run  python -m backend contract  and read the difference")
        return 1
    print(f"written: {', '.join(stale)}" if stale else "the contract is as published")
    return 0
