"""A crash between the steps is healed by reading, never by a second charge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.env import env
from payments import checkout, orders, settle
from payments.due import attempt_loop
from payments.models import Allocation, Attempt, Bill, Payment, Posting
from payments.providers import stripe
from payments.providers.facts import Order
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.paying import intent_of, pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Crash(BaseException):
    """The process dies here."""


def crash(*args: Any, **kwargs: Any) -> None:
    raise Crash


def intents(stripe_client: Any, payment: Payment) -> list[Any]:
    """All intents at the provider that belong to a payment."""
    listed = stripe_client.v1.payment_intents.list({"limit": 100}).auto_paging_iter()
    return [one for one in listed if one.metadata.to_dict().get("payment") == str(payment.pk)]


@pytest.mark.parametrize(
    ("place", "name"),
    [(stripe, "create"), (settle, "attach"), (stripe, "confirm"), (orders, "show")],
    ids=["before-create", "after-create", "before-confirm", "before-answer"],
)
def test_the_same_request_goes_on_after_a_crash(
    cast: Cast, sandbox: Sandbox, stripe_client: Any, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    bill = books.electricity(cast.home)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, crash)
        with pytest.raises(Crash):
            pay(cast.wang, bill, method="alipay", key="k")
    again = pay(cast.wang, bill, method="alipay", key="k")
    assert again.status_code == 201, again.content
    assert again.json()["state"] == "pending"
    assert again.json()["next_action"]["type"] == "alipay_handle_redirect"
    assert len(intents(stripe_client, Payment.objects.get())) == 1


@pytest.mark.parametrize(("place", "name"), [(stripe, "create"), (settle, "attach")], ids=["before", "after"])
def test_an_abandoned_attempt_ends_at_the_provider_and_frees_the_bill(
    cast: Cast,
    sandbox: Sandbox,
    stripe_client: Any,
    monkeypatch: pytest.MonkeyPatch,
    moved_clock: Any,
    place: Any,
    name: str,
) -> None:
    bill = books.electricity(cast.home)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, crash)
        with pytest.raises(Crash):
            pay(cast.wang, bill)
    payment = Payment.objects.get()
    with moved_clock(MINUTE):
        assert attempt_loop.drain() == 1
    assert Attempt.objects.get().state == "pending"
    with moved_clock(orders.LIVES):
        assert attempt_loop.drain() == 1
    payment.refresh_from_db()
    assert payment.state == "cancelled"
    assert [one.status for one in intents(stripe_client, payment)] == ["canceled"]
    assert not Allocation.objects.filter(is_active=True).exists()
    assert pay(cast.wang, bill).status_code == 201


def test_a_payment_of_which_no_event_came_is_found(cast: Cast, sandbox: Sandbox, moved_clock: Any) -> None:
    intent_id = intent_of(pay(cast.wang, books.electricity(cast.home), method="wechat_pay"))
    sandbox.authorize(intent_id)
    with moved_clock(3 * MINUTE):
        assert attempt_loop.drain() == 1
    assert Payment.objects.get().state == "paid"
    assert attempt_loop.next_due() is None


def test_what_was_paid_in_the_last_second_stays_paid(cast: Cast, sandbox: Sandbox, moved_clock: Any) -> None:
    sandbox.authorize(intent_of(pay(cast.wang, books.electricity(cast.home))))
    with moved_clock(orders.LIVES + MINUTE):
        attempt_loop.drain()
    assert Payment.objects.get().state == "paid"


def test_a_lost_answer_is_not_a_second_intent(cast: Cast, sandbox: Sandbox, stripe_client: Any) -> None:
    bill = books.electricity(cast.home)
    sandbox.faults(lose_reply_next=1)
    assert pay(cast.wang, bill, key="k").status_code == 201
    assert len(intents(stripe_client, Payment.objects.get())) == 1


def test_a_charge_whose_answer_was_lost_is_one_charge(cast: Cast, sandbox: Sandbox, stripe_client: Any) -> None:
    bill = books.electricity(cast.home)
    sandbox.faults(lose_reply_next=2)
    pay(cast.wang, bill, key="k", payment_method_id="pm_card_visa")
    assert [one.status for one in intents(stripe_client, Payment.objects.get())] == ["succeeded"]
    bill.refresh_from_db()
    assert bill.state == "paid"
    books.assert_books_balance()


def test_a_provider_out_of_reach_is_said_and_the_same_key_goes_on(
    cast: Cast, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = books.electricity(cast.home)
    with monkeypatch.context() as patch:
        patch.setattr(env, "stripe_api_base", "http://127.0.0.1:9")
        answer = pay(cast.wang, bill, key="k")
        assert (answer.status_code, answer.json()["code"]) == (503, "payment-provider-unreachable")
        assert answer["Retry-After"]
    assert Bill.objects.get().state == "open"
    again = pay(cast.wang, bill, key="k")
    assert (again.status_code, again.json()["state"]) == (201, "pending")
    assert Payment.objects.count() == 1


def test_a_wrong_key_of_the_provider_is_said_without_the_key(
    cast: Cast, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(env, "stripe_secret_key", "sk_live_topsecret")
    answer = pay(cast.wang, books.electricity(cast.home))
    assert (answer.status_code, answer.json()["code"]) == (503, "payments-unconfigured")
    assert "topsecret" not in caplog.text + answer.content.decode()


def test_what_the_provider_refuses_frees_the_bill(
    cast: Cast, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = books.electricity(cast.home)
    with monkeypatch.context() as patch:
        patch.setattr(checkout, "order_of", lambda attempt: _refused(attempt))
        answer = pay(cast.wang, bill)
    assert (answer.status_code, answer.json()["code"]) == (503, "payment-provider-refused")
    assert Payment.objects.get().state == "failed"
    assert pay(cast.wang, bill).status_code == 201


def _refused(attempt: Attempt) -> Order:
    """An order by a method that the provider does not have."""
    return Order(str(attempt.pk), str(attempt.payment_id), attempt.amount, "CNY", "cowries", "", attempt.created_at)


def test_an_attempt_older_than_its_key_is_looked_for_and_never_made_again(
    cast: Cast, sandbox: Sandbox, stripe_client: Any, monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    for name in ("create", "attach"):
        bill = books.electricity(cast.home)
        with monkeypatch.context() as patch:
            patch.setattr(stripe if name == "create" else settle, name, crash)
            with pytest.raises(Crash):
                pay(cast.wang, bill)
    never, made = Payment.objects.order_by("created_at")
    with moved_clock(timedelta(hours=25)):
        assert attempt_loop.drain() == 2
    states = dict(Payment.objects.values_list("pk", "state"))
    assert (states[never.pk], states[made.pk]) == ("failed", "cancelled")
    assert intents(stripe_client, never) == []
    assert [one.status for one in intents(stripe_client, made)] == ["canceled"]


def test_a_crash_while_settling_leaves_nothing_half_done(
    cast: Cast, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    bill = books.electricity(cast.home)
    sandbox.authorize(intent_of(pay(cast.wang, bill)))
    with monkeypatch.context() as patch:
        patch.setattr(settle.receipts, "issue", crash)
        with moved_clock(3 * MINUTE), pytest.raises(Crash):
            attempt_loop.drain()
    bill.refresh_from_db()
    assert (bill.paid, Posting.objects.filter(kind="payment").count()) == (0, 0)
    with moved_clock(10 * MINUTE):
        attempt_loop.drain()
    bill.refresh_from_db()
    assert bill.state == "paid"
    books.assert_books_balance()


def test_a_cancel_that_could_not_reach_the_provider_is_not_an_end(
    cast: Cast, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = pay(cast.wang, books.electricity(cast.home)).json()
    with monkeypatch.context() as patch:
        patch.setattr(env, "stripe_api_base", "http://127.0.0.1:9")
        assert Http(cast.wang).post(f"/payments/{started['id']}/cancel").status_code == 503
    assert Payment.objects.get().state == "pending"
    assert Http(cast.wang).post(f"/payments/{started['id']}/cancel").json()["state"] == "cancelled"
