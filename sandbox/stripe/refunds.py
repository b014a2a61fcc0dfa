"""Refunds: full or partial, at once for cards, later for wallets."""

from __future__ import annotations

from sandbox.stripe import charges, forms, methods
from sandbox.stripe.call import Call, page
from sandbox.stripe.errors import Json, StripeError, invalid_param, missing_param
from sandbox.stripe.store import new_id

_FIELDS = frozenset({"amount", "charge", "payment_intent", "reason", "metadata", "currency", "instructions_email"})
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> Json:
    params = call.params
    forms.only(params, _FIELDS)
    charge = _charge(call)
    left = charge["amount"] - charge["amount_refunded"]
    amount = forms.integer(params, "amount", least=1)
    if charge["status"] != "succeeded":
        raise StripeError(400, f"Charge {charge['id']} did not succeed and cannot be refunded.", param="charge")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(400, message, code="charge_already_refunded", keeps_effects=True)
    amount = left if amount is None else amount
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise StripeError(400, message, param="amount", keeps_effects=True)
    reason = forms.text(params, "reason")
    if reason not in (None, *_REASONS):
        raise invalid_param("reason", f"Invalid reason: must be one of {', '.join(_REASONS)}")
    outcome = _outcome(call, charge)
    refund = _new(call, charge, amount, reason)
    call.store.insert(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.store.save(charge)
    if outcome == "succeeded":
        refund["status"] = "succeeded"
    else:
        call.store.start_timer(call.terms.refund_seconds, f"refund.{outcome}", refund["id"])
    call.store.save(refund)
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    return refund


def retrieve(call: Call, id: str) -> Json:
    return call.load("refund", id)


def update(call: Call, id: str) -> Json:
    refund = call.load("refund", id)
    forms.only(call.params, frozenset({"metadata"}))
    refund["metadata"] = forms.merged_metadata(refund["metadata"], call.params)
    call.store.save(refund)
    call.emit("refund.updated", refund)
    return refund


def search(call: Call) -> Json:
    return page(call, "refund", "/v1/refunds", {"charge": "charge", "payment_intent": "payment_intent"})


def settled(call: Call, id: str, outcome: str) -> None:
    """The wallet or bank has answered a pending refund: ``later`` (it succeeded) or ``failed``."""
    refund = call.load("refund", id)
    if refund["status"] != "pending":
        return
    refund["status"] = "failed" if outcome == "failed" else "succeeded"
    if outcome == "failed":
        charge = call.load("charge", refund["charge"])
        refund["failure_reason"] = "unknown"
        refund["failure_balance_transaction"] = charges.post(
            call,
            type="refund_failure",
            category="refund_failure",
            amount=refund["amount"],
            fee=0,
            currency=refund["currency"],
            source=refund["id"],
        )["id"]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        call.store.save(charge)
    call.store.save(refund)
    call.emit("refund.failed" if outcome == "failed" else "refund.updated", refund, {"status": "pending"})


def _charge(call: Call) -> Json:
    charge, intent = forms.text(call.params, "charge"), forms.text(call.params, "payment_intent")
    if charge and intent:
        raise StripeError(400, "You may only specify one of these parameters: charge, payment_intent.")
    if charge:
        return call.load("charge", charge, "charge")
    if not intent:
        raise missing_param("payment_intent")
    found = call.load("payment_intent", intent, "payment_intent")
    if found["status"] != "succeeded":
        message = f"This PaymentIntent ({intent}) does not have a successful charge to refund."
        raise StripeError(400, message, param="payment_intent")
    return call.load("charge", found["latest_charge"])


def _outcome(call: Call, charge: Json) -> str:
    """``succeeded`` now, ``later`` or ``failed``: wallets and two test cards answer after ``refund_seconds``."""
    method = call.load("payment_method", charge["payment_method"])
    if method["type"] != "card":
        return "later"
    return {"pending": "later"}.get(methods.card_of(method).refund, methods.card_of(method).refund)


def _new(call: Call, charge: Json, amount: int, reason: str | None) -> Json:
    card = charge["id"].startswith("ch_")
    refund_id = new_id("re" if card else "pyr")
    transaction = charges.post(
        call,
        type="refund" if card else "payment_refund",
        category="refund",
        amount=-amount,
        fee=0,
        currency=charge["currency"],
        source=refund_id,
    )
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": transaction["id"],
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "destination_details": {"type": "card" if card else charge["payment_method_details"]["type"]},
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": forms.merged_metadata({}, call.params),
        "next_action": None,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }
