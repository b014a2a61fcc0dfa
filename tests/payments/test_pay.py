"""Paying bills: the real SDK, the sandbox process, signed events, one charge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from backend.core.audit import AuditRow
from backend.env import env
from notifications.notice import Notice
from payments.models import Attempt, Payment, Posting
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.paying import intent_of, pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "action"),
    [("card", None), ("alipay", "alipay_handle_redirect"), ("wechat_pay", "wechat_pay_display_qr_code")],
)
def test_a_bill_is_paid(cast: Cast, tap: Callable[..., None], method: str, action: str | None) -> None:
    bill = books.electricity(cast.home)
    started = pay(cast.wang, bill, method=method, return_url="https://example.org/back")
    assert started.status_code == 201, started.content
    body = started.json()
    assert (body["state"], body["amount"], body["currency"]) == ("pending", 14949, "CNY")
    assert body["client_secret"] == body["parts"][0]["client_secret"] != ""
    assert (body["next_action"] or {}).get("type") == action
    assert (body["publishable_key"], body["stripe_api_base"]) == ("pk_test_payments", env.stripe_api_base)
    tap(intent_of(started))
    done = Http(cast.wang).get(f"/payments/{body['id']}").json()
    assert (done["state"], done["client_secret"], done["next_action"]) == ("paid", None, None)
    shown = Http(cast.wang).get(f"/bills/{bill.pk}").json()
    assert (shown["state"], shown["paid"], shown["posted_at_biller"]) == ("paid", 14949, None)
    assert books.book(bill.payee, "1012") == 14949
    assert books.book(bill.payee, "1122") == 0
    books.assert_books_balance()
    assert [notice.person_id for notice in Notice.objects.filter(topic="payment.received")] == [cast.wang.id]
    assert AuditRow.objects.filter(event="payment.paid").count() == 1


def test_what_is_paid_to_a_company_is_posted_at_once(cast: Cast, sandbox: Sandbox, tap: Callable[..., None]) -> None:
    bill = books.property_fee(cast.home, cast.company)
    tap(intent_of(pay(cast.wang, bill)))
    bill.refresh_from_db()
    assert bill.state == "paid"
    assert bill.posted_at_biller is not None


def test_a_card_given_by_its_id_is_charged_at_once(cast: Cast, sandbox: Sandbox) -> None:
    answer = pay(cast.wang, books.electricity(cast.home), payment_method_id="pm_card_visa")
    assert (answer.status_code, answer.json()["state"]) == (201, "paid"), answer.content
    books.assert_books_balance()


def test_bills_of_two_payees_are_one_payment_of_two_parts(cast: Cast, tap: Callable[..., None]) -> None:
    electricity, fee = books.electricity(cast.home), books.property_fee(cast.home, cast.company)
    started = pay(cast.wang, electricity, fee)
    body = started.json()
    assert body["amount"] == electricity.amount + fee.amount
    assert body["client_secret"] is None
    assert {part["payee"]["name"]: part["amount"] for part in body["parts"]} == {
        "演示供电公司": 14949,
        "演示物业": 25060,
    }
    tap(intent_of(started, 0))
    assert Http(cast.wang).get(f"/payments/{body['id']}").json()["state"] == "pending"
    tap(intent_of(started, 1))
    assert Http(cast.wang).get(f"/payments/{body['id']}").json()["state"] == "paid"
    seen = Http(cast.finance).get(f"/payments/{body['id']}").json()
    assert (seen["amount"], [part["payee"]["name"] for part in seen["parts"]]) == (25060, ["演示物业"])
    assert seen["client_secret"] is None


def test_a_declined_card_frees_the_bill_for_another_try(cast: Cast, sandbox: Sandbox, tap: Callable[..., None]) -> None:
    bill = books.electricity(cast.home)
    declined = pay(cast.wang, bill, payment_method_id="pm_card_visa_chargeDeclined").json()
    assert (declined["state"], declined["parts"][0]["failure"]) == ("failed", "generic_decline")
    assert Notice.objects.filter(topic="payment.failed").count() == 1
    again = pay(cast.wang, bill)
    assert again.json()["id"] != declined["id"]
    tap(intent_of(again))
    bill.refresh_from_db()
    assert bill.state == "paid"
    assert Payment.objects.count() == 2


def test_a_failed_intent_can_never_be_paid_later(cast: Cast, tap: Callable[..., None], stripe_client: Any) -> None:
    started = pay(cast.wang, books.electricity(cast.home), method="alipay")
    tap(intent_of(started), "fail")
    assert Http(cast.wang).get(f"/payments/{started.json()['id']}").json()["state"] == "failed"
    assert stripe_client.v1.payment_intents.retrieve(intent_of(started)).status == "canceled"


def test_the_same_person_again_gets_the_payment_under_way(cast: Cast, sandbox: Sandbox) -> None:
    bill = books.electricity(cast.home)
    first, second = pay(cast.wang, bill), pay(cast.wang, bill)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_another_of_the_household_is_told_that_it_is_being_paid(cast: Cast, sandbox: Sandbox) -> None:
    bill = books.electricity(cast.home)
    cast.pending.user.residencies.update(state="confirmed")
    pay(cast.wang, bill)
    answer = pay(cast.pending, bill)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-in-progress")


def test_more_bills_than_those_under_way_are_not_smuggled_in(cast: Cast, sandbox: Sandbox) -> None:
    first, second = books.electricity(cast.home), books.property_fee(cast.home, cast.company)
    running = pay(cast.wang, first).json()
    answer = pay(cast.wang, first, second)
    assert (answer.status_code, answer.json()["own"]) == (409, [running["id"]])


def test_the_key_is_required_and_gives_the_same_answer_again(cast: Cast, sandbox: Sandbox) -> None:
    bill = books.electricity(cast.home)
    bare = Http(cast.wang).post("/payments", {"bill_ids": [str(bill.pk)], "method": "card"})
    assert (bare.status_code, bare.json()["code"]) == (422, "idempotency-key-required")
    first, again = pay(cast.wang, bill, key="k"), pay(cast.wang, bill, key="k")
    assert again["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (201, first.json())
    other = pay(cast.wang, bill, key="k", method="alipay")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_an_id_of_ones_own_can_be_given(cast: Cast, sandbox: Sandbox) -> None:
    bill, other = books.electricity(cast.home), books.electricity(cast.neighbour_home)
    made = str(uuid4())
    assert pay(cast.wang, bill, id=made).json()["id"] == made
    assert pay(cast.wang, bill, id=made).status_code == 200
    taken = pay(cast.neighbour, other, id=made)
    assert (taken.status_code, taken.json()["code"]) == (409, "id-taken")


@pytest.mark.parametrize(("who", "status"), [("neighbour", 404), ("outsider", 404), ("finance", 403), ("admin", 403)])
def test_only_the_household_pays(cast: Cast, sandbox: Sandbox, who: str, status: int) -> None:
    bill = books.property_fee(cast.home, cast.company)
    assert pay(cast[who], bill).status_code == status
    assert not Payment.objects.exists()


def test_a_paid_bill_is_not_paid_again(cast: Cast, sandbox: Sandbox) -> None:
    bill = books.electricity(cast.home)
    pay(cast.wang, bill, payment_method_id="pm_card_visa")
    answer = pay(cast.wang, bill)
    assert (answer.status_code, answer.json()["code"]) == (409, "bill-not-open")
    assert answer.json()["bills"] == [str(bill.pk)]


@pytest.mark.parametrize(
    "body",
    [
        {"bill_ids": [], "method": "card"},
        {"bill_ids": ["x"], "method": "card"},
        {"bill_ids": [str(uuid4())], "method": "cash"},
        {"bill_ids": [str(uuid4())], "method": "alipay", "return_url": "javascript:alert(1)"},
        {"bill_ids": [str(uuid4())], "method": "card", "payment_method_id": "4242424242424242"},
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, sandbox: Sandbox, body: Any) -> None:
    assert Http(cast.wang).post("/payments", body, headers={"Idempotency-Key": "k"}).status_code == 422


def test_one_bill_twice_is_refused(cast: Cast, sandbox: Sandbox) -> None:
    bill = books.electricity(cast.home)
    assert pay(cast.wang, bill, bill).status_code == 422


def test_without_keys_payments_are_not_set_up(cast: Cast) -> None:
    answer = pay(cast.wang, books.electricity(cast.home))
    assert (answer.status_code, answer.json()["code"]) == (503, "payments-unconfigured")
    assert not Payment.objects.exists()


def test_a_payment_is_cancelled_at_the_provider(cast: Cast, sandbox: Sandbox, stripe_client: Any) -> None:
    bill = books.electricity(cast.home)
    started = pay(cast.wang, bill, method="wechat_pay")
    path = f"/payments/{started.json()['id']}/cancel"
    assert Http(cast.neighbour).post(path).status_code == 404
    cancelled = Http(cast.wang).post(path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert stripe_client.v1.payment_intents.retrieve(intent_of(started)).status == "canceled"
    assert Http(cast.wang).post(path).status_code == 409
    assert pay(cast.wang, bill).status_code == 201


def test_cancelling_what_was_just_paid_leaves_it_paid(cast: Cast, sandbox: Sandbox) -> None:
    started = pay(cast.wang, books.electricity(cast.home))
    sandbox.authorize(intent_of(started))
    answer = Http(cast.wang).post(f"/payments/{started.json()['id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "paid")
    assert Posting.objects.filter(kind="payment").count() == 1


def test_the_clients_secret_is_stored_sealed(cast: Cast, sandbox: Sandbox) -> None:
    started = pay(cast.wang, books.electricity(cast.home)).json()
    kept = bytes(Attempt.objects.get().client or b"")
    assert started["client_secret"].encode() not in kept


def test_a_payees_own_merchant_account_gets_the_money(cast: Cast, sandbox: Sandbox, stripe_client: Any) -> None:
    bill = books.property_fee(cast.home, cast.company)
    bill.payee.merchant_account = "acct_1Demo0000000000"
    bill.payee.save()
    intent = stripe_client.v1.payment_intents.retrieve(intent_of(pay(cast.wang, bill)))
    assert intent.transfer_data.destination == "acct_1Demo0000000000"
