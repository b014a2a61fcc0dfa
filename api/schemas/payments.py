"""Shapes of accounts, bills, payments and the books. Money is whole fen (`amount`, `currency`); prices are yuan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from ninja import Field, Schema
from pydantic import field_validator

from backend.env import env
from payments.flow import State
from payments.ledger import Book
from payments.models import (
    Account,
    Attempt,
    Bill,
    Entry,
    LedgerAccount,
    Meter,
    Payee,
    Payment,
    Reading,
    Receipt,
    Refund,
)
from payments.reading import Seen
from payments.settle import client_of


def named(thing: Any, tongue: str) -> str:
    """`name_zh` or `name_en` by the reader's language."""
    return str(thing.name_en if tongue == "en" else thing.name_zh)


class PayeeOut(Schema):
    id: UUID
    name: str
    kind: Payee.Kind

    @classmethod
    def of(cls, payee: Payee, tongue: str) -> PayeeOut:
        return cls(id=payee.pk, name=named(payee, tongue), kind=Payee.Kind(payee.kind))


class ReadingIn(Schema):
    value: Decimal = Field(description="what the register shows, at most 3 decimals")
    read_at: datetime = Field(description="with an offset")
    photo_id: UUID | None = Field(None, description="a picture of the dial")

    @field_validator("read_at")
    @classmethod
    def _aware(cls, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("must have an offset")
        return at


class ReadingOut(Schema):
    id: UUID
    meter_id: UUID
    value: Decimal
    read_at: datetime
    source: Reading.Source

    @classmethod
    def of(cls, reading: Reading) -> ReadingOut:
        return cls(
            id=reading.pk,
            meter_id=reading.meter_id,
            value=_plain(reading.value),
            read_at=reading.read_at,
            source=Reading.Source(reading.source),
        )


class MeterOut(Schema):
    id: UUID
    register_no: str
    multiplier: Decimal
    last: ReadingOut | None

    @classmethod
    def of(cls, meter: Meter) -> MeterOut:
        last = next(iter(meter.readings.all()), None)
        shown = ReadingOut.of(last) if last else None
        return cls(id=meter.pk, register_no=meter.register, multiplier=_plain(meter.multiplier), last=shown)


class AccountOut(Schema):
    id: UUID
    home_id: UUID
    kind: Account.Kind
    mode: Account.Mode
    account_no: str = Field(description="户号")
    payee: PayeeOut
    tariff: str | None
    unit: str | None
    meter: MeterOut | None
    balance: int = Field(description="fen; negative: owed on open bills")
    currency: str = "CNY"

    @classmethod
    def of(cls, account: Account, tongue: str) -> AccountOut:
        meter = next(iter(account.meters.all()), None)
        return cls(
            id=account.pk,
            home_id=account.home_id,
            kind=Account.Kind(account.kind),
            mode=Account.Mode(account.mode),
            account_no=account.account_no,
            payee=PayeeOut.of(account.payee, tongue),
            tariff=named(account.tariff, tongue) if account.tariff else None,
            unit=account.tariff.unit if account.tariff else None,
            meter=MeterOut.of(meter) if meter else None,
            balance=-int(getattr(account, "owed", 0)),
        )


class LineOut(Schema):
    label: str
    tier: int
    quantity: Decimal
    unit: str
    unit_price: Decimal = Field(description="yuan for one unit")
    amount: int


class BillOut(Schema):
    id: UUID
    account_id: UUID
    account_no: str
    kind: Account.Kind
    home_id: UUID
    payee: PayeeOut
    period_start: date
    period_end: date = Field(description="the first day after the period")
    issued_at: datetime
    due_on: date
    quantity: Decimal
    unit: str
    lines: list[LineOut]
    amount: int
    currency: str
    state: Bill.State
    paid: int
    unpaid: int
    arrears: int = Field(description="fen unpaid after the due date")
    late_fee: int = Field(description="fen; 0 as no tariff here carries one")
    paid_at: datetime | None
    posted_at_biller: datetime | None = Field(description="when the biller's own books had it; null: not yet known")

    @classmethod
    def of(cls, bill: Bill, tongue: str) -> BillOut:
        return cls(
            id=bill.pk,
            account_id=bill.account_id,
            account_no=bill.account.account_no,
            kind=Account.Kind(bill.account.kind),
            home_id=bill.home_id,
            payee=PayeeOut.of(bill.payee, tongue),
            period_start=bill.period_start,
            period_end=bill.period_end,
            issued_at=bill.issued_at,
            due_on=bill.due_on,
            quantity=_plain(bill.quantity),
            unit=bill.unit,
            lines=[
                LineOut(
                    label=line.label_en if tongue == "en" else line.label_zh,
                    tier=line.tier,
                    quantity=_plain(line.quantity),
                    unit=line.unit,
                    unit_price=_plain(line.unit_price),
                    amount=line.amount,
                )
                for line in bill.lines.all()
            ],
            amount=bill.amount,
            currency=bill.currency,
            state=Bill.State(bill.state),
            paid=bill.paid,
            unpaid=bill.unpaid,
            arrears=bill.arrears(),
            late_fee=0,
            paid_at=bill.paid_at,
            posted_at_biller=bill.posted_at_biller,
        )


class PaymentIn(Schema):
    id: UUID | None = None
    bill_ids: list[UUID] = Field(min_length=1, max_length=50)
    method: Literal["card", "alipay", "wechat_pay"]
    payment_method_id: str | None = Field(
        None, pattern=r"^pm_[A-Za-z0-9_]{1,80}$", description="a card made by Stripe's SDK"
    )
    return_url: str | None = Field(
        None, max_length=500, description="where the wallet sends the payer back; proves nothing"
    )

    @field_validator("return_url")
    @classmethod
    def _web(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
            raise ValueError("must be a http or https address")
        return url


class ReceiptOut(Schema):
    number: str
    code: str = Field(description="verification code")
    url: str


class PartOut(Schema):
    id: UUID
    payee: PayeeOut
    amount: int
    currency: str
    refunded: int
    state: State
    bill_ids: list[UUID]
    failure: str = Field(description="the provider's code of a failed try, else empty")
    expires_at: datetime
    client_secret: str | None = Field(description="for the payer's device while the part is active")
    next_action: dict[str, Any] | None = Field(description="as Stripe gives it: a redirect or a QR code")
    receipt: ReceiptOut | None

    @classmethod
    def of(cls, part: Attempt, seen: Seen, tongue: str) -> PartOut:
        client = client_of(part) if seen.is_payer else {}
        receipt = getattr(part, "receipt", None)
        url = f"/api/v1/payments/{part.payment_id}/receipt.pdf"
        return cls(
            id=part.pk,
            payee=PayeeOut.of(part.payee, tongue),
            amount=part.amount,
            currency=part.currency,
            refunded=part.refunded,
            state=State(part.state),
            bill_ids=sorted(one.bill_id for one in part.allocations.all()),
            failure=part.failure,
            expires_at=part.expires_at,
            client_secret=client.get("client_secret"),
            next_action=client.get("next_action"),
            receipt=ReceiptOut(number=receipt.number, code=receipt.code, url=url) if receipt else None,
        )


class PaymentOut(Schema):
    """A payment as its reader sees it; the fields of a single part stand at the top too."""

    id: UUID
    state: State
    method: Payment.Method
    amount: int
    currency: str
    created_at: datetime
    parts: list[PartOut]
    payee: PayeeOut | None
    bill_ids: list[UUID]
    client_secret: str | None
    next_action: dict[str, Any] | None
    publishable_key: str
    stripe_api_base: str

    @classmethod
    def of(cls, seen: Seen, tongue: str) -> PaymentOut:
        parts = [PartOut.of(part, seen, tongue) for part in seen.parts]
        only = parts[0] if len(parts) == 1 else None
        return cls(
            id=seen.payment.pk,
            state=seen.state,
            method=Payment.Method(seen.payment.method),
            amount=seen.amount,
            currency=seen.payment.currency,
            created_at=seen.payment.created_at,
            parts=parts,
            payee=only.payee if only else None,
            bill_ids=sorted(bill_id for part in parts for bill_id in part.bill_ids),
            client_secret=only.client_secret if only else None,
            next_action=only.next_action if only else None,
            publishable_key=env.stripe_publishable_key,
            stripe_api_base=env.stripe_api_base,
        )


class RefundIn(Schema):
    part_id: UUID | None = Field(None, description="needed when the payment has several parts in sight")
    amount: int | None = Field(None, gt=0, description="fen; all that is left when absent")
    reason: Literal["requested_by_customer", "duplicate"] = "requested_by_customer"


class RefundOut(Schema):
    id: UUID
    part_id: UUID
    amount: int
    currency: str
    reason: str
    state: Refund.State
    created_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> RefundOut:
        return cls(
            id=refund.pk,
            part_id=refund.attempt_id,
            amount=refund.amount,
            currency=refund.currency,
            reason=refund.reason,
            state=Refund.State(refund.state),
            created_at=refund.created_at,
        )


class ReceiptCheckOut(Schema):
    """What anyone who holds the paper may know."""

    number: str
    payee: str
    amount: int
    refunded: int
    currency: str
    issued_at: datetime

    @classmethod
    def of(cls, receipt: Receipt, tongue: str) -> ReceiptCheckOut:
        return cls(
            number=receipt.number,
            payee=named(receipt.payee, tongue),
            amount=receipt.amount,
            refunded=receipt.attempt.refunded,
            currency=receipt.currency,
            issued_at=receipt.issued_at,
        )


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


class ReceivedOut(Schema):
    received: bool = True


def _plain(number: Decimal) -> Decimal:
    """Without the trailing zeros of the column."""
    return Decimal(f"{number.normalize():f}")
