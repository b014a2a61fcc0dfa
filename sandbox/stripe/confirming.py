"""What happens when an intent is confirmed, and when the payer has answered."""

from __future__ import annotations

from sandbox.stripe import charges, forms, methods, wallets
from sandbox.stripe.call import Call
from sandbox.stripe.cards import MESSAGES
from sandbox.stripe.errors import Json, StripeError, no_such


def confirmed(call: Call, intent: Json) -> Json:
    """Charge the intent's method, or ask the payer. A decline raises the 402 that carries the intent."""
    if intent["payment_method"] is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the"
            " PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a"
            " payment method or ConfirmationToken."
        )
        code = "payment_intent_unexpected_state"
        raise StripeError(400, message, code=code, payment_intent=intent)
    method = call.load("payment_method", intent["payment_method"], "payment_method")
    card = methods.card_of(method) if method["type"] == "card" else None
    if card is not None and card.decline is not None:
        raise _declined(call, intent, method, *card.decline)
    if card is not None and not card.asks:
        return _succeeded(call, intent, method)
    if forms.text(call.params, "off_session") not in (None, "false", "one_off"):
        raise _declined(call, intent, method, "authentication_required", "authentication_required")
    action = wallets.next_action(intent, method, forms.url(call.params, "return_url"), call.base_url)
    if forms.boolean(call.params, "error_on_requires_action"):
        raise _declined(call, intent, method, "authentication_required", None)
    intent.update(status="requires_action", next_action=action, last_payment_error=None)
    call.store.save(intent)
    call.emit("payment_intent.requires_action", intent)
    return intent


def answered(call: Call, id: str, outcome: str) -> Json:
    """The payer's tap: pays or refuses whatever the intent waits for, whatever its method.

    An intent without a method is given the method of a willing payer first (a card when cards are allowed).
    409 when there is nothing left to answer.
    """
    intent = call.store.find("payment_intent", id)
    if intent is None:
        raise no_such("payment_intent", id)
    if outcome not in ("success", "fail"):
        raise StripeError(400, "outcome is success or fail", param="outcome")
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise StripeError(409, f"Nothing to pay: the intent is {intent['status']}.", payment_intent=intent)
    method = _payers_method(call, intent)
    if outcome == "success":
        return _succeeded(call, intent, method)
    if intent["status"] == "requires_action" or method["type"] != "card":
        asked = method["type"] == "card"
        code = "payment_intent_authentication_failure" if asked else "payment_intent_payment_attempt_failed"
        message = (
            "The payer refused to authenticate the payment." if asked else "The payer closed the wallet without paying."
        )
        error: Json = {"type": "invalid_request_error", "code": code, "message": message, "payment_method": method}
        return _failed(call, intent, error)
    _declined(call, intent, method, "card_declined", "generic_decline")
    return intent


def _payers_method(call: Call, intent: Json) -> Json:
    if intent["payment_method"] is not None:
        return call.load("payment_method", intent["payment_method"])
    types = intent["payment_method_types"]
    if "card" in types:
        method = methods.resolve(call, "pm_card_visa")
    else:
        method = methods.build(call, {"type": types[0]}, "payment_method_data")
        call.store.insert(method)
    intent["payment_method"] = method["id"]
    return method


def _succeeded(call: Call, intent: Json, method: Json) -> Json:
    charge = charges.captured(call, intent, method)
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    call.store.save(intent)
    call.emit("payment_intent.succeeded", intent)
    if intent["setup_future_usage"] and intent["customer"] and method["type"] == "card":
        methods.attached(call, method, intent["customer"])
    return intent


def _failed(call: Call, intent: Json, error: Json) -> Json:
    """Back to ``requires_payment_method``, so that another method can be tried on the same intent."""
    intent.update(status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error)
    call.store.save(intent)
    call.emit("payment_intent.payment_failed", intent)
    return intent


def _declined(call: Call, intent: Json, method: Json, code: str, decline_code: str | None) -> StripeError:
    charge = charges.refused(call, intent, method, code, decline_code)
    intent["latest_charge"] = charge["id"]
    error: Json = {
        "type": "card_error",
        "charge": charge["id"],
        "code": code,
        "message": MESSAGES.get(decline_code or code, MESSAGES["generic_decline"]),
        "payment_method": method,
    }
    if decline_code is not None:
        error["decline_code"] = decline_code
    _failed(call, intent, error)
    members = {key: value for key, value in error.items() if key not in ("type", "message")}
    return StripeError(402, error["message"], type="card_error", keeps_effects=True, payment_intent=intent, **members)
