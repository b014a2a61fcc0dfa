"""Who may ask the sandbox what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import stripe

from tests.sandbox_process import Sandbox

Make = Callable[..., stripe.StripeClient]


@pytest.mark.parametrize("key", ["sk_wrong", "sk_live_something", "garbage", "sk_test_"])
def test_only_test_keys_are_taken(sandbox: Sandbox, client_of: Make, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client_of(sandbox, key).v1.balance.retrieve()


def test_a_browser_confirms_with_the_client_secret_and_may_do_no_more(
    sandbox: Sandbox, client: stripe.StripeClient, client_of: Make
) -> None:
    browser = client_of(sandbox, "pk_test_browser")
    intent = client.v1.payment_intents.create({"amount": 100, "currency": "cny"})
    with pytest.raises(stripe.PermissionError):
        browser.v1.payment_intents.create({"amount": 100, "currency": "cny"})
    with pytest.raises(stripe.PermissionError):
        browser.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError):
        browser.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    with pytest.raises(stripe.InvalidRequestError):
        wrong = {"payment_method": "pm_card_visa", "client_secret": "pi_x_secret_y"}
        browser.v1.payment_intents.confirm(intent.id, wrong)
    secret = {"client_secret": intent.client_secret}
    assert browser.v1.payment_intents.retrieve(intent.id, secret).status == "requires_payment_method"
    given = {"payment_method": "pm_card_visa", **secret}
    assert browser.v1.payment_intents.confirm(intent.id, given).status == "succeeded"


def test_an_unknown_url_is_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.payouts.list()
