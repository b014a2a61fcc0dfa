"""Fill the database with the demo district: real division names, invented people. Repeatable."""

import argparse
from datetime import UTC, datetime

from backend.up import database


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(args: argparse.Namespace) -> int:
    from fixtures import seed

    if seed.is_there() and not database.notes().get("seeded_at"):
        print(
            "An earlier seeding was interrupted half-way. Remove the data directory ($YIKE_HOME, usually .yike) and start again.\n"
            "上次写入演示数据时被中断。请删除数据目录（$YIKE_HOME，通常是 .yike）后重新启动。"
        )
        return 1
    seed.run()
    database.note(seeded_at=datetime.now(UTC).isoformat(timespec="seconds"))
    return 0
