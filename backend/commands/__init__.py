"""The verbs of `python -m backend`, one file each, found by their place.

A file has a docstring (its help), `add_arguments(parser)` and `run(args) -> int | None`. A module constant `PROCESS` says as which
process it runs (`web`, `sockets`, `worker`, `receivers`; `owner` when it says nothing; `none` for no database and no Django).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """What is known of a command without importing it."""

    name: str
    module: str
    help: str
    process: str

    @classmethod
    def read(cls, file: Path) -> Command:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        process = "owner"
        for statement in tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="PROCESS")], value=ast.Constant(value=str(given))):
                    process = given
        text = ast.get_docstring(tree) or ""
        return cls(file.stem.replace("_", "-"), f"{__name__}.{file.stem}", text.partition("\n")[0], process)


def found() -> dict[str, Command]:
    """Every command by its name."""
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    return {command.name: command for command in map(Command.read, files)}
