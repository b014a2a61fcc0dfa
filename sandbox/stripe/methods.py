"""Payment methods: card, alipay, wechat_pay."""

from __future__ import annotations

import hashlib
import re

from sandbox.stripe import forms
from sandbox.stripe.call import Call, page
from sandbox.stripe.cards import BY_NUMBER, CARDS, Card, luhn
from sandbox.stripe.errors import Json, StripeError, invalid_param, missing_param, no_such
from sandbox.stripe.store import new_id

TYPES = ("card", "alipay", "wechat_pay")
_FIELDS = frozenset({"type", *TYPES, "billing_details", "metadata", "allow_redisplay"})


def create(call: Call) -> Json:
    forms.only(call.params, _FIELDS)
    method = build(call, call.params, "")
    call.store.insert(method)
    return method


def retrieve(call: Call, id: str) -> Json:
    return call.load("payment_method", id)


def attach(call: Call, id: str) -> Json:
    """Save the method to a customer, so that it can be charged again."""
    method = resolve(call, id, "id")
    customer = call.load("customer", forms.required_text(call.params, "customer"), "customer")
    return attached(call, method, customer["id"])


def attached(call: Call, method: Json, customer: str) -> Json:
    if method["type"] != "card":
        raise StripeError(400, f"The payment method type {method['type']} cannot be saved to a customer.")
    if method["customer"] not in (None, customer):
        raise StripeError(400, "The payment method you provided has already been attached to a customer.")
    if method["customer"] is None:
        method["customer"] = customer
        call.store.save(method)
        call.emit("payment_method.attached", method)
    return method


def detach(call: Call, id: str) -> Json:
    method = call.load("payment_method", id)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise StripeError(400, message)
    previous, method["customer"] = method["customer"], None
    call.store.save(method)
    call.emit("payment_method.detached", method, {"customer": previous})
    return method


def search(call: Call) -> Json:
    return page(call, "payment_method", "/v1/payment_methods", {"customer": "customer", "type": "type"})


def of_customer(call: Call, id: str) -> Json:
    call.load("customer", id)
    call.params["customer"] = id
    return page(call, "payment_method", f"/v1/customers/{id}/payment_methods", {"customer": "customer", "type": "type"})


def resolve(call: Call, id: str, param: str = "payment_method") -> Json:
    """The method by id; a test name such as ``pm_card_visa`` makes a new one, as at Stripe."""
    if id in CARDS:
        method = _method(call, "card", {"card": _card_details(CARDS[id])})
        call.store.insert(method)
        return method
    found = call.store.find("payment_method", id)
    if found is None:
        raise no_such("PaymentMethod", id, param)
    return found


def build(call: Call, given: Json, prefix: str) -> Json:
    """An unsaved method from ``{type, card: {number…}}`` or ``{type: alipay}``; ``prefix`` names the parameter."""
    kind = given.get("type")
    if kind is None:
        raise missing_param(f"{prefix}[type]" if prefix else "type")
    if kind not in TYPES:
        raise invalid_param(
            f"{prefix}[type]" if prefix else "type", f"Invalid {prefix}[type]: must be one of {', '.join(TYPES)}"
        )
    details: Json = {kind: {}}
    if kind == "card":
        details = {"card": _card_details(_card(forms.mapping(given, "card"), f"{prefix}[card]" if prefix else "card"))}
    method = _method(call, kind, details)
    method["billing_details"].update(forms.mapping(given, "billing_details"))
    method["metadata"] = forms.merged_metadata({}, given)
    return method


def card_of(method: Json) -> Card:
    """The test card behind a saved method. The full number is never stored; the fingerprint finds it."""
    return next(card for card in BY_NUMBER.values() if _fingerprint(card) == method["card"]["fingerprint"])


def _card(given: Json, prefix: str) -> Card:
    token = forms.text(given, "token")
    if token == "tok_visa":
        return CARDS["pm_card_visa"]
    number = re.sub(r"[ -]", "", forms.required_text(given, "number"))
    if not number.isdigit() or not luhn(number):
        raise StripeError(
            402, "Your card number is incorrect.", type="card_error", code="incorrect_number", param=f"{prefix}[number]"
        )
    if number not in BY_NUMBER:
        message = "Your card was declined. This is a sandbox: only Stripe's public test cards work here."
        raise StripeError(402, message, type="card_error", code="card_declined", decline_code="test_mode_live_card")
    return BY_NUMBER[number]


def _fingerprint(card: Card) -> str:
    return hashlib.sha256(f"sandbox:{card.number}".encode()).hexdigest()[:16]


def _card_details(card: Card) -> Json:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "CN" if card.brand == "unionpay" else "US",
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2040,
        "fingerprint": _fingerprint(card),
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _method(call: Call, kind: str, details: Json) -> Json:
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "created": call.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        **details,
    }
