"""PaymentIntents with cards, through the real SDK."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox_process import Sandbox

CARD = {"amount": 12345, "currency": "cny", "payment_method_types": ["card"]}


def test_a_good_card_pays_at_once_and_the_fee_is_on_the_balance(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {**CARD, "payment_method": "pm_card_visa", "confirm": True, "expand": ["latest_charge.balance_transaction"]}
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 12345)
    line = intent.latest_charge.balance_transaction
    assert (line.amount, line.fee, line.net, line.reporting_category) == (12345, 358, 11987, "charge")


def test_an_intent_walks_through_its_states(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(CARD)
    assert intent.status == "requires_payment_method"
    intent = client.v1.payment_intents.update(intent.id, {"payment_method": "pm_card_visa", "amount": 500})
    assert (intent.status, intent.amount) == ("requires_confirmation", 500)
    assert client.v1.payment_intents.confirm(intent.id).status == "succeeded"


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_declined_card_leaves_an_intent_that_another_card_pays(
    client: stripe.StripeClient, card: str, code: str, decline_code: str | None
) -> None:
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.create({**CARD, "payment_method": card, "confirm": True})
    error = caught.value
    assert (error.http_status, error.code) == (402, code)
    assert getattr(error.error, "decline_code", None) == decline_code
    intent = client.v1.payment_intents.retrieve(error.error.payment_intent.id)
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_card_numbers_work_as_the_names_do(client: stripe.StripeClient) -> None:
    paid = {"type": "card", "card": {"number": "4242 4242 4242 4242", "exp_month": 1, "exp_year": 2040, "cvc": "1"}}
    assert (
        client.v1.payment_intents.create({**CARD, "payment_method_data": paid, "confirm": True}).status == "succeeded"
    )
    for number, code in (("4000000000000002", "card_declined"), ("4242424242424241", "incorrect_number")):
        data = {"type": "card", "card": {"number": number}}
        with pytest.raises(stripe.CardError) as caught:
            client.v1.payment_intents.create({**CARD, "payment_method_data": data, "confirm": True})
        assert caught.value.code == code


def test_a_bank_that_asks_is_answered_by_the_payer(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    given = {**CARD, "payment_method": "pm_card_authenticationRequired", "confirm": True}
    intent = client.v1.payment_intents.create({**given, "return_url": "https://example.org/back"})
    assert intent.status == "requires_action"
    assert intent.next_action.redirect_to_url.return_url == "https://example.org/back"
    assert sandbox.authorize(intent.id, "fail")["status"] == "requires_payment_method"
    refused = client.v1.payment_intents.retrieve(intent.id)
    assert refused.last_payment_error.code == "payment_intent_authentication_failure"
    intent = client.v1.payment_intents.create(given)
    sandbox.authorize(intent.id)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_payer_who_is_away_cannot_be_asked(client: stripe.StripeClient) -> None:
    given = {**CARD, "payment_method": "pm_card_authenticationRequired", "confirm": True, "off_session": True}
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.create(given)
    assert caught.value.code == "authentication_required"
    assert caught.value.error.payment_intent.status == "requires_payment_method"


def test_the_payers_tap_pays_an_intent_that_has_no_card_yet(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    intent = client.v1.payment_intents.create(CARD)
    assert sandbox.authorize(intent.id)["status"] == "succeeded"
    other = client.v1.payment_intents.create(CARD)
    assert sandbox.authorize(other.id, "fail")["last_payment_error"]["decline_code"] == "generic_decline"


def test_a_finished_intent_refuses_every_step(client: stripe.StripeClient) -> None:
    paid = client.v1.payment_intents.create({**CARD, "payment_method": "pm_card_visa", "confirm": True})
    cancelled = client.v1.payment_intents.cancel(
        client.v1.payment_intents.create(CARD).id, {"cancellation_reason": "abandoned"}
    )
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    for step in (
        lambda: client.v1.payment_intents.confirm(paid.id),
        lambda: client.v1.payment_intents.cancel(paid.id),
        lambda: client.v1.payment_intents.update(paid.id, {"amount": 1}),
        lambda: client.v1.payment_intents.confirm(cancelled.id, {"payment_method": "pm_card_visa"}),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            step()
        assert caught.value.code == "payment_intent_unexpected_state"
    assert client.v1.payment_intents.update(paid.id, {"metadata": {"seen": "1"}}).metadata["seen"] == "1"


def test_confirming_without_a_method_says_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(client.v1.payment_intents.create(CARD).id)


def test_metadata_merges_and_empties(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({**CARD, "metadata": {"a": "1", "2": "two"}})
    changed = client.v1.payment_intents.update(intent.id, {"metadata": {"a": "", "b": "3"}})
    assert changed.metadata.to_dict() == {"2": "two", "b": "3"}


def test_a_payment_may_be_for_a_connected_account(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    intent = client.v1.payment_intents.create({**CARD, "transfer_data": {"destination": "acct_company"}})
    sandbox.authorize(intent.id)
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert paid.latest_charge.transfer_data.destination == "acct_company"


def test_lists_filter_and_page(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"name": "测试"})
    made = [client.v1.payment_intents.create({**CARD, "customer": customer.id}).id for _ in range(5)]
    first = client.v1.payment_intents.list({"customer": customer.id, "limit": 2})
    assert first.has_more
    assert [intent.id for intent in first.auto_paging_iter()] == made[::-1]
    since = client.v1.payment_intents.retrieve(made[0]).created
    both = {"customer": customer.id, "created": {"gte": since}, "ending_before": made[2]}
    assert [intent.id for intent in client.v1.payment_intents.list(both).data] == [made[4], made[3]]
    assert client.v1.payment_intents.list({"customer": customer.id, "created": {"lt": since}}).data == []


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": "12.5"}, "parameter_invalid_integer", "amount"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"customer": "cus_unknown"}, "resource_missing", "customer"),
        ({"payment_method": "pm_unknown"}, "resource_missing", "payment_method"),
        ({"payment_method_types": ["card"], "payment_method_data": {"type": "alipay"}}, None, "payment_method"),
        (
            {"return_url": "javascript://x", "payment_method": "pm_card_threeDSecure2Required", "confirm": True},
            None,
            None,
        ),
    ],
)
def test_bad_parameters_are_named_and_nothing_is_created(
    client: stripe.StripeClient, change: dict[str, object], code: str | None, param: str | None
) -> None:
    before = client.v1.payment_intents.list({"limit": 1}).data
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create({**CARD, **change})
    assert caught.value.http_status == 400
    assert code is None or caught.value.code == code
    assert param is None or caught.value.param == param
    assert [intent.id for intent in client.v1.payment_intents.list({"limit": 1}).data] == [row.id for row in before]


def test_an_unknown_intent_is_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.retrieve("pi_unknown")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert caught.value.request_id.startswith("req_")
