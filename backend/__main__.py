"""python -m backend COMMAND: makes sure of a database, says as whom it is used, and runs the command.

What is not one of ours is a management command of Django, run as the database's owner.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from pathlib import Path

from backend import commands
from backend.embedded_files import DatabaseDown
from backend.up import database


def main(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    read_dotenv(Path(".env"))
    known = commands.found()
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(overview(known))
        return 0
    name, *rest = arguments
    command = known.get(name)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    try:
        prepare(command.process if command else "owner")
    except DatabaseDown as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if command is None:
        from django.core.management import ManagementUtility

        ManagementUtility(["python -m backend", *arguments]).execute()
        return 0
    module = importlib.import_module(command.module)
    parser = argparse.ArgumentParser(
        prog=f"python -m backend {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    return module.run(parser.parse_args(rest)) or 0


def prepare(process: str) -> None:
    """The database and Django, as this process. Nothing of Django or `backend.env` may be imported before."""
    if process == "none":
        return
    os.environ["YIKE_PROCESS"] = process
    database.export()
    import django

    django.setup()
    from backend.core import catalogue

    catalogue.refuse_gaps()
    if process in {"web", "sockets", "worker", "receivers"}:
        from backend.core import guard

        guard.refuse_powerful_role()


def read_dotenv(file: Path) -> None:
    """Take `NAME=value` lines from `.env`; what the environment already holds wins."""
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*)", line):
            os.environ.setdefault(found[1], found[2].strip().strip("'\""))


def overview(known: dict[str, commands.Command]) -> str:
    """One line for each command."""
    width = max(map(len, known))
    lines = [f"  {command.name:<{width}}  {command.help}" for command in known.values()]
    return "\n".join(["python -m backend COMMAND", "", *lines, "", "Any other name is a management command of Django."])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
