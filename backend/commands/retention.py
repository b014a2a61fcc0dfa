"""Delete what is kept no longer, as the worker does once a day; with --dry-run only say how much that is."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="count, delete nothing")


PROCESS = "worker"


def run(args: argparse.Namespace) -> int:
    from backend.core import retention

    if not args.dry_run:
        print(f"已删除 deleted: {retention.run()}")
        return 0
    print("表 table · 起算 from\t天 days\t行 rows\t月 months\t")
    for found in retention.look():
        rule = found.rule
        note = "依法保留，请归档 kept by law: archive" if rule.floor and found.rows else ""
        print(f"{rule.name}\t{rule.days}\t{found.rows}\t{found.months if rule.is_monthly else ''}\t{note}")
    return 0
