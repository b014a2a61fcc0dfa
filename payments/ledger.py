"""Writing and reading the books.

Debits are positive, credits negative, in fen. A fact is posted once, under its dedupe key; a correction is a new posting. The
database itself refuses, at the commit, a posting that does not sum to zero, and any later change (migration 0002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet, Sum

from backend.core.clock import now
from backend.people.actor import Actor
from payments.models import Bill, Entry, LedgerAccount, Payee, Posting


class Book(StrEnum):
    """The accounts every payee has, by code of the Chinese accounting standards (企业会计准则应用指南)."""

    CLEARING = "1012"
    RECEIVABLE = "1122"
    ADVANCES = "2203"
    REVENUE = "6001"


NAMES: dict[Book, tuple[str, str]] = {
    Book.CLEARING: ("其他货币资金（支付平台）", "Cash at the payment provider"),
    Book.RECEIVABLE: ("应收账款", "Accounts receivable"),
    Book.ADVANCES: ("预收账款", "Customer advances"),
    Book.REVENUE: ("主营业务收入", "Revenue"),
}


@dataclass(frozen=True)
class Amount:
    """One side of a posting: fen, debit positive."""

    book: Book
    fen: int
    bill: Bill | None = None


def is_posted(dedupe_key: str) -> bool:
    """Whether this fact is in the books."""
    return Posting.objects.filter(dedupe_key=dedupe_key).exists()


def post(payee: Payee, kind: str, dedupe_key: str, amounts: Sequence[Amount], *, currency: str = "CNY") -> Posting:
    """Post one fact (inside a verb); amounts of zero are left out.

    Raises IntegrityError when the fact is posted already or the amounts do not sum to zero.
    """
    amounts = [amount for amount in amounts if amount.fen]
    accounts = _accounts(payee)
    posting = Posting.objects.create(
        payee=payee,
        company_id=payee.company_id,
        kind=kind,
        dedupe_key=dedupe_key,
        posted_at=now(),
        lines=len(amounts),
    )
    Entry.objects.bulk_create(
        Entry(
            posting=posting,
            account=accounts[amount.book],
            company_id=payee.company_id,
            bill=amount.bill,
            amount=amount.fen,
            currency=currency,
        )
        for amount in amounts
    )
    return posting


def _accounts(payee: Payee) -> dict[Book, LedgerAccount]:
    """The payee's accounts, made at the first posting."""
    found = {Book(account.code): account for account in payee.ledger_accounts.all()}
    missing = [book for book in Book if book not in found]
    if missing:
        LedgerAccount.objects.bulk_create(
            (
                LedgerAccount(
                    payee=payee, company_id=payee.company_id, code=book, name_zh=NAMES[book][0], name_en=NAMES[book][1]
                )
                for book in missing
            ),
            ignore_conflicts=True,
        )
        found = {Book(account.code): account for account in LedgerAccount.objects.filter(payee=payee)}
    return found


def trial_balance(actor: Actor, *, currency: str = "CNY") -> list[dict[str, Any]]:
    """Debit and credit totals of every account the actor may read, in fen; they add up to zero in every set of books."""
    in_currency = Q(entries__currency=currency)
    accounts = (
        LedgerAccount.objects.visible_to(actor)
        .select_related("payee")
        .annotate(
            debit=Sum("entries__amount", filter=in_currency & Q(entries__amount__gt=0), default=0),
            credit=Sum("entries__amount", filter=in_currency & Q(entries__amount__lt=0), default=0),
        )
        .order_by("payee__name_en", "payee_id", "code")
    )
    return [{"account": account, "debit": account.debit, "credit": -account.credit} for account in accounts]


def statement(account: LedgerAccount) -> QuerySet[Entry]:
    """The entries of one account with their postings."""
    return account.entries.select_related("posting", "bill")
