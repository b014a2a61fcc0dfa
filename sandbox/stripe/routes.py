"""Which URL means which operation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.stripe import charges, customers, intents, methods, refunds, setups, webhooks
from sandbox.stripe.errors import Json


@dataclass(frozen=True)
class Route:
    """``publishable`` operations are those a browser may call with a ``pk_test_`` key."""

    method: str
    pattern: re.Pattern[str]
    run: Callable[..., Json]
    publishable: bool


def _route(method: str, path: str, run: Callable[..., Json], publishable: bool = False) -> Route:
    return Route(method, re.compile("/v1" + path.replace("{id}", r"([A-Za-z0-9_]+)")), run, publishable)


ROUTES = (
    _route("GET", "/balance", charges.balance),
    _route("GET", "/balance_transactions", charges.search_transactions),
    _route("GET", "/balance_transactions/{id}", charges.retrieve_transaction),
    _route("GET", "/charges", charges.search),
    _route("GET", "/charges/{id}", charges.retrieve),
    _route("GET", "/customers", customers.search),
    _route("POST", "/customers", customers.create),
    _route("GET", "/customers/{id}", customers.retrieve),
    _route("POST", "/customers/{id}", customers.update),
    _route("DELETE", "/customers/{id}", customers.delete),
    _route("GET", "/customers/{id}/payment_methods", methods.of_customer),
    _route("GET", "/events", webhooks.search_events),
    _route("GET", "/events/{id}", webhooks.retrieve_event),
    _route("GET", "/payment_intents", intents.search),
    _route("POST", "/payment_intents", intents.create),
    _route("GET", "/payment_intents/{id}", intents.retrieve, publishable=True),
    _route("POST", "/payment_intents/{id}", intents.update),
    _route("POST", "/payment_intents/{id}/confirm", intents.confirm, publishable=True),
    _route("POST", "/payment_intents/{id}/cancel", intents.cancel),
    _route("GET", "/payment_methods", methods.search),
    _route("POST", "/payment_methods", methods.create, publishable=True),
    _route("GET", "/payment_methods/{id}", methods.retrieve),
    _route("POST", "/payment_methods/{id}/attach", methods.attach),
    _route("POST", "/payment_methods/{id}/detach", methods.detach),
    _route("GET", "/refunds", refunds.search),
    _route("POST", "/refunds", refunds.create),
    _route("GET", "/refunds/{id}", refunds.retrieve),
    _route("POST", "/refunds/{id}", refunds.update),
    _route("GET", "/setup_intents", setups.search),
    _route("POST", "/setup_intents", setups.create),
    _route("GET", "/setup_intents/{id}", setups.retrieve, publishable=True),
    _route("POST", "/setup_intents/{id}/confirm", setups.confirm, publishable=True),
    _route("POST", "/setup_intents/{id}/cancel", setups.cancel),
    _route("GET", "/webhook_endpoints", webhooks.search_endpoints),
    _route("POST", "/webhook_endpoints", webhooks.create_endpoint),
    _route("GET", "/webhook_endpoints/{id}", webhooks.retrieve_endpoint),
    _route("POST", "/webhook_endpoints/{id}", webhooks.update_endpoint),
    _route("DELETE", "/webhook_endpoints/{id}", webhooks.delete_endpoint),
)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The operation and the ids in its path."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path) if route.method == method else None
        if match:
            return route, match.groups()
    return None
