"""One API request on its way through the sandbox, and what every operation may use."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.stripe import forms
from sandbox.stripe.errors import Json, StripeError, invalid_param, no_such
from sandbox.stripe.store import Store, new_id

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Terms:
    """What the sandbox charges and how quickly its asynchronous parts finish."""

    fee_percent: float = 2.9
    refund_seconds: float = 2.0


@dataclass
class Call:
    """``params`` are decoded form fields; ``publishable`` is true for a ``pk_test_`` key, which may do little."""

    store: Store
    params: Json
    base_url: str
    terms: Terms = field(default_factory=Terms)
    publishable: bool = False
    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(time.time())

    def load(self, kind: str, id: str, param: str = "id") -> Json:
        """The object, or the 404 (in a path) or 400 (in a body) that Stripe gives."""
        found = self.store.find(kind, id)
        if found is None:
            raise no_such(kind, id, param)
        return found

    def owned(self, kind: str, id: str) -> Json:
        """As ``load``; with a publishable key the object's own ``client_secret`` must be given."""
        found = self.load(kind, id)
        if self.publishable:
            secret = forms.required_text(self.params, "client_secret")
            if secret != found["client_secret"]:
                raise no_such(kind, id)
        return found

    def emit(self, type: str, object: Json, previous: Json | None = None) -> None:
        """Write an event about ``object`` and one due delivery for each endpoint that wants it."""
        data: Json = {"object": object}
        if previous is not None:
            data["previous_attributes"] = previous
        endpoints = [
            endpoint
            for endpoint in self.store.select("webhook_endpoint", [], newest_first=False, limit=100)
            if endpoint["status"] == "enabled" and {"*", type} & set(endpoint["enabled_events"])
        ]
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(endpoints),
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": type,
        }
        self.store.insert(event)
        for endpoint in endpoints:
            row = (event["id"], endpoint["id"], time.time())
            self.store.db.execute("INSERT INTO deliveries (event, endpoint, due_at) VALUES (?, ?, ?)", row)


def page(call: Call, kind: str, url: str, filters: dict[str, str]) -> Json:
    """A Stripe list, newest first. ``filters`` maps parameter names to top-level fields of the object."""
    params = call.params
    forms.only(params, frozenset({"limit", "starting_after", "ending_before", "created", *filters}))
    limit = forms.integer(params, "limit", least=1, most=100) or 10
    where: list[tuple[str, list[Any]]] = [*_created(params)]
    for name, attribute in filters.items():
        value = forms.text(params, name)
        if value is not None:
            where.append((f"json_extract(body, '$.{attribute}') = ?", [value]))
    return paged(call, kind, url, where, limit)


def paged(call: Call, kind: str, url: str, where: list[tuple[str, list[Any]]], limit: int) -> Json:
    """Cursor paging by ``starting_after`` (older than) or ``ending_before`` (newer than)."""
    after, before = forms.text(call.params, "starting_after"), forms.text(call.params, "ending_before")
    if after and before:
        raise StripeError(400, "You can only use one of starting_after and ending_before.")
    for name, cursor, sign in (("starting_after", after, "<"), ("ending_before", before, ">")):
        if cursor:
            seq = call.store.seq_of(cursor)
            if seq is None:
                raise no_such(kind, cursor, name)
            where = [*where, (f"seq {sign} ?", [seq])]
    found = call.store.select(kind, where, newest_first=before is None, limit=limit + 1)
    shown = found[:limit]
    if before:
        shown.reverse()
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": shown}


def _created(params: Json) -> list[tuple[str, list[Any]]]:
    given = params.get("created")
    if given is None:
        return []
    bounds = {"": given} if isinstance(given, str) else given
    signs = {"": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    where: list[tuple[str, list[Any]]] = []
    for name in bounds:
        if name not in signs:
            raise invalid_param("created", f"Received unknown parameter: created[{name}]", "parameter_unknown")
        where.append((f"created {signs[name]} ?", [forms.integer(bounds, name, most=2**40) or 0]))
    return where


def expanded(store: Store, object: Json, paths: list[str]) -> Json:
    """The object with the ids at ``paths`` replaced by what they name (``latest_charge.balance_transaction``)."""
    for path in paths:
        _expand(store, object, path.split("."))
    return object


def _expand(store: Store, object: Json, path: list[str]) -> None:
    name, rest = path[0], path[1:]
    value = object.get(name)
    if isinstance(value, str):
        value = store.any(value)
        if value is None:
            raise StripeError(400, f"This property cannot be expanded ({name}).", param="expand")
        object[name] = value
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and rest:
            _expand(store, item, rest)
