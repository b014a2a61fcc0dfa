"""Events, the endpoints they are sent to, and the signature they carry."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from sandbox.stripe import forms
from sandbox.stripe.call import API_VERSION, Call, page, paged
from sandbox.stripe.errors import Json, invalid_param, missing_param
from sandbox.stripe.store import Store, new_id

_OWN = "we_sandboxstartendpoint"


def create_endpoint(call: Call) -> Json:
    """The answer to this one request holds the signing ``secret``; later reads do not."""
    forms.only(call.params, frozenset({"url", "enabled_events", "description", "metadata", "api_version"}))
    url = forms.url(call.params, "url")
    if url is None:
        raise missing_param("url")
    if not url.startswith(("http://", "https://")):
        raise invalid_param("url", "Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid")
    events = forms.texts(call.params, "enabled_events")
    if not events:
        raise missing_param("enabled_events")
    endpoint = _endpoint(new_id("we"), url, events, f"whsec_{secrets.token_urlsafe(24)}", call.now)
    endpoint["description"] = forms.text(call.params, "description")
    endpoint["metadata"] = forms.merged_metadata({}, call.params)
    call.store.insert(endpoint)
    return endpoint


def retrieve_endpoint(call: Call, id: str) -> Json:
    return _public(call.load("webhook_endpoint", id))


def update_endpoint(call: Call, id: str) -> Json:
    endpoint = call.load("webhook_endpoint", id)
    forms.only(call.params, frozenset({"url", "enabled_events", "description", "metadata", "disabled"}))
    if url := forms.url(call.params, "url"):
        endpoint["url"] = url
    if events := forms.texts(call.params, "enabled_events"):
        endpoint["enabled_events"] = events
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if forms.boolean(call.params, "disabled") else "enabled"
    endpoint["metadata"] = forms.merged_metadata(endpoint["metadata"], call.params)
    call.store.save(endpoint)
    return _public(endpoint)


def delete_endpoint(call: Call, id: str) -> Json:
    call.load("webhook_endpoint", id)
    call.store.db.execute("DELETE FROM objects WHERE id = ?", (id,))
    call.store.db.execute("UPDATE deliveries SET due_at = NULL WHERE endpoint = ?", (id,))
    return {"id": id, "object": "webhook_endpoint", "deleted": True}


def search_endpoints(call: Call) -> Json:
    found = page(call, "webhook_endpoint", "/v1/webhook_endpoints", {})
    found["data"] = [_public(endpoint) for endpoint in found["data"]]
    return found


def retrieve_event(call: Call, id: str) -> Json:
    return call.load("event", id)


def search_events(call: Call) -> Json:
    """``delivery_success=false`` lists what some endpoint has not yet accepted: how a merchant catches up."""
    params = call.params
    success = params.pop("delivery_success", None)
    types = forms.texts(params, "types") or []
    params.pop("types", None)
    if success is None and not types:
        return page(call, "event", "/v1/events", {"type": "type"})
    where: list[tuple[str, list[Any]]] = []
    if kind := forms.text(params, "type"):
        types = [*types, kind]
    if types:
        where.append((f"json_extract(body, '$.type') IN ({', '.join('?' * len(types))})", list(types)))
    if success is not None:
        waiting = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = objects.id AND d.delivered_at IS NULL)"
        where.append((waiting if success == "false" else f"NOT {waiting}", []))
    limit = forms.integer(params, "limit", least=1, most=100) or 10
    return paged(call, "event", "/v1/events", where, limit)


def resend(store: Store, event_id: str) -> int:
    """Make every delivery of the event due again; returns how many."""
    sql = "UPDATE deliveries SET due_at = ?, attempts = 0 WHERE event = ?"
    return store.db.execute(sql, (time.time(), event_id)).rowcount


def keep_start_endpoint(store: Store, url: str, secret: str) -> None:
    """The endpoint of the command line: one row, whose URL and secret follow each start."""
    fresh = _endpoint(_OWN, url, ["*"], secret, int(time.time()))
    with store.transaction():
        known = store.find("webhook_endpoint", _OWN)
        if known is None:
            store.insert(fresh)
        else:
            store.save({**known, "url": url, "secret": secret})


def body_of(event: Json) -> bytes:
    """The exact bytes that are signed and sent."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def signature(secret: str, body: bytes, at: int) -> str:
    """``Stripe-Signature`` as documented: HMAC-SHA256 over ``<unix seconds>.<raw body>``."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _public(endpoint: Json) -> Json:
    return {key: value for key, value in endpoint.items() if key != "secret"}


def _endpoint(id: str, url: str, events: list[str], secret: str, now: int) -> Json:
    return {
        "id": id,
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "secret": secret,
        "status": "enabled",
        "url": url,
    }
