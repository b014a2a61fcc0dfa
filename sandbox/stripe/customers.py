"""Customers: who saved methods belong to."""

from __future__ import annotations

from sandbox.stripe import forms
from sandbox.stripe.call import Call, page
from sandbox.stripe.errors import Json
from sandbox.stripe.store import new_id

_TEXTS = ("description", "email", "name", "phone")
_FIELDS = frozenset({*_TEXTS, "metadata", "preferred_locales", "address", "shipping", "invoice_settings"})


def create(call: Call) -> Json:
    forms.only(call.params, _FIELDS)
    customer: Json = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": call.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _describe(call, customer)
    call.store.insert(customer)
    call.emit("customer.created", customer)
    return customer


def retrieve(call: Call, id: str) -> Json:
    return call.load("customer", id)


def update(call: Call, id: str) -> Json:
    customer = call.load("customer", id)
    forms.only(call.params, _FIELDS)
    _describe(call, customer)
    call.store.save(customer)
    call.emit("customer.updated", customer)
    return customer


def delete(call: Call, id: str) -> Json:
    customer = call.load("customer", id)
    for method in call.store.related("payment_method", "customer", id):
        method["customer"] = None
        call.store.save(method)
    call.store.db.execute("DELETE FROM objects WHERE id = ?", (id,))
    call.emit("customer.deleted", customer)
    return {"id": id, "object": "customer", "deleted": True}


def search(call: Call) -> Json:
    return page(call, "customer", "/v1/customers", {"email": "email"})


def _describe(call: Call, customer: Json) -> None:
    for name in _TEXTS:
        if name in call.params:
            customer[name] = forms.text(call.params, name)
    for name in ("address", "shipping"):
        if name in call.params:
            customer[name] = forms.mapping(call.params, name) or None
    if (locales := forms.texts(call.params, "preferred_locales")) is not None:
        customer["preferred_locales"] = locales
    if default := forms.mapping(call.params, "invoice_settings").get("default_payment_method"):
        customer["invoice_settings"]["default_payment_method"] = call.load(
            "payment_method", default, "invoice_settings"
        )["id"]
    customer["metadata"] = forms.merged_metadata(customer["metadata"], call.params)
