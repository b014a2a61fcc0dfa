"""All rows and calls of the rooms, and the rules that the operations declare."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from typing import Any

import tests.permissions
from api.access import Rule
from api.app import api
from tests.cast import Cast
from tests.permissions.call import Call

ROWS: dict[str, dict[str, int]] = {}
CALLS: dict[str, Callable[[Cast], Call]] = {}
for found in sorted(pkgutil.iter_modules(tests.permissions.__path__), key=lambda module: module.name):
    if found.name.startswith("matrix_"):
        module = importlib.import_module(f"tests.permissions.{found.name}")
        ROWS |= module.ROWS
        CALLS |= getattr(module, "CALLS", {})


def rules() -> dict[str, Rule]:
    """`POST /tickets/{ticket_id}/accept` → its rule, for every operation that the API publishes."""
    found: dict[str, Rule] = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                rule: Any = getattr(operation.view_func, "access", None)
                for method in operation.methods:
                    found[f"{method} {prefix.rstrip('/')}{re.sub(r'{[a-z]+:', '{', path)}"] = rule
    return found


def operations() -> set[str]:
    """The same names, from the document."""
    paths = api.get_openapi_schema()["paths"]
    return {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in paths.items() for method in methods}
