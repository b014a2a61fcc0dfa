"""The books: the database itself refuses what does not balance, and any change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from backend.core.clock import now
from payments import ledger
from payments.ledger import Amount, Book
from payments.models import Entry, LedgerAccount, Payee, Posting
from tests.cast import Cast, Http
from tests.payments import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def payee(cast: Cast) -> Payee:
    return books.property_fee(cast.home, cast.company).payee


def checked() -> None:
    """Check now what the database checks at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_a_balanced_posting_is_kept(payee: Payee) -> None:
    ledger.post(payee, "test", "t:1", [Amount(Book.CLEARING, 5), Amount(Book.REVENUE, -3), Amount(Book.ADVANCES, -2)])
    checked()


@pytest.mark.parametrize(
    "amounts",
    [
        [Amount(Book.CLEARING, 5), Amount(Book.REVENUE, -4)],
        [Amount(Book.CLEARING, 5)],
        [],
    ],
    ids=["unbalanced", "one-sided", "empty"],
)
def test_what_does_not_balance_is_refused(payee: Payee, amounts: list[Amount]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post(payee, "test", "t:1", amounts)
        checked()


def test_currencies_balance_each_for_itself(payee: Payee) -> None:
    posting = ledger.post(payee, "test", "t:1", [Amount(Book.CLEARING, 5), Amount(Book.REVENUE, -5)])
    account = LedgerAccount.objects.get(payee=payee, code=Book.CLEARING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(posting=posting, account=account, amount=1, currency="CNY")
        Entry.objects.create(posting=posting, account=account, amount=-1, currency="HKD")
        checked()


def test_a_closed_posting_takes_no_more_entries(payee: Payee) -> None:
    posting = Posting.objects.get()
    account = LedgerAccount.objects.get(payee=payee, code=Book.CLEARING)
    with pytest.raises(IntegrityError), transaction.atomic():
        for amount in (7, -7):
            Entry.objects.create(posting=posting, account=account, amount=amount, currency="CNY")
        checked()


def test_a_posting_stays_within_one_payees_books(cast: Cast, payee: Payee) -> None:
    stranger = books.electricity(cast.home).payee
    theirs = LedgerAccount.objects.get(payee=stranger, code=Book.REVENUE)
    ours = LedgerAccount.objects.get(payee=payee, code=Book.CLEARING)
    with pytest.raises(IntegrityError), transaction.atomic():
        posting = Posting.objects.create(payee=payee, kind="t", dedupe_key="t", posted_at=now(), lines=2)
        Entry.objects.create(posting=posting, account=ours, amount=7, currency="CNY")
        Entry.objects.create(posting=posting, account=theirs, amount=-7, currency="CNY")
        checked()


def test_a_fact_is_posted_once(payee: Payee) -> None:
    amounts = [Amount(Book.CLEARING, 5), Amount(Book.REVENUE, -5)]
    ledger.post(payee, "test", "t:1", amounts)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post(payee, "test", "t:1", amounts)


@pytest.mark.parametrize("table", ["payments_entry", "payments_posting"])
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_nothing_in_the_books_is_changed(payee: Payee, table: str, change: str) -> None:
    with pytest.raises((ProgrammingError, IntegrityError), match="never changed"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(change.format(table))


def test_the_trial_balance_is_the_readers_own(cast: Cast, payee: Payee) -> None:
    books.electricity(cast.home)
    seen = Http(cast.finance).get("/ledger/trial-balance").json()
    assert (seen["total"], seen["currency"]) == (0, "CNY")
    assert {row["payee"] for row in seen["accounts"]} == {"演示物业"}
    assert {row["code"]: (row["debit"], row["credit"]) for row in seen["accounts"]} == {
        "1012": (0, 0),
        "1122": (25060, 0),
        "2203": (0, 0),
        "6001": (0, 25060),
    }
    everything = Http(cast.auditor).get("/ledger/trial-balance").json()
    assert (everything["total"], len(everything["accounts"])) == (0, 8)
    assert Http(cast.wang).get("/ledger/trial-balance").status_code == 403


def test_a_statement_lists_its_entries(cast: Cast, payee: Payee) -> None:
    account = LedgerAccount.objects.get(payee=payee, code=Book.RECEIVABLE)
    seen = Http(cast.finance, **{"Accept-Language": "en"}).get(f"/ledger/accounts/{account.pk}").json()
    assert (seen["name"], seen["balance"], seen["next"]) == ("Accounts receivable", 25060, None)
    assert [(item["kind"], item["amount"]) for item in seen["items"]] == [("bill", 25060)]
    other = LedgerAccount.objects.get(payee=books.electricity(cast.home).payee, code=Book.RECEIVABLE)
    assert Http(cast.finance).get(f"/ledger/accounts/{other.pk}").status_code == 404


def test_arrears_begin_the_day_after_the_due_date(cast: Cast) -> None:
    bill = books.electricity(cast.home)
    assert bill.arrears(bill.due_on) == 0
    assert bill.arrears(bill.due_on + timedelta(days=1)) == bill.amount
