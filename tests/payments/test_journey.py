"""Reading → bill → pay → the sandbox's own signed webhooks → books → receipt → notice, with nothing called by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import BEIJING, now
from backend.env import env
from payments.billing import issue_bill, month
from payments.models import Bill, Payment
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.paying import intent_of, pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hooked(sandbox: Sandbox, live_server: Any, stripe_client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sandbox sends its webhooks to a server of ours, each twice and the newest first."""
    url = f"{live_server.url}/api/v1/webhooks/stripe"
    endpoint = stripe_client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    monkeypatch.setattr(env, "stripe_webhook_secret", endpoint.secret)
    sandbox.faults(duplicate=1, reorder=1)
    yield
    stripe_client.v1.webhook_endpoints.delete(endpoint.id)


def until(check: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.parametrize("method", ["card", "alipay", "wechat_pay"])
def test_from_the_reading_to_the_receipt(cast: Cast, hooked: None, sandbox: Sandbox, method: str) -> None:
    payee = books.make_payee("演示供电公司")
    account = books.make_account(cast.home, payee, books.make_tariff(payee, books.ELECTRICITY), "electricity")
    meter = books.make_meter(account, on=(now() - timedelta(days=40)).date())
    read_at = now() - timedelta(minutes=1)
    reading = Http(cast.wang).post(f"/meters/{meter.pk}/readings", {"value": "1300", "read_at": read_at.isoformat()})
    assert reading.status_code == 201, reading.content
    day = read_at.astimezone(BEIJING)
    start, end = month(day.year, day.month)
    issue_bill(books.SYSTEM, account_id=account.pk, period_start=start, period_end=end)
    [bill] = Http(cast.wang).get("/bills?state=open").json()["items"]
    assert [line["amount"] for line in bill["lines"]] == [11719, 3230]
    started = pay(cast.wang, Bill(pk=bill["id"]), method=method, return_url="https://example.org/back")
    assert started.status_code == 201, started.content
    sandbox.authorize(intent_of(started))
    until(lambda: Payment.objects.get().state == "paid")
    assert Http(cast.wang).get(f"/bills/{bill['id']}").json()["state"] == "paid"
    books.assert_books_balance()
    seen = Http(cast.auditor).get("/ledger/trial-balance").json()
    assert {row["code"]: row["debit"] - row["credit"] for row in seen["accounts"]} == {
        "1012": 14949,
        "1122": 0,
        "2203": 0,
        "6001": -14949,
    }
    receipt = Http(cast.wang).get(f"/payments/{started.json()['id']}/receipt.pdf")
    assert receipt.content.startswith(b"%PDF")
    told = [item["topic"] for item in Http(cast.wang).get("/inbox").json()["items"]]
    assert sorted(told) == ["bill.issued", "payment.received"]


def test_a_refused_tap_ends_as_failed_within_seconds(cast: Cast, hooked: None, sandbox: Sandbox) -> None:
    started = pay(cast.wang, books.electricity(cast.home), method="wechat_pay")
    sandbox.authorize(intent_of(started), "fail")
    until(lambda: Payment.objects.get().state == "failed")
