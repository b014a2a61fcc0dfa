"""Builders and checks that the payment tests share: payees with tariffs, accounts with meters, and books that must balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import Sum

from backend.core.clock import BEIJING, now
from backend.people.actor import Actor
from payments.billing import issue_bill, month
from payments.models import Account, Bill, Entry, Meter, Payee, Posting, Reading, Tariff, TariffVersion, Tier

SYSTEM = Actor.system("tests")
ELECTRICITY = ((240, "0.4883"), (400, "0.5383"), (None, "0.7883"))
WATER = ((180, "5"), (260, "7"), (None, "9"))
GAS = ((350, "2.61"), (500, "2.83"), (None, "4.23"))
PROPERTY = ((None, "2.80"),)
_numbers = count(1)


def make_tariff(
    payee: Payee,
    tiers: Sequence[tuple[int | None, str]],
    *,
    basis: str = "metered",
    unit: str = "kWh",
    window: str = "month",
    valid_from: date = date(2012, 7, 1),
    uplift: str = "0",
) -> Tariff:
    tariff = Tariff.objects.create(
        payee=payee,
        code=f"tariff-{next(_numbers)}",
        name_zh="居民价格",
        name_en="Household price",
        basis=basis,
        unit=unit,
        window=window,
    )
    add_version(tariff, tiers, valid_from, uplift)
    return tariff


def add_version(
    tariff: Tariff, tiers: Sequence[tuple[int | None, str]], valid_from: date, uplift: str = "0"
) -> TariffVersion:
    version = TariffVersion.objects.create(tariff=tariff, valid_from=valid_from, uplift=Decimal(uplift))
    for position, (upto, price) in enumerate(tiers, start=1):
        Tier.objects.create(
            version=version,
            position=position,
            upto=upto,
            price=Decimal(price),
            label_zh=f"第{position}档",
            label_en=f"tier {position}",
        )
    return version


def make_payee(name: str = "演示供电", *, company: Any = None) -> Payee:
    kind = "property" if company else "utility"
    return Payee.objects.create(name_zh=name, name_en=f"{name} (en)", kind=kind, company=company)


def make_account(home: Any, payee: Payee, tariff: Tariff | None, kind: str, **fields: Any) -> Account:
    return Account.objects.create(
        payee=payee,
        home=home,
        community_id=home.community_id,
        compound_id=home.compound_id,
        company_id=payee.company_id,
        kind=kind,
        tariff=tariff,
        account_no=f"{next(_numbers):010d}",
        **fields,
    )


def make_meter(account: Account, start: str = "1000", *, on: date = date(2026, 8, 31)) -> Meter:
    meter = Meter.objects.create(account=account, register=f"M{next(_numbers):06d}")
    add_reading(meter, start, on)
    return meter


def add_reading(meter: Meter, value: str, on: date) -> Reading:
    """A reading at 20:00 in Beijing."""
    at = datetime(on.year, on.month, on.day, 20, tzinfo=BEIJING)
    return Reading.objects.create(meter=meter, value=Decimal(value), read_at=at, source="import")


def electricity(home: Any, used: str = "300") -> Bill:
    """A new electricity account of a home, with one bill for September 2026."""
    payee = make_payee("演示供电公司")
    account = make_account(home, payee, make_tariff(payee, ELECTRICITY), "electricity")
    meter = make_meter(account)
    add_reading(meter, str(1000 + Decimal(used)), date(2026, 9, 30))
    return bill_for(account)


def property_fee(home: Any, company: Any) -> Bill:
    """A new property account of a home, with one bill for September 2026: 89.50 m² × 2.80 yuan = 250.60 yuan."""
    payee = make_payee("演示物业", company=company)
    tariff = make_tariff(payee, PROPERTY, basis="area", unit="m²")
    return bill_for(make_account(home, payee, tariff, "property"))


def bill_for(account: Account, year: int = 2026, number: int = 9) -> Bill:
    start, end = month(year, number)
    return issue_bill(SYSTEM, account_id=account.pk, period_start=start, period_end=end)


def assert_books_balance() -> None:
    """Every posting sums to zero, and each bill's paid amount is what its receivable says."""
    sums = Posting.objects.values("id").annotate(total=Sum("entries__amount"))
    assert [row for row in sums if row["total"] != 0] == []
    for bill in Bill.objects.exclude(amount=0):
        owed = Entry.objects.filter(bill=bill, account__code="1122").aggregate(fen=Sum("amount"))["fen"] or 0
        assert owed == bill.unpaid, (bill.pk, owed, bill.unpaid)


def book(payee: Payee, code: str) -> int:
    """The balance of one of a payee's ledger accounts, in fen, debit positive."""
    total = Entry.objects.filter(account__payee=payee, account__code=code).aggregate(fen=Sum("amount"))["fen"]
    return int(total or 0)


def yesterday() -> datetime:
    return now() - timedelta(days=1)
