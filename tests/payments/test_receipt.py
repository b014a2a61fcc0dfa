"""Receipts: Chinese text that can be read back, capitals, a code that anyone can check."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pypdf
import pytest

from payments.models import Receipt
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.paying import pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def pages(answer: Any) -> list[str]:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), answer.content[:200]
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages]


@pytest.fixture
def paid(cast: Cast, sandbox: Sandbox) -> Any:
    bills = [books.electricity(cast.home), books.property_fee(cast.home, cast.company)]
    first = pay(cast.wang, bills[0], payment_method_id="pm_card_visa").json()
    second = pay(cast.wang, bills[1], payment_method_id="pm_card_visa").json()
    return first, second


def test_a_receipt_says_all_it_must(cast: Cast, paid: Any) -> None:
    [text] = pages(Http(cast.wang).get(f"/payments/{paid[1]['id']}/receipt.pdf"))
    receipt = Receipt.objects.get(attempt__payment=paid[1]["id"])
    for needed in (
        receipt.number,
        receipt.code,
        "演示物业",
        "王奶奶",
        "物业费",
        "250.60",
        "贰佰伍拾元陆角整",
        "2026-09-01 – 2026-09-30",
        "89.5 m²",
        "本收据非税务发票",
        "not a tax invoice",
    ):
        assert needed in text, needed
    account_no = receipt.attempt.allocations.get().bill.account.account_no
    assert account_no not in text


def test_the_font_is_in_the_file(cast: Cast, paid: Any) -> None:
    answer = Http(cast.wang).get(f"/payments/{paid[0]['id']}/receipt.pdf")
    assert b"FontFile2" in answer.content
    assert len(answer.content) < 100_000


def test_the_payees_finance_reads_it_too_and_others_do_not(cast: Cast, paid: Any) -> None:
    path = f"/payments/{paid[1]['id']}/receipt.pdf"
    [copy] = pages(Http(cast.finance).get(path))
    assert "王奶奶" not in copy
    assert Http(cast.finance).get(f"/payments/{paid[0]['id']}/receipt.pdf").status_code == 404
    assert Http(cast.neighbour).get(path).status_code == 404
    assert Http(None).get(path).status_code == 401


def test_there_is_no_receipt_before_the_money(cast: Cast, sandbox: Sandbox) -> None:
    started = pay(cast.wang, books.electricity(cast.home)).json()
    assert started["parts"][0]["receipt"] is None
    assert Http(cast.wang).get(f"/payments/{started['id']}/receipt.pdf").status_code == 409


def test_anyone_with_the_code_can_check_it(cast: Cast, paid: Any, client_for: Callable[..., Any]) -> None:
    receipt = Receipt.objects.get(attempt__payment=paid[1]["id"])
    seen = client_for(None).get(f"/receipts/check/{receipt.code.lower()}")
    assert seen.json()["number"] == receipt.number
    assert (seen.json()["amount"], seen.json()["refunded"]) == (25060, 0)
    assert "王" not in seen.content.decode()
    Http(cast.finance).post(f"/payments/{paid[1]['id']}/refunds", {"amount": 60}, headers={"Idempotency-Key": "k"})
    assert client_for(None).get(f"/receipts/check/{receipt.code}").json()["refunded"] == 60
    assert client_for(None).get("/receipts/check/NOSUCHCODE").status_code == 404


def test_a_payment_to_two_payees_has_two_pages(cast: Cast, sandbox: Sandbox) -> None:
    bills = [books.electricity(cast.home), books.property_fee(cast.home, cast.company)]
    started = pay(cast.wang, *bills, payment_method_id="pm_card_visa").json()
    both = pages(Http(cast.wang).get(f"/payments/{started['id']}/receipt.pdf"))
    assert ["演示供电公司" in page for page in both].count(True) == 1
    assert len(both) == 2
    assert len(pages(Http(cast.finance).get(f"/payments/{started['id']}/receipt.pdf"))) == 1
