"""The checkout: a conductor that begins a payment, asks the provider, and writes down the answer.

(1) One transaction locks the bills and creates the payment with one attempt a payee. (2) The provider makes the intent under the
attempt's own key, with no transaction open. (3) The answer is written down. A crash in between leaves an attempt that the same
request, or the sweep, takes up again under the same keys: there is never a second charge.

A failed try ends its intent at the provider before the bills are free again, so that an old client secret can never pay twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.core.clock import now
from backend.core.idempotency import set_aside
from backend.core.queries import looking_up, reading
from backend.env import env
from backend.people.actor import Actor
from payments import orders, settle
from payments.errors import ProviderRefused
from payments.flow import State
from payments.models import Attempt, Payment
from payments.providers import stripe
from payments.providers.facts import Intent, Order

PATIENCE: Final = timedelta(seconds=5)
"""How long a repeated request waits for the first one, which is talking to the provider."""


def pay(
    actor: Actor,
    *,
    bill_ids: Sequence[UUID],
    method: str,
    id: UUID | None = None,
    payment_method_id: str | None = None,
    return_url: str | None = None,
) -> Payment:
    """Start to pay these bills; the same person again gets the payment that is already under way.

    A card is confirmed by the payer's device with the client secret, unless `payment_method_id` is given. Raises NotFound,
    NotYourBill, BillNotOpen, PaymentInProgress, IdTaken, Invalid, PaymentsUnconfigured, ProviderUnreachable, ProviderRefused.
    """
    ready = stripe.is_configured()
    payment = orders.begin(actor, bill_ids=bill_ids, method=method, id=id, is_provider_ready=ready)
    back = return_url or f"{env.public_url or 'http://127.0.0.1'}/app"
    with set_aside():
        for attempt in _parts(actor, payment, wait=payment.is_repeat):
            start(attempt, payment_method=payment_method_id, return_url=back)
    return orders.show(actor, payment_id=payment.pk, is_repeat=payment.is_repeat)


def cancel(actor: Actor, *, payment_id: UUID) -> Payment:
    """End one's own payment at the provider. What was paid in the meantime stays paid, and the answer says so.

    Raises NotFound, NotYourPayment, NotActive, PaymentsUnconfigured, ProviderUnreachable.
    """
    payment = orders.ask_to_cancel(actor, payment_id=payment_id)
    with set_aside():
        for attempt in _parts(actor, payment):
            end(attempt)
    return orders.show(actor, payment_id=payment_id)


def start(attempt: Attempt, *, payment_method: str | None, return_url: str) -> None:
    """Make the attempt's intent, and confirm it where the payer's wallet (or the card given) needs that."""
    confirms = attempt.payment.method != Payment.Method.CARD or bool(payment_method)
    if not attempt.is_active or (attempt.intent_id and (not confirms or settle.client_of(attempt).get("next_action"))):
        return
    intent = _intent(attempt)
    if intent is not None and confirms and intent.waits_for_method:
        intent = stripe.confirm(intent.id, order_of(attempt), payment_method=payment_method, return_url=return_url)
        _write_down(intent, attempt.pk)


def end(attempt: Attempt) -> None:
    """Cancel an active attempt at the provider, and write down what came of it."""
    if attempt.is_active and (intent := _intent(attempt)) is not None:
        _write_down(stripe.cancel(intent.id, str(attempt.pk)), attempt.pk)


def look(attempt: Attempt) -> None:
    """The sweep: learn what became of an attempt, and end it when its time is over. Never charges."""
    if not attempt.is_active:
        return
    if now() >= attempt.expires_at:
        end(attempt)
    elif (intent := _intent(attempt)) is not None:
        _write_down(intent, attempt.pk)


def follow(intent_id: str) -> Attempt | None:
    """Re-read an intent and write down what it says; None for an intent that is none of ours (nothing is done to it either)."""
    intent = stripe.read(intent_id)
    try:
        attempt_id = UUID(intent.attempt_id)
    except ValueError:
        return None
    with looking_up("attempt of an intent"):
        is_ours = Attempt.objects.filter(pk=attempt_id).exists()
    return _write_down(intent, attempt_id) if is_ours else None


def order_of(attempt: Attempt) -> Order:
    """What the provider is asked for; all of it is frozen, so that the same key always carries the same request."""
    return Order(
        attempt_id=str(attempt.pk),
        payment_id=str(attempt.payment_id),
        amount=attempt.amount,
        currency=attempt.currency,
        method=attempt.payment.method,
        merchant_account=attempt.payee.merchant_account,
        created_at=attempt.created_at,
    )


def _intent(attempt: Attempt) -> Intent | None:
    """The attempt's intent as it is now, made if it was never made; None when there is none and never will be."""
    if attempt.intent_id:
        return stripe.read(attempt.intent_id)
    order = order_of(attempt)
    if now() - attempt.created_at >= stripe.CREATE_KEY_LIVES:
        intent = stripe.find(order)
        if intent is None:
            settle.abandon(settle.SYSTEM, attempt_id=attempt.pk, failure="not-created")
            return None
    else:
        try:
            intent = stripe.create(order)
        except ProviderRefused:
            settle.abandon(settle.SYSTEM, attempt_id=attempt.pk, failure="provider-refused")
            raise
    if not settle.attach(settle.SYSTEM, attempt_id=attempt.pk, intent=intent).is_fresh:
        return stripe.read(intent.id)
    return intent


def _write_down(intent: Intent, attempt_id: UUID) -> Attempt:
    if intent.has_failed:
        intent = stripe.cancel(intent.id, str(attempt_id))
    return settle.settle(settle.SYSTEM, attempt_id=attempt_id, intent=intent)


def _parts(actor: Actor, payment: Payment, *, wait: bool = False) -> list[Attempt]:
    """The payment's attempts. With `wait`, give the request that is creating them at the provider a moment to finish."""
    patient_until = time.monotonic() + PATIENCE.total_seconds()
    while True:
        with reading(actor):
            parts = list(Attempt.objects.filter(payment=payment).select_related("payment", "payee").order_by("pk"))
        creating = any(part.state == State.CREATING for part in parts)
        if not wait or not creating or now() - payment.created_at > PATIENCE or time.monotonic() > patient_until:
            return parts
        time.sleep(0.1)
