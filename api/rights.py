"""The page for auditors, docs/rights.md: made of the one table of roles and of what every operation declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.access import Rule
from api.sockets.methods import METHODS
from api.sockets.rights import OWN, WATCHED
from backend.people.roles import EXCLUSIVE, GRANTABLE, TABLE, Can, Role

FILE = Path(__file__).resolve().parents[1] / "docs" / "rights.md"
HEAD = """# Who may do what

Made by `python -m backend rights` from `backend/people/roles.py` and from what each operation declares; a test fails when they
differ.
Do not edit it.

A role is held on a scope: a division (district, subdistrict, community), a compound or a company. A company's role reaches the
compounds of its contracts in force, a subdistrict's the communities under it, the district's everything. What is out of reach does
not exist for the reader (404); what is in sight but not permitted is refused (403). Permissions of staff need a second factor
(`mfa`); a member of staff who came in by a phone code alone is a resident like any other. Nobody who is suspended, logged out, or
whose number came back after a long silence gets past the door, except to call for help. Behind every read stands a second wall,
row-level security in the database (`backend/core/walls.py`).
"""
ALONE = "Which rows a person sees is said once more by the rows of `tests/permissions`, and tried for every role."


def rules(api: Any) -> Iterator[tuple[str, str, Rule, str]]:
    """(method, path, rule, first line of its docstring) of every operation."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                words = (operation.view_func.__doc__ or "").strip().partition("\n")[0]
                for method in operation.methods:
                    shown = re.sub(r"{[a-z]+:", "{", f"{prefix.rstrip('/')}{path}")
                    yield method, shown, operation.view_func.access, words


def text(api: Any) -> str:
    """The page."""
    parts = [HEAD, _roles(), _operations(sorted(rules(api), key=lambda row: (row[1], row[0]))), _sockets()]
    return "\n".join(parts)


def write(api: Any) -> None:
    """Bring the committed page up to date."""
    FILE.write_text(text(api), encoding="utf-8")


def _holders(permission: Can) -> str:
    return ", ".join(role.value for role in Role if permission in TABLE[role])


def _roles() -> str:
    lines = ["## Roles\n", "| permission | held by |", "|---|---|"]
    lines += [f"| `{can.value}` | {_holders(can) or 'nobody'} |" for can in Can]
    lines += ["\n| role | may grant, within its own scope |", "|---|---|"]
    lines += [f"| {role.value} | {', '.join(sorted(given))} |" for role, given in GRANTABLE.items()]
    lines += ["\nNever held together: " + "; ".join(" and ".join(sorted(pair)) for pair in EXCLUSIVE) + ".\n"]
    return "\n".join(lines)


def _operations(rows: list[tuple[str, str, Rule, str]]) -> str:
    lines = [
        "## HTTP, under /api/v1\n",
        ALONE + "\n",
        "| operation | who | proof | delegates with | clients with | what |",
        "|---|---|---|---|---|---|",
    ]
    for method, path, rule, words in rows:
        cells = (
            f"`{method} {path}`",
            _who(rule),
            _proof(rule),
            rule.power.value if rule.power else "",
            rule.scope.value if rule.scope else "",
            words.replace("|", "/"),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _who(rule: Rule) -> str:
    if rule.kind == "public":
        return f"anybody: {rule.why}"
    if rule.kind == "signed":
        return f"whoever signs: {rule.why}"
    if rule.permission is None:
        return "every person: their own things, and what their roles reach"
    return f"`{rule.permission.value}`: {_holders(rule.permission)}"


def _proof(rule: Rule) -> str:
    """What a login must have proved."""
    needed = {"public": "none", "signed": "the signature", "person": "a login", "staff": "mfa"}[rule.kind]
    return needed + (", within 15 minutes" if rule.fresh else "") + (", a limited login too" if rule.limited else "")


def _sockets() -> str:
    lines = [
        "## Sockets, /ws/v1\n",
        "| channel | who |",
        "|---|---|",
        *(f"| `{kind}:<id>` | the person's own, given at connect; nobody subscribes to it |" for kind in OWN),
        *(
            f"| `{kind}:<id>` | `{can.value}` on that division or place: {_holders(can)} |"
            for kind, can in WATCHED.items()
        ),
        "\n| call | who |",
        "|---|---|",
        *(
            f"| `{name}` | {'every admitted login, even one for alarms alone' if method.for_alarms else 'readers of the channel'} |"
            for name, method in sorted(METHODS.items())
        ),
        "",
    ]
    return "\n".join(lines)
