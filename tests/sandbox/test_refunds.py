"""Refunds: limits, wallets that take their time, and the balance."""

from __future__ import annotations

import time

import pytest
import stripe

from tests.sandbox_process import Sandbox


def pay(client: stripe.StripeClient, card: str = "pm_card_visa", amount: int = 5000) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(
        {"amount": amount, "currency": "cny", "payment_method": card, "confirm": True}
    )


def wait_for(client: stripe.StripeClient, refund: stripe.Refund, status: str) -> stripe.Refund:
    ends = time.monotonic() + 5
    while (now := client.v1.refunds.retrieve(refund.id)).status != status:
        assert time.monotonic() < ends, now.status
        time.sleep(0.05)
    return now


def test_a_card_is_refunded_in_parts_and_never_more(client: stripe.StripeClient) -> None:
    intent = pay(client)
    part = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000, "reason": "duplicate"})
    assert (part.status, part.amount) == ("succeeded", 2000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 3001})
    assert client.v1.refunds.create({"charge": str(intent.latest_charge)}).amount == 3000
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.refunded, charge.amount_refunded) == (True, 5000)


def test_a_wallet_refund_is_pending_first(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 700, "currency": "cny", "payment_method_types": ["wechat_pay"]}
    )
    sandbox.authorize(intent.id)
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "pending"
    wait_for(client, refund, "succeeded")
    kinds = [event.type for event in client.v1.events.list({"limit": 100}) if event.data.object["id"] == refund.id]
    assert kinds == ["refund.updated", "refund.created"]


def test_a_refund_that_fails_later_gives_the_money_back_to_the_merchant(client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    wait_for(client, refund, "failed")
    assert client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 0
    lines = client.v1.balance_transactions.list({"source": refund.id}).data
    assert sorted((line.type, line.amount) for line in lines) == [("refund", -5000), ("refund_failure", 5000)]


def test_an_unpaid_intent_has_nothing_to_refund(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 1, "currency": "cny"})
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_the_balance_is_the_sum_of_its_lines(client: stripe.StripeClient) -> None:
    client.v1.refunds.create({"payment_intent": pay(client, amount=10_000).id, "amount": 4_000})
    lines = client.v1.balance_transactions.list({"currency": "cny", "limit": 100}).auto_paging_iter()
    assert sum(line.net for line in lines) == client.v1.balance.retrieve().available[0].amount
