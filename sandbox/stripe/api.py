"""From a request under ``/v1`` to its reply: key, idempotency, operation, errors."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.stripe import forms, routes
from sandbox.stripe.call import API_VERSION, Call, Terms, expanded
from sandbox.stripe.errors import Json, StripeError, forbidden, idempotency_mismatch, unauthorized
from sandbox.stripe.faults import Faults
from sandbox.stripe.http import Reply, Request, json_reply
from sandbox.stripe.store import Store, new_id

log = logging.getLogger("sandbox.stripe")


@dataclass
class Api:
    """Synchronous on purpose: requests run one after another on the event loop, each a durable transaction, so eight
    callers with one idempotency key meet here in a row and one of them creates."""

    store: Store
    faults: Faults
    terms: Terms
    base_url: str

    def answer(self, request: Request) -> Reply:
        request_id = new_id("req", 14)
        try:
            reply = self._answer(request, request_id)
        except StripeError as refusal:
            reply = json_reply(refusal.status, refusal.body)
        except Exception:
            log.exception("request %s failed", request_id)
            reply = json_reply(500, {"error": {"type": "api_error", "message": "The sandbox failed. See its log."}})
        reply.headers |= {"Request-Id": request_id, "Stripe-Version": API_VERSION, "Access-Control-Allow-Origin": "*"}
        if reply.status >= 500 or reply.status == 429:
            reply.headers["Stripe-Should-Retry"] = "true"
        return reply

    def _answer(self, request: Request, request_id: str) -> Reply:
        params = forms.decode(request.query)
        params |= forms.decode(request.body.decode("utf-8", errors="replace"))
        publishable = _publishable(_key(request, params))
        if self.faults.take("fail_next_429"):
            raise StripeError(429, "Request rate limit exceeded.", type="invalid_request_error", code="rate_limit")
        if request.method != "GET" and self.faults.take("fail_next_500"):
            raise StripeError(500, "An unknown error occurred (asked for by a test).", type="api_error")
        found = routes.find(request.method, request.path)
        if found is None:
            raise StripeError(404, f"Unrecognized request URL ({request.method}: {request.path}).")
        route, ids = found
        if publishable and not route.publishable:
            raise forbidden("This API call cannot be made with a publishable API key. Please use a secret API key.")
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None and not 1 <= len(key) <= 255:
            raise StripeError(400, "Idempotency keys are 1 to 255 characters long.", type="idempotency_error")
        call = Call(self.store, params, self.base_url, self.terms, publishable, request_id, key)
        reply = self._once(key, request, lambda: self._run(route, call, ids))
        reply.lost = request.method == "POST" and self.faults.take("lose_reply_next")
        return reply

    def _run(self, route: routes.Route, call: Call, ids: tuple[str, ...]) -> tuple[int, Json]:
        """Status and body. A refusal that must leave nothing behind passes through as the exception."""
        paths = forms.texts(call.params, "expand") or []
        try:
            return 200, expanded(self.store, route.run(call, *ids), paths)
        except StripeError as refusal:
            if not refusal.keeps_effects:
                raise
            return refusal.status, refusal.body

    def _once(self, key: str | None, request: Request, run: Callable[[], tuple[int, Json]]) -> Reply:
        """Run in one transaction and keep the answer under the key, or give the kept answer again."""
        fingerprint = _fingerprint(request)
        with self.store.transaction():
            kept = self.store.reply(key) if key is not None else None
            if kept is None:
                status, body = run()
                if key is not None:
                    self.store.keep_reply(key, fingerprint, status, json.dumps(body))
                return json_reply(status, body)
        if kept["fingerprint"] != fingerprint:
            raise idempotency_mismatch(str(key))
        return json_reply(kept["status"], json.loads(kept["body"]), Idempotent_Replayed="true")


def _key(request: Request, params: Json) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            raise unauthorized("Invalid Authorization header.") from None
    return str(params.get("key", ""))


def _publishable(key: str) -> bool:
    """False for the merchant's ``sk_test_…`` or ``rk_test_…``, True for a browser's ``pk_test_…``; all one account."""
    if key.startswith(("sk_test_", "rk_test_")) and len(key) > 8:
        return False
    if key.startswith("pk_test_") and len(key) > 8:
        return True
    if not key:
        raise unauthorized("You did not provide an API key. Send it as: Authorization: Bearer sk_test_…")
    if key.startswith(("sk_live_", "rk_live_", "pk_live_")):
        raise unauthorized("This is a sandbox. It takes test keys (sk_test_…) only; never give it a live key.")
    raise unauthorized(f"Invalid API Key provided: {key[:8]}{'*' * max(0, len(key) - 8)}")


def _fingerprint(request: Request) -> str:
    pairs = sorted(request.body.split(b"&")) + sorted(request.query.encode().split(b"&"))
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + b"&".join(pairs)).hexdigest()
