"""Writing down what the provider says about an attempt: the only place where a payment's state and its money change.

The state follows from the provider's facts as read now, so any order and any number of deliveries end in the same state; money
is posted once, under the intent's dedupe key. All changes of a payment's parts happen under the lock of its row.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from backend.core import vault
from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.money import yuan
from backend.core.verb import hint, record, verb
from backend.people.actor import Actor
from notifications.notices import notify
from payments import ledger, receipts
from payments.errors import AmountMismatch, MisboundIntent
from payments.flow import ACTIVE, SETTLED, State, may, whole
from payments.ledger import Amount, Book
from payments.models import Attempt, Bill, Payment
from payments.providers.facts import Intent

SYSTEM: Final = Actor.system("payments")
LOOK_AGAIN: Final = timedelta(minutes=2)
CLIENT: Final = "payments.attempt.client"


@verb("payment.attach", audited=False)
def attach(actor: Actor, *, attempt_id: UUID, intent: Intent) -> Attempt:
    """Bind an attempt to its new intent. An attempt that has it already stays as it is, with `is_fresh` false: what the provider
    replays under an old key is how the intent once was. Raises NotFound, MisboundIntent."""
    attempt = locked(attempt_id)
    _must_belong(intent, attempt)
    attempt.is_fresh = attempt.intent_id is None
    if attempt.is_fresh:
        attempt.intent_id = intent.id
        if attempt.state == State.CREATING:
            attempt.state = State.PENDING
        _schedule(attempt)
        _keep_client(attempt, intent)
        record("payment.attached", about=attempt, payment=attempt.payment_id, intent=intent.id)
        _finish(attempt)
    return attempt


@verb("payment.settle", audited=False)
def settle(actor: Actor, *, attempt_id: UUID, intent: Intent) -> Attempt:
    """Bring an attempt to what the provider says now; does nothing when it is there already.

    Raises NotFound, MisboundIntent, or AmountMismatch (the money is not what was asked for: a person must look).
    """
    attempt = locked(attempt_id)
    _must_belong(intent, attempt)
    attempt.intent_id = intent.id
    then = _state_of(intent)
    if attempt.state not in SETTLED and (then == attempt.state or may(attempt.state, then)):
        before, attempt.state = attempt.state, then
        attempt.failure = intent.failure
        if then == State.PAID:
            _collect(attempt, intent)
        _schedule(attempt)
        _keep_client(attempt, intent)
        if then != before:
            _tell(attempt)
            record(
                f"payment.{then}", about=attempt, payment=attempt.payment_id, intent=intent.id, failure=intent.failure
            )
    _finish(attempt)
    return attempt


@verb("payment.abandon", audited=False)
def abandon(actor: Actor, *, attempt_id: UUID, failure: str) -> Attempt:
    """End an attempt that has no intent at the provider and never will have one; it does nothing to any other."""
    attempt = locked(attempt_id)
    if attempt.state == State.CREATING and attempt.intent_id is None:
        attempt.state, attempt.failure, attempt.due_at = State.FAILED, failure[:64], None
        _tell(attempt)
        record("payment.failed", about=attempt, payment=attempt.payment_id, failure=failure[:64])
    _finish(attempt)
    return attempt


def locked(attempt_id: UUID) -> Attempt:
    """The attempt, under the lock of its payment. Raises NotFound."""
    payment = Payment.objects.select_for_update(of=("self",), no_key=True).filter(parts=attempt_id).first()
    if payment is None:
        raise NotFound
    attempt = Attempt.objects.select_related("payee").get(pk=attempt_id)
    attempt.payment = payment
    return attempt


def refresh(payment: Payment) -> None:
    """Set the payment's state from its parts (under its lock)."""
    payment.state = whole(list(payment.parts.values_list("state", flat=True)))
    payment.save(update_fields=["state"])


def client_of(attempt: Attempt) -> dict[str, Any]:
    """What the payer's device needs to go on: `{"client_secret", "next_action"}`, empty once the attempt has ended."""
    if attempt.client is None or not attempt.is_active:
        return {}
    try:
        opened: dict[str, Any] = json.loads(vault.unseal(attempt.payer_id, CLIENT, attempt.client))
    except vault.KeyDestroyed:
        return {}
    return opened


def spread(attempt: Attempt, fen: int) -> list[Amount]:
    """Credit `fen` of an attempt to what is still owed on its bills, in order; the rest is the payer's advance (a liability)."""
    amounts: list[Amount] = []
    allocations = list(attempt.allocations.order_by("bill_id"))
    bills = {bill.pk: bill for bill in bills_of(attempt)}
    for allocation in allocations:
        bill = bills[allocation.bill_id]
        part = min(fen, allocation.amount - allocation.settled, bill.unpaid)
        if part > 0:
            bill.settle(part)
            _mark_bill(attempt, bill)
            allocation.settled += part
            allocation.save(update_fields=["settled"])
            amounts.append(Amount(Book.RECEIVABLE, -part, bill))
            fen -= part
    return [*amounts, Amount(Book.ADVANCES, -fen)]


def bills_of(attempt: Attempt) -> list[Bill]:
    """The attempt's bills, locked in the order of their keys."""
    ids = attempt.allocations.values_list("bill_id", flat=True)
    return list(Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(ids)).order_by("pk"))


def _mark_bill(attempt: Attempt, bill: Bill) -> None:
    if bill.state == Bill.State.PAID:
        bill.paid_at = now()
        if attempt.payee.is_own_biller:
            bill.posted_at_biller = bill.paid_at
    bill.save(update_fields=["paid", "state", "paid_at", "posted_at_biller"])


def _must_belong(intent: Intent, attempt: Attempt) -> None:
    if intent.attempt_id != str(attempt.pk) or attempt.intent_id not in (None, intent.id):
        raise MisboundIntent


def _collect(attempt: Attempt, intent: Intent) -> None:
    """The money is there: books, bills, receipt."""
    if intent.received != attempt.amount or intent.currency != attempt.currency:
        raise AmountMismatch(received=intent.received, expected=attempt.amount)
    attempt.settled_at = now()
    amounts = [Amount(Book.CLEARING, attempt.amount), *spread(attempt, attempt.amount)]
    ledger.post(attempt.payee, "payment", f"pi:{intent.id}:succeeded", amounts, currency=attempt.currency)
    receipts.issue(attempt)


def _state_of(intent: Intent) -> State:
    match intent.status:
        case "succeeded":
            return State.PAID
        case "canceled":
            return State.FAILED if intent.failure else State.CANCELLED
        case "processing":
            return State.PROCESSING
        case _:
            return State.PENDING


def _schedule(attempt: Attempt) -> None:
    """When the sweep looks next: at the latest when the attempt ends."""
    attempt.due_at = _next_look(attempt.expires_at) if attempt.is_active else None
    hint("due:attempts")


def _next_look(expires_at: datetime) -> datetime:
    moment = now()
    return min(moment + LOOK_AGAIN, expires_at) if expires_at > moment else moment + LOOK_AGAIN


def _keep_client(attempt: Attempt, intent: Intent) -> None:
    if not attempt.is_active:
        attempt.client = None
    elif intent.next_action is not None or attempt.client is None:
        kept = {"client_secret": intent.client_secret, "next_action": intent.next_action}
        attempt.client = vault.seal(attempt.payer_id, CLIENT, json.dumps(kept, default=str))


def _tell(attempt: Attempt) -> None:
    """A notice to the payer about an end."""
    if attempt.state not in (State.PAID, State.FAILED):
        return
    topic = "payment.received" if attempt.state == State.PAID else "payment.failed"
    params = {"amount": yuan(attempt.amount), "payee": attempt.payee.name_zh, "payee_en": attempt.payee.name_en}
    about = f"/api/v1/payments/{attempt.payment_id}"
    notify(attempt.payer_id, topic, params, about=about, key=f"{topic}:{attempt.pk}")


def _finish(attempt: Attempt) -> None:
    attempt.save()
    if attempt.state not in ACTIVE:
        attempt.allocations.filter(is_active=True).update(is_active=False)
    refresh(attempt.payment)
