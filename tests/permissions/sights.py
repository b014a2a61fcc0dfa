"""The first wall: every function that says which rows an actor sees, found by its shape, and how to take it away."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from backend.people.actor import Actor

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("backend", "notifications", "payments")
EVERYTHING = Actor.system("no first wall")

SIGHTS = (
    "backend.directory.bookings.sight.BookingQuerySet.visible_to",
    "backend.directory.bookings.sight.kept_by",
    "backend.emergency.models.devices.DeviceQuerySet.visible_to",
    "backend.emergency.models.incidents.IncidentQuerySet.visible_to",
    "backend.people.clients.visible_to",
    "backend.people.duty.in_sight",
    "backend.tickets.sight.TicketQuerySet.visible_to",
    "payments.models.accounts.AccountQuerySet.visible_to",
    "payments.models.bills.BillQuerySet.visible_to",
    "payments.models.checkout.PaymentQuerySet.visible_to",
    "payments.models.ledger.LedgerQuerySet.visible_to",
    "payments.sight.of_company",
    "payments.sight.own_or_company",
)
BUILT_ON_THEM = {
    "backend.bulletins.reading.before_reporting": "for_reader",
    "backend.bulletins.reading.for_reader": "announcements to a place, nothing of persons",
    "backend.bulletins.reading.pinned": "for_reader",
    "backend.bulletins.scopes.for_homes": "announcements to a place, nothing of persons",
    "backend.directory.bookings.reading.mine": "the reader's own alone; the matrix tries it",
    "backend.directory.checklists.of": "the reader's own alone; the matrix tries it",
    "backend.directory.curated.reading.kept_by": "places that are curated, nothing of persons",
    "backend.directory.intake.corrections.of_person": "the reader's own alone; the matrix tries it",
    "backend.directory.intake.queue.within": "asked inside a look-up, where no row wall stands: the matrix tries the queue",
    "backend.directory.bookings.reading.offers_kept": "kept_by; offers are public, nothing of persons",
    "backend.emergency.device_keys.kept_by": "DEVICE_KEEP alone; it reads no person",
    "backend.people.cards._in_reach": "asked inside a look-up, where no row wall stands: the matrix tries the cards",
    "backend.people.household.queue": "asked inside a look-up, where no row wall stands: the matrix tries the queue",
    "backend.people.occupancy.of_home": "asked inside a look-up, where no row wall stands: the matrix tries the invitations",
    "backend.tickets.listing.tickets": "Ticket.visible_to",
    "payments.reading.accounts": "Account.visible_to",
    "payments.reading.bills": "Bill.visible_to",
}
"""Further functions of that shape: what they are built on, or why a row wall is not behind them."""


def by_shape() -> set[str]:
    """Dotted names of all functions that take an Actor and give a QuerySet or a condition."""
    found = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found |= {
                f"{module}.{name}"
                for name, function in _functions(ast.parse(path.read_text("utf-8")))
                if _fits(function)
            }
    return found


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, ast.FunctionDef)
            )


def _fits(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    takes_actor = any(a.annotation is not None and ast.unparse(a.annotation) == "Actor" for a in arguments)
    gives = ast.unparse(function.returns) if function.returns is not None else ""
    return takes_actor and (gives in {"Q", "Self"} or "QuerySet" in gives)


@contextmanager
def taken_away() -> Iterator[None]:
    """Let every sight answer as for the service itself: the row walls stand alone."""
    with ExitStack() as stack:
        for name in SIGHTS:
            owner, attribute = _owner(name)
            original = getattr(owner, attribute)
            replacement = _asked_as_the_service(original, is_method=isinstance(owner, type))
            for holder in [owner] if isinstance(owner, type) else _holders(attribute, original):
                stack.enter_context(mock.patch.object(holder, attribute, replacement))
        yield


def _owner(name: str) -> tuple[Any, str]:
    path, attribute = name.rsplit(".", 1)
    try:
        return importlib.import_module(path), attribute
    except ModuleNotFoundError:
        module, kind = path.rsplit(".", 1)
        return getattr(importlib.import_module(module), kind), attribute


def _holders(attribute: str, original: Any) -> list[Any]:
    """Every module that has this function under this name."""
    return [
        module for module in list(sys.modules.values()) if getattr(module, "__dict__", {}).get(attribute) is original
    ]


def _asked_as_the_service(original: Any, *, is_method: bool) -> Any:
    if is_method:
        return lambda self, actor, *args, **kwargs: original(self, EVERYTHING, *args, **kwargs)
    return lambda actor, *args, **kwargs: original(EVERYTHING, *args, **kwargs)
