"""Stripe, through its own SDK: what we ask, and its answers as plain facts. Nothing here opens a transaction.

Every POST that could move money carries its own idempotency key, made of the row it belongs to (`pay:<attempt>:create`,
`pay:<attempt>:confirm`, `refund:<refund>:create`). A card's secret data never passes through this server. Errors become refusals
of this room; their texts, which may name a person, are neither logged nor passed on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import stripe
import structlog

from backend.core.errors import Refusal
from backend.env import env
from payments.errors import PaymentsUnconfigured, ProviderRefused, ProviderUnreachable, SignatureInvalid
from payments.providers.facts import Intent, Order, RefundFact

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 10
SIGNATURE_TOLERANCE_SECONDS: Final = 300
TELLING_EVENTS: Final = [
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
]
CREATE_KEY_LIVES: Final = timedelta(hours=23)
"""Stripe may forget an idempotency key after 24 h; an older attempt is looked for, never created again."""

stripe.enable_telemetry = False


def is_configured() -> bool:
    return bool(env.stripe_secret_key)


def create(order: Order) -> Intent:
    """Create the order's intent, or get it again (same key). It has no payment method yet, so nothing is charged.

    Raises PaymentsUnconfigured, ProviderUnreachable (the outcome is unknown) or ProviderRefused (there is no intent).
    """
    params: dict[str, Any] = {
        "amount": order.amount,
        "currency": order.currency.lower(),
        "payment_method_types": [order.method],
        "metadata": {"attempt": order.attempt_id, "payment": order.payment_id},
    }
    if order.merchant_account:
        params["transfer_data"] = {"destination": order.merchant_account}
    with _refusals():
        return _intent(_v1().payment_intents.create(params, _key(f"pay:{order.attempt_id}:create")))


def find(order: Order) -> Intent | None:
    """Look for an old attempt's intent by its metadata among those made around the same time; None when there is none."""
    around = {
        "gte": int((order.created_at - timedelta(minutes=5)).timestamp()),
        "lte": int((order.created_at + CREATE_KEY_LIVES + timedelta(hours=1)).timestamp()),
    }
    with _refusals():
        listed = _v1().payment_intents.list({"created": around, "limit": 100})
        for intent in listed.auto_paging_iter():
            if _metadata(intent).get("attempt") == order.attempt_id:
                return _intent(intent)
    return None


def confirm(intent_id: str, order: Order, *, payment_method: str | None, return_url: str) -> Intent:
    """Confirm with the wallet's own method, or the given card; once an attempt (same key).

    A decline is an answer, not an error. When it was confirmed already, or with other details, the intent is read instead.
    """
    params: dict[str, Any] = {"return_url": return_url}
    if order.method == "card":
        params["payment_method"] = payment_method
    else:
        params["payment_method_data"] = {"type": order.method}
    if order.method == "wechat_pay":
        params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
    key = _key(f"pay:{order.attempt_id}:confirm")
    return _changed(intent_id, lambda: _v1().payment_intents.confirm(intent_id, params, key))


def cancel(intent_id: str, attempt_id: str) -> Intent:
    """End an intent at the provider; what cannot be cancelled any more (it succeeded, it is processing) is read instead."""
    params: Any = {"cancellation_reason": "abandoned"}
    return _changed(
        intent_id, lambda: _v1().payment_intents.cancel(intent_id, params, _key(f"pay:{attempt_id}:cancel"))
    )


def read(intent_id: str) -> Intent:
    """The intent as it is now. Raises PaymentsUnconfigured, ProviderUnreachable or ProviderRefused (no such intent)."""
    with _refusals():
        return _intent(_v1().payment_intents.retrieve(intent_id))


def refund(refund_id: str, intent_id: str, amount: int, reason: str) -> RefundFact:
    """Ask for a refund, or get it again (same key)."""
    params: Any = {"payment_intent": intent_id, "amount": amount, "reason": reason, "metadata": {"refund": refund_id}}
    with _refusals():
        return _refund(_v1().refunds.create(params, _key(f"refund:{refund_id}:create")))


def find_refund(refund_id: str, intent_id: str) -> RefundFact | None:
    """Look for an old refund by its metadata among its intent's; None when it was never made."""
    with _refusals():
        for made in _v1().refunds.list({"payment_intent": intent_id, "limit": 100}).auto_paging_iter():
            if _metadata(made).get("refund") == refund_id:
                return _refund(made)
    return None


def read_refund(provider_id: str) -> RefundFact:
    """The refund as it is now."""
    with _refusals():
        return _refund(_v1().refunds.retrieve(provider_id))


def verified(body: bytes, signature: str) -> dict[str, Any]:
    """The event in a webhook's raw body. `STRIPE_WEBHOOK_SECRET` may hold several secrets, comma-separated, while one rotates.

    Raises SignatureInvalid, PaymentsUnconfigured.
    """
    secrets = [secret.strip() for secret in env.stripe_webhook_secret.split(",") if secret.strip()]
    if not secrets:
        raise PaymentsUnconfigured
    try:
        text = body.decode()
        for secret in secrets:
            if _is_signed(text, signature, secret):
                event = json.loads(text)
                if isinstance(event, dict) and isinstance(event.get("id"), str) and isinstance(event.get("type"), str):
                    return event
    except ValueError:
        pass
    raise SignatureInvalid


def undelivered(since: datetime) -> list[dict[str, Any]]:
    """The events about money since then that some endpoint has not accepted, oldest first: how to catch up on lost webhooks."""
    created = {"gte": int(since.timestamp())}
    asked: Any = {"delivery_success": False, "created": created, "types": TELLING_EVENTS, "limit": 100}
    with _refusals():
        listed = [json.loads(str(event)) for event in _v1().events.list(asked).auto_paging_iter()]
    return listed[::-1]


def _is_signed(text: str, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(text, signature, secret, SIGNATURE_TOLERANCE_SECONDS)
    except stripe.SignatureVerificationError:
        return False
    return True


def _changed(intent_id: str, change: Callable[[], stripe.PaymentIntent]) -> Intent:
    with _refusals():
        try:
            return _intent(change())
        except stripe.CardError as declined:
            if declined.error is None or declined.error.payment_intent is None:
                raise
            return _intent(declined.error.payment_intent)
        except stripe.IdempotencyError:
            return _intent(_v1().payment_intents.retrieve(intent_id))
        except stripe.InvalidRequestError as refused:
            if refused.code != "payment_intent_unexpected_state":
                raise
            return _intent(_v1().payment_intents.retrieve(intent_id))


def _v1() -> Any:
    if not is_configured():
        raise PaymentsUnconfigured
    return _client(env.stripe_secret_key, env.stripe_api_base).v1


@lru_cache(maxsize=4)
def _client(secret_key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=2,
    )


def _key(key: str) -> Any:
    return {"idempotency_key": key}


@contextmanager
def _refusals() -> Iterator[None]:
    """The SDK's errors as refusals of this room; only type, code and request id are logged."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as gone:
        raise _logged(gone, ProviderUnreachable(retry_after=5)) from None
    except (stripe.AuthenticationError, stripe.PermissionError) as refused:
        raise _logged(refused, PaymentsUnconfigured()) from None
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as refused:
        raise _logged(refused, ProviderRefused()) from None
    except stripe.StripeError as failed:
        raise _logged(failed, ProviderUnreachable(retry_after=5)) from None


def _logged(error: stripe.StripeError, refusal: Refusal) -> Refusal:
    log.warning(
        "stripe.error", error=type(error).__name__, code=error.code, status=error.http_status, request=error.request_id
    )
    return refusal


def _metadata(thing: Any) -> dict[str, str]:
    return dict(thing.metadata.to_dict()) if getattr(thing, "metadata", None) else {}


def _intent(intent: stripe.PaymentIntent) -> Intent:
    error = getattr(intent, "last_payment_error", None)
    failure = ""
    if error is not None:
        failure = getattr(error, "decline_code", None) or getattr(error, "code", None) or "failed"
    action = getattr(intent, "next_action", None)
    return Intent(
        id=intent.id,
        status=intent.status,
        amount=intent.amount,
        received=getattr(intent, "amount_received", 0) or 0,
        currency=intent.currency.upper(),
        attempt_id=_metadata(intent).get("attempt", ""),
        client_secret=intent.client_secret or "",
        next_action=action.to_dict() if action else None,
        failure=failure[:64],
    )


def _refund(refund: stripe.Refund) -> RefundFact:
    intent = refund.payment_intent
    return RefundFact(
        id=refund.id,
        status=refund.status or "pending",
        amount=refund.amount,
        currency=refund.currency.upper(),
        intent_id=intent if isinstance(intent, str) else intent.id if intent else "",
        refund_id=_metadata(refund).get("refund", ""),
    )
