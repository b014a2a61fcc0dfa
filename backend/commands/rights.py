"""Write docs/rights.md, who may do what, from the table of roles and the operations; with --check fail when it differs."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on a difference")


def run(args: argparse.Namespace) -> int:
    from api import rights
    from api.app import api

    if rights.FILE.exists() and rights.FILE.read_text(encoding="utf-8") == rights.text(api):
        print("docs/rights.md is as the code says")
        return 0
    if args.check:
        print("docs/rights.md differs from the code: run  python -m backend rights  and read the difference")
        return 1
    rights.write(api)
    print("written: docs/rights.md")
    return 0
