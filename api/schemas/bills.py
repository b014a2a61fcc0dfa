"""Shapes of accounts, meters and bills. Money is whole fen (`amount`, `currency`); unit prices are yuan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import WithJsonSchema, field_validator

from payments.models import Account, Bill, Meter, Payee, Reading


def named(thing: Any, tongue: str) -> str:
    """`name_zh` or `name_en` by the reader's language."""
    return str(thing.name_en if tongue == "en" else thing.name_zh)


class PayeeOut(Schema):
    id: UUID
    name: str
    kind: Annotated[Payee.Kind, WithJsonSchema({"type": "string", "enum": Payee.Kind.values})]

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
    kind: Annotated[Account.Kind, WithJsonSchema({"type": "string", "enum": Account.Kind.values})]
    mode: Account.Mode
    account_no: str = Field(description="户号")
    payee: PayeeOut
    tariff: str | None
    unit: str | None
    meter: MeterOut | None
    balance: int = Field(description="fen; negative: owed on open bills")
    autopay: bool = False
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
    kind: Annotated[Account.Kind, WithJsonSchema({"type": "string", "enum": Account.Kind.values})]
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
    state: Annotated[Bill.State, WithJsonSchema({"type": "string", "enum": Bill.State.values})]
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


def _plain(number: Decimal) -> Decimal:
    """Without the trailing zeros of the column."""
    return Decimal(f"{number.normalize():f}")
