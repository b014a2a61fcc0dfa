"""Many at once: forty threads pay one bill, eight deliver the same events. One charge, one posting."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from payments import checkout, settle
from payments.models import Attempt, Payment, Posting, ProviderEvent, Refund
from payments.providers import stripe
from payments.refunds import refund
from tests.cast import Cast
from tests.payments import books
from tests.payments.paying import intent_of, pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
Barrier = Callable[[int, Callable[[int], Any]], list[Any]]


def as_app(call: Callable[[], Any]) -> Any:
    """Run in the role that serves people, on this thread's own connection."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE yike_app")
    return call()


@pytest.fixture
def at_provider(stripe_client: Any) -> Callable[[Payment], list[str]]:
    """The states of all intents that the provider has of a payment."""

    def states(payment: Payment) -> list[str]:
        listed = stripe_client.v1.payment_intents.list({"limit": 100}).auto_paging_iter()
        return [one.status for one in listed if one.metadata.to_dict().get("payment") == str(payment.pk)]

    return states


def test_forty_threads_pay_one_bill_and_it_is_charged_once(
    cast: Cast, sandbox: Sandbox, barrier: Barrier, at_provider: Callable[[Payment], list[str]]
) -> None:
    bill = books.electricity(cast.home)
    actor = cast.wang.actor
    results = barrier(
        40,
        lambda _: as_app(
            lambda: checkout.pay(actor, bill_ids=[bill.pk], method="card", payment_method_id="pm_card_visa")
        ),
    )
    refused = [result for result in results if isinstance(result, Exception)]
    assert {getattr(error, "code", repr(error)) for error in refused} <= {"bill-not-open"}
    payment = Payment.objects.get()
    assert payment.state == "paid"
    assert at_provider(payment) == ["succeeded"]
    assert Posting.objects.filter(kind="payment").count() == 1
    bill.refresh_from_db()
    assert (bill.state, bill.paid) == ("paid", bill.amount)
    books.assert_books_balance()


def test_two_of_a_household_cannot_both_begin(cast: Cast, sandbox: Sandbox, barrier: Barrier) -> None:
    bill = books.electricity(cast.home)
    cast.pending.user.residencies.update(state="confirmed")
    actors = [cast.wang.actor, cast.pending.actor]
    results = barrier(16, lambda i: checkout.pay(actors[i % 2], bill_ids=[bill.pk], method="alipay"))
    assert Payment.objects.count() == 1
    winner = Payment.objects.get().payer_id
    for i, result in enumerate(results):
        if actors[i % 2].person_id == winner:
            assert result.pk == Payment.objects.get().pk
        else:
            assert result.code == "payment-in-progress"


def test_one_id_for_two_bills_at_once_is_one_payment_and_a_clear_refusal(
    cast: Cast, sandbox: Sandbox, barrier: Barrier
) -> None:
    bills = [books.electricity(cast.home).pk, books.property_fee(cast.home, cast.company).pk]
    actor, made = cast.wang.actor, uuid4()
    results = barrier(8, lambda i: checkout.pay(actor, id=made, bill_ids=[bills[i % 2]], method="alipay"))
    assert Payment.objects.get().pk == made
    refused = [result for result in results if isinstance(result, Exception)]
    assert {getattr(error, "code", repr(error)) for error in refused} <= {"id-taken"}


def test_bills_in_any_order_do_not_lock_each_other_out(cast: Cast, sandbox: Sandbox, barrier: Barrier) -> None:
    bills = [books.electricity(cast.home).pk for _ in range(4)]
    actor = cast.wang.actor

    def begin(i: int) -> Payment:
        return checkout.pay(actor, bill_ids=random.Random(i).sample(bills, 4), method="card")

    results = barrier(8, begin)
    assert {result.pk for result in results} == {Payment.objects.get().pk}


def test_events_three_times_and_shuffled_from_eight_threads_make_one_posting(
    cast: Cast,
    sandbox: Sandbox,
    barrier: Barrier,
    events: Callable[[str], list[dict[str, Any]]],
    deliver: Callable[..., Any],
) -> None:
    heard: list[dict[str, Any]] = []
    for home in (cast.home, cast.neighbour_home):
        member = cast.wang if home == cast.home else cast.neighbour
        started = pay(member, books.electricity(home), books.property_fee(home, cast.company))
        for part in (0, 1):
            intent_id = intent_of(started, part)
            sandbox.authorize(intent_id)
            heard += events(intent_id)

    def thread(i: int) -> list[int]:
        shuffled = heard * 3
        random.Random(i).shuffle(shuffled)
        return [deliver(event).status_code for event in shuffled]

    statuses = {status for result in barrier(8, thread) for status in result}
    assert statuses == {200}
    assert [payment.state for payment in Payment.objects.all()] == ["paid", "paid"]
    assert Posting.objects.filter(kind="payment").count() == 4
    assert ProviderEvent.objects.count() == len({event["id"] for event in heard})
    books.assert_books_balance()


def test_a_refund_asked_for_by_many_gives_back_no_more_than_was_paid(
    cast: Cast, sandbox: Sandbox, barrier: Barrier, stripe_client: Any
) -> None:
    paid = pay(cast.wang, books.property_fee(cast.home, cast.company), payment_method_id="pm_card_visa").json()
    actor = cast.finance.actor
    barrier(12, lambda _: refund(actor, payment_id=paid["id"], amount=10_000, reason="duplicate"))
    assert [row.state for row in Refund.objects.all()] == ["succeeded", "succeeded"]
    assert Attempt.objects.get().refunded == 20_000
    books.assert_books_balance()


def pay_or_cancel(actor: Any, attempt: Attempt, thread: int) -> Any:
    """Thread 0 is the payer's device at the provider and its event; thread 1 cancels."""
    if thread:
        return checkout.cancel(actor, payment_id=attempt.payment_id)
    order = checkout.order_of(attempt)
    said = stripe.confirm(attempt.intent_id or "", order, payment_method="pm_card_visa", return_url="https://e.org")
    return settle.settle(settle.SYSTEM, attempt_id=attempt.pk, intent=said)


def test_paying_and_cancelling_at_once_ends_as_the_provider_says(
    cast: Cast, sandbox: Sandbox, barrier: Barrier, at_provider: Callable[[Payment], list[str]]
) -> None:
    actor = cast.wang.actor
    for _ in range(5):
        payment = checkout.pay(actor, bill_ids=[books.electricity(cast.home).pk], method="card")
        attempt = payment.parts.get()
        barrier(2, partial(pay_or_cancel, actor, attempt))
        payment.refresh_from_db()
        [state] = at_provider(payment)
        assert {"succeeded": "paid", "canceled": "cancelled"}[state] == payment.state
    books.assert_books_balance()
