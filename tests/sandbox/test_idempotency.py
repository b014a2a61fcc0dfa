"""Idempotency keys as Stripe documents them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import stripe

from tests.sandbox_process import Sandbox

GIVEN = {"amount": 4200, "currency": "cny", "payment_method": "pm_card_visa", "confirm": True}


def create(client: stripe.StripeClient, key: str, **change: object) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create({**GIVEN, **change}, {"idempotency_key": key})


def test_the_same_key_gives_the_same_object(client: stripe.StripeClient) -> None:
    first, second = create(client, "same"), create(client, "same")
    assert first.id == second.id
    assert "idempotent-replayed" not in first.last_response.headers
    assert second.last_response.headers["idempotent-replayed"] == "true"


def test_the_same_key_with_other_parameters_is_refused(client: stripe.StripeClient) -> None:
    create(client, "other")
    with pytest.raises(stripe.IdempotencyError) as caught:
        create(client, "other", amount=4300)
    assert caught.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({}, {"idempotency_key": "other"})


def test_eight_threads_with_one_key_create_one_intent(client: stripe.StripeClient) -> None:
    barrier, ids = threading.Barrier(8), []

    def run() -> None:
        barrier.wait()
        ids.append(create(client, "eight").id)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1
    charges = client.v1.charges.list({"payment_intent": ids[0]}).data
    assert len(charges) == 1


def test_a_decline_is_replayed(client: stripe.StripeClient) -> None:
    intents = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            create(client, "declined", payment_method="pm_card_chargeDeclined")
        intents.add(caught.value.error.payment_intent.id)
    assert len(intents) == 1


def test_a_validation_failure_is_not_kept(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client, "validated", amount=-1)
    assert create(client, "validated").status == "succeeded"


def test_a_lost_answer_is_found_again_under_its_key(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    sandbox.faults(lose_reply_next=1)
    with pytest.raises(stripe.APIConnectionError):
        create(client, "lost")
    found = create(client, "lost")
    assert found.last_response.headers["idempotent-replayed"] == "true"


def test_the_sdk_survives_a_500_and_a_lost_answer_by_itself(
    sandbox: Sandbox, client_of: Callable[..., stripe.StripeClient]
) -> None:
    client = client_of(sandbox, retries=2)
    customer = client.v1.customers.create({})
    sandbox.faults(fail_next_500=1, lose_reply_next=1)
    assert create(client, "retried", customer=customer.id).status == "succeeded"
    assert len(client.v1.payment_intents.list({"customer": customer.id}).data) == 1
