"""Customers, SetupIntents and charging a saved card."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox_process import Sandbox


def test_a_saved_card_is_charged_without_the_payer(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"person": "p1"}})
    given = {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True, "usage": "off_session"}
    setup = client.v1.setup_intents.create(given)
    assert setup.status == "succeeded"
    saved = client.v1.customers.payment_methods.list(customer.id, {"type": "card"}).data
    assert [method.id for method in saved] == [setup.payment_method]
    charge = {"amount": 321, "currency": "cny", "customer": customer.id, "payment_method": saved[0].id}
    paid = client.v1.payment_intents.create({**charge, "off_session": True, "confirm": True})
    assert paid.status == "succeeded"


def test_a_card_of_another_customer_is_refused(client: stripe.StripeClient) -> None:
    owner, other = client.v1.customers.create({}), client.v1.customers.create({})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    with pytest.raises(stripe.InvalidRequestError, match="belongs to another Customer"):
        client.v1.payment_intents.create(
            {"amount": 1, "currency": "cny", "customer": other.id, "payment_method": method.id}
        )
    assert client.v1.payment_methods.detach(method.id).customer is None


def test_a_setup_can_ask_or_be_declined(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    with pytest.raises(stripe.CardError) as caught:
        client.v1.setup_intents.create({"payment_method": "pm_card_chargeDeclined", "confirm": True})
    assert caught.value.error.setup_intent.status == "requires_payment_method"
    asked = client.v1.setup_intents.create({"payment_method": "pm_card_authenticationRequired", "confirm": True})
    assert asked.status == "requires_action"
    assert sandbox.authorize(asked.id)["status"] == "succeeded"


def test_a_customer_can_be_changed_and_deleted(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "甲"})
    assert client.v1.customers.update(customer.id, {"name": "乙"}).name == "乙"
    assert client.v1.customers.delete(customer.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.retrieve(customer.id)
