"""PaymentIntents: create, retrieve, update, confirm, cancel, list."""

from __future__ import annotations

import re
from typing import Any

from sandbox.stripe import flow, forms, methods
from sandbox.stripe.call import Call, page
from sandbox.stripe.confirming import confirmed
from sandbox.stripe.errors import Json, StripeError, invalid_param, missing_param, no_such
from sandbox.stripe.store import new_id

_SHARED = frozenset(
    {
        "allowed_payment_method_types",
        "amount_details",
        "capture_method",
        "excluded_payment_method_types",
        "payment_details",
        "payment_method",
        "payment_method_data",
        "payment_method_options",
        "payment_method_types",
        "receipt_email",
        "setup_future_usage",
        "shipping",
    }
)
_CONFIRM = _SHARED | {
    "confirmation_token",
    "error_on_requires_action",
    "mandate",
    "mandate_data",
    "off_session",
    "radar_options",
    "return_url",
    "use_stripe_sdk",
    "amount_to_confirm",
}
_UPDATE = _SHARED | {
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
}
_CREATE = _CONFIRM | _UPDATE | {"automatic_payment_methods", "confirm", "confirmation_method", "on_behalf_of"}
_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> Json:
    params = call.params
    forms.only(params, frozenset(_CREATE))
    amount = forms.integer(params, "amount", least=1)
    if amount is None:
        raise missing_param("amount")
    if forms.text(params, "capture_method") not in (None, "automatic", "automatic_async"):
        raise invalid_param("capture_method", "This sandbox captures automatically only.")
    intent_id = new_id("pi")
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_{new_id('x')[2:]}",
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": _currency(forms.required_text(params, "currency")),
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    _choose_types(intent, params)
    _describe(call, intent, params)
    call.store.insert(intent)
    call.emit("payment_intent.created", intent)
    _give_method(call, intent)
    if forms.boolean(params, "confirm"):
        return confirmed(call, intent)
    return intent


def retrieve(call: Call, id: str) -> Json:
    return call.owned("payment_intent", id)


def search(call: Call) -> Json:
    return page(call, "payment_intent", "/v1/payment_intents", {"customer": "customer"})


def update(call: Call, id: str) -> Json:
    intent = call.load("payment_intent", id)
    forms.only(call.params, _UPDATE)
    # Description and metadata may change at any time; what is charged may not.
    if set(call.params) & (_UPDATE - {"metadata", "description", "receipt_email", "expand"}):
        flow.check("update", intent)
    if (amount := forms.integer(call.params, "amount", least=1)) is not None:
        intent["amount"] = amount
    if currency := forms.text(call.params, "currency"):
        intent["currency"] = _currency(currency)
    _choose_types(intent, call.params)
    _describe(call, intent, call.params)
    call.store.save(intent)
    _give_method(call, intent)
    return intent


def confirm(call: Call, id: str) -> Json:
    intent = call.owned("payment_intent", id)
    forms.only(call.params, frozenset(_CONFIRM))
    flow.check("confirm", intent)
    _choose_types(intent, call.params)
    _describe(call, intent, call.params)
    _give_method(call, intent)
    return confirmed(call, intent)


def cancel(call: Call, id: str) -> Json:
    intent = call.load("payment_intent", id)
    forms.only(call.params, frozenset({"cancellation_reason"}))
    reason = forms.text(call.params, "cancellation_reason")
    if reason not in (None, *_REASONS):
        raise invalid_param("cancellation_reason", f"Invalid cancellation_reason: must be one of {', '.join(_REASONS)}")
    flow.check("cancel", intent)
    intent.update(status="canceled", canceled_at=call.now, cancellation_reason=reason, next_action=None)
    call.store.save(intent)
    call.emit("payment_intent.canceled", intent)
    return intent


def _currency(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", given):
        raise invalid_param("currency", f"Invalid currency: {given}.")
    return given.lower()


def _choose_types(intent: Json, params: Json) -> None:
    """``allowed_payment_method_types`` is the parameter's name since 2026, ``payment_method_types`` the older one."""
    automatic = forms.mapping(params, "automatic_payment_methods")
    if automatic.get("enabled") == "true":
        redirects = automatic.get("allow_redirects", "always")
        intent["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}
        intent["payment_method_types"] = list(methods.TYPES if redirects == "always" else ("card", "wechat_pay"))
    for name in ("payment_method_types", "allowed_payment_method_types"):
        chosen = forms.texts(params, name)
        if chosen is None:
            continue
        unknown = [item for item in chosen if item not in methods.TYPES]
        if unknown or not chosen:
            raise invalid_param(name, f'The payment method type "{", ".join(unknown)}" is invalid in this sandbox.')
        intent["payment_method_types"] = chosen
        if name == "allowed_payment_method_types":
            intent["allowed_payment_method_types"] = chosen


def _describe(call: Call, intent: Json, params: Json) -> None:
    for name in ("description", "receipt_email", "setup_future_usage", "statement_descriptor_suffix", "transfer_group"):
        if name in params:
            intent[name] = forms.text(params, name)
    if "customer" in params:
        customer = forms.text(params, "customer")
        intent["customer"] = None if customer is None else call.load("customer", customer, "customer")["id"]
    if intent["setup_future_usage"] not in (None, "on_session", "off_session"):
        raise invalid_param("setup_future_usage", "Invalid setup_future_usage: must be one of off_session, on_session")
    if "transfer_data" in params:
        # Stripe moves the money on to the connected account; here it is only written down.
        destination = forms.required_text(forms.mapping(params, "transfer_data"), "destination")
        if not destination.startswith("acct_"):
            raise no_such("destination", destination, "transfer_data[destination]")
        intent["transfer_data"] = {"destination": destination}
    intent["metadata"] = forms.merged_metadata(intent["metadata"], params)
    options: dict[str, Any] = forms.mapping(params, "payment_method_options")
    for name, given in options.items():
        intent["payment_method_options"][name] = {**intent["payment_method_options"].get(name, {}), **given}


def _give_method(call: Call, intent: Json) -> None:
    """Take ``payment_method`` or ``payment_method_data``; an intent with a method waits for its confirmation."""
    named, data = forms.text(call.params, "payment_method"), forms.mapping(call.params, "payment_method_data")
    if named and data:
        raise StripeError(400, "You can only provide one of payment_method and payment_method_data.")
    if not named and not data:
        return
    method = methods.resolve(call, named) if named else methods.build(call, data, "payment_method_data")
    if method["type"] not in intent["payment_method_types"]:
        message = (
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a"
            " PaymentMethod of one of the following types: " + ", ".join(intent["payment_method_types"])
        )
        raise StripeError(400, message, code="payment_intent_invalid_parameter", param="payment_method")
    if method["customer"] not in (None, intent["customer"]):
        message = f"The PaymentMethod {method['id']} belongs to another Customer than this PaymentIntent."
        raise invalid_param("payment_method", message)
    if data:
        call.store.insert(method)
    intent.update(payment_method=method["id"], status="requires_confirmation", next_action=None)
    call.store.save(intent)
