"""Shapes of the books. Money is whole fen; debit is positive."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from api.schemas.bills import named
from payments.ledger import Book
from payments.models import Entry, LedgerAccount


class BalanceOut(Schema):
    id: UUID
    code: str
    name: str
    payee: str
    debit: int
    credit: int


class TrialBalanceOut(Schema):
    """`total` is debit less credit over all accounts: 0, or the books are broken."""

    currency: str
    total: int
    accounts: list[BalanceOut]

    @classmethod
    def of(cls, rows: list[dict[str, Any]], currency: str, tongue: str) -> TrialBalanceOut:
        return cls(
            currency=currency,
            total=sum(row["debit"] - row["credit"] for row in rows),
            accounts=[
                BalanceOut(
                    id=row["account"].pk,
                    code=row["account"].code,
                    name=named(row["account"], tongue),
                    payee=named(row["account"].payee, tongue),
                    debit=row["debit"],
                    credit=row["credit"],
                )
                for row in rows
            ],
        )


class EntryOut(Schema):
    posting_id: UUID
    kind: str
    posted_at: datetime
    amount: int = Field(description="fen; debit positive, credit negative")
    currency: str
    bill_id: UUID | None

    @classmethod
    def of(cls, entry: Entry) -> EntryOut:
        return cls(
            posting_id=entry.posting_id,
            kind=entry.posting.kind,
            posted_at=entry.posting.posted_at,
            amount=entry.amount,
            currency=entry.currency,
            bill_id=entry.bill_id,
        )


class StatementOut(Schema):
    """One account of the books; `items` newest first."""

    id: UUID
    code: str
    name: str
    payee: str
    balance: int = Field(description="fen, debit positive")
    items: list[EntryOut]
    next: str | None

    @classmethod
    def of(cls, account: LedgerAccount, items: dict[str, Any], tongue: str) -> StatementOut:
        return cls(
            id=account.pk,
            code=Book(account.code).value,
            name=named(account, tongue),
            payee=named(account.payee, tongue),
            balance=int(getattr(account, "balance", 0)),
            items=items["items"],
            next=items["next"],
        )
