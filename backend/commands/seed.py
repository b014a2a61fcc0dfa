"""Fill the database with the demo district: real division names, invented people. Repeatable."""

import argparse
from datetime import UTC, datetime

from backend.up import database


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(args: argparse.Namespace) -> None:
    from fixtures import seed

    seed.run()
    database.note(seeded_at=datetime.now(UTC).isoformat(timespec="seconds"))
