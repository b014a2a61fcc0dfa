"""Refunds by finance: through the provider, in the books once they succeeded, the bill open again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe as sdk

from notifications.notice import Notice
from payments import refunds
from payments.due import refund_loop
from payments.models import Attempt, Bill, Payment, Posting, Refund
from payments.providers.facts import RefundFact
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.paying import intent_of, pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def refund(member: Any, payment_id: Any, *, key: str | None = None, **body: Any) -> Any:
    return Http(member).post(f"/payments/{payment_id}/refunds", body, headers={"Idempotency-Key": key or uuid4().hex})


@pytest.fixture
def paid(cast: Cast, sandbox: Sandbox) -> Any:
    """王奶奶's property fee, 250.60 yuan, paid by card."""
    return pay(cast.wang, books.property_fee(cast.home, cast.company), payment_method_id="pm_card_visa").json()


def test_finance_gives_all_back(cast: Cast, paid: Any) -> None:
    answer = refund(cast.finance, paid["id"])
    assert (answer.status_code, answer.json()["state"], answer.json()["amount"]) == (201, "succeeded", 25060)
    assert Http(cast.wang).get(f"/payments/{paid['id']}").json()["state"] == "refunded"
    bill = Bill.objects.get()
    assert (bill.state, bill.paid) == ("open", 0)
    assert books.book(bill.payee, "1012") == 0
    books.assert_books_balance()
    assert Notice.objects.filter(topic="payment.refunded", person_id=cast.wang.id).count() == 1


def test_finance_gives_a_part_back_and_then_the_rest(cast: Cast, paid: Any) -> None:
    assert refund(cast.finance, paid["id"], amount=10000).json()["state"] == "succeeded"
    assert Http(cast.wang).get(f"/payments/{paid['id']}").json()["state"] == "partly_refunded"
    assert Bill.objects.get().paid == 15060
    too_much = refund(cast.finance, paid["id"], amount=15061)
    assert (too_much.status_code, too_much.json()["left"]) == (409, 15060)
    assert refund(cast.finance, paid["id"]).json()["amount"] == 15060
    assert refund(cast.finance, paid["id"]).status_code == 409
    books.assert_books_balance()


def test_what_was_given_back_can_be_paid_again(cast: Cast, paid: Any) -> None:
    refund(cast.finance, paid["id"], amount=10000)
    again = pay(cast.wang, Bill.objects.get(), payment_method_id="pm_card_visa").json()
    assert (again["amount"], again["state"]) == (10000, "paid")
    books.assert_books_balance()


def test_the_same_key_refunds_once(cast: Cast, paid: Any) -> None:
    first = refund(cast.finance, paid["id"], key="k", amount=100)
    again = refund(cast.finance, paid["id"], key="k", amount=100)
    assert first.json() == again.json()
    assert Refund.objects.count() == 1
    bare = Http(cast.finance).post(f"/payments/{paid['id']}/refunds", {})
    assert bare.json()["code"] == "idempotency-key-required"


@pytest.mark.parametrize(
    ("who", "status"), [("wang", 403), ("neighbour", 404), ("other_company_manager", 404), ("auditor", 403)]
)
def test_others_refund_nothing(cast: Cast, paid: Any, who: str, status: int) -> None:
    assert refund(cast[who], paid["id"]).status_code == status
    assert not Refund.objects.exists()


def test_a_utilitys_payment_is_not_for_a_companys_finance(cast: Cast, sandbox: Sandbox) -> None:
    paid = pay(cast.wang, books.electricity(cast.home), payment_method_id="pm_card_visa").json()
    assert refund(cast.finance, paid["id"]).status_code == 404


def test_an_unpaid_payment_is_not_refunded(cast: Cast, sandbox: Sandbox) -> None:
    started = pay(cast.wang, books.property_fee(cast.home, cast.company)).json()
    assert refund(cast.finance, started["id"]).json()["code"] == "payment-not-settled"


def test_a_wallets_refund_is_booked_when_it_succeeded(
    cast: Cast, sandbox: Sandbox, stripe_client: sdk.StripeClient, moved_clock: Any
) -> None:
    started = pay(cast.wang, books.property_fee(cast.home, cast.company), method="alipay")
    sandbox.authorize(intent_of(started))
    Http(cast.wang).post(f"/payments/{started.json()['id']}/cancel")
    answer = refund(cast.finance, started.json()["id"])
    assert answer.json()["state"] == "pending", answer.content
    assert not Posting.objects.filter(kind="refund").exists()
    provider_id = Refund.objects.get().provider_id or ""
    until = time.monotonic() + 5
    while stripe_client.v1.refunds.retrieve(provider_id).status == "pending" and time.monotonic() < until:
        time.sleep(0.05)
    with moved_clock(refunds.LOOK_AGAIN):
        assert refund_loop.drain() == 1
    assert Refund.objects.get().state == "succeeded"
    assert Payment.objects.get().state == "refunded"
    books.assert_books_balance()


def test_a_refund_made_in_the_providers_own_console_is_taken_over(
    cast: Cast, paid: Any, stripe_client: sdk.StripeClient, events: Callable[..., Any], deliver: Callable[..., Any]
) -> None:
    intent_id = Attempt.objects.get().intent_id or ""
    made = stripe_client.v1.refunds.create({"payment_intent": intent_id, "amount": 60})
    for event in [*events(made.id), *events(made.id)]:
        assert deliver(event).status_code == 200
    row = Refund.objects.get()
    assert (row.state, row.amount, row.requested_by) == ("succeeded", 60, None)
    assert Posting.objects.filter(kind="refund").count() == 1
    books.assert_books_balance()


def test_a_refund_that_comes_back_counts_as_paid_again(cast: Cast, paid: Any) -> None:
    refund(cast.finance, paid["id"])
    row = Refund.objects.get()
    back = RefundFact(
        row.provider_id or "", "failed", row.amount, "CNY", Attempt.objects.get().intent_id or "", str(row.pk)
    )
    for _ in range(2):
        refunds.settle_refund(refunds.SYSTEM, fact=back)
    assert (Bill.objects.get().state, Payment.objects.get().state) == ("paid", "paid")
    assert Posting.objects.filter(kind="refund-returned").count() == 1
    books.assert_books_balance()


def test_a_returned_refund_of_a_bill_paid_anew_is_the_payers_advance(cast: Cast, paid: Any) -> None:
    refund(cast.finance, paid["id"])
    pay(cast.wang, Bill.objects.get(), payment_method_id="pm_card_visa")
    row = Refund.objects.get()
    first = Payment.objects.get(pk=paid["id"]).parts.get()
    back = RefundFact(row.provider_id or "", "failed", row.amount, "CNY", first.intent_id or "", str(row.pk))
    refunds.settle_refund(refunds.SYSTEM, fact=back)
    payee = Bill.objects.get().payee
    assert books.book(payee, "2203") == -25060
    assert books.book(payee, "1012") == 50120
    books.assert_books_balance()
    second = RefundFact("re_second", "succeeded", row.amount, "CNY", first.intent_id or "", "")
    refunds.settle_refund(refunds.SYSTEM, fact=second)
    assert books.book(payee, "2203") == 0
    assert Bill.objects.get().state == "paid"
    books.assert_books_balance()


def test_a_lost_answer_is_not_a_second_refund(
    cast: Cast, paid: Any, sandbox: Sandbox, stripe_client: sdk.StripeClient, moved_clock: Any
) -> None:
    sandbox.faults(fail_next_500=9)
    assert refund(cast.finance, paid["id"], key="k").status_code == 503
    sandbox.faults(reset=True)
    with moved_clock(timedelta(minutes=2)):
        refund_loop.drain()
    assert refund(cast.finance, paid["id"], key="k").json()["state"] == "succeeded"
    made = stripe_client.v1.refunds.list({"payment_intent": Attempt.objects.get().intent_id or ""})
    assert [one.amount for one in made.data] == [25060]


@pytest.mark.parametrize("was_made", [True, False])
def test_a_refund_whose_key_the_provider_forgot_is_looked_for_and_never_made_twice(
    cast: Cast, paid: Any, sandbox: Sandbox, stripe_client: sdk.StripeClient, moved_clock: Any, was_made: bool
) -> None:
    sandbox.faults(fail_next_500=9)
    assert refund(cast.finance, paid["id"], amount=10000).status_code == 503
    sandbox.faults(reset=True)
    row, intent_id = Refund.objects.get(), Attempt.objects.get().intent_id or ""
    if was_made:
        stripe_client.v1.refunds.create(
            {"payment_intent": intent_id, "amount": 10000, "metadata": {"refund": str(row.pk)}}
        )
    with moved_clock(timedelta(hours=25)):
        refund_loop.drain()
    row.refresh_from_db()
    assert row.state == ("succeeded" if was_made else "failed")
    made = stripe_client.v1.refunds.list({"payment_intent": intent_id})
    assert [one.amount for one in made.data] == ([10000] if was_made else [])
    books.assert_books_balance()
