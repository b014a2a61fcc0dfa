"""Bills: explained lines, the receivable in the books, a notice to the household."""

from datetime import date
from decimal import Decimal

import pytest

from backend.core.errors import Forbidden, NotFound
from notifications.notice import Notice
from payments import billing
from payments.billing import issue_bill, month, void_bill
from payments.errors import AlreadyBilled, AreaUnknown, NoReading, NoTariff, PrepaidAccount
from payments.models import Bill, Posting
from tests.cast import Cast
from tests.payments import books

pytestmark = pytest.mark.django_db


def test_a_metered_bill_explains_itself(cast: Cast) -> None:
    bill = books.electricity(cast.home, used="300")
    assert [(line.tier, line.quantity, line.unit_price, line.amount) for line in bill.lines.all()] == [
        (1, Decimal(240), Decimal("0.4883"), 11719),
        (2, Decimal(60), Decimal("0.5383"), 3230),
    ]
    assert (bill.amount, bill.state, bill.paid) == (14949, "open", 0)
    assert bill.lines.all()[1].label_zh == "居民价格 第2档"
    assert bill.lines.all()[1].label_en == "Household price, tier 2"


def test_a_bill_is_owed_in_the_books(cast: Cast) -> None:
    bill = books.electricity(cast.home)
    assert books.book(bill.payee, "1122") == 14949
    assert books.book(bill.payee, "6001") == -14949
    books.assert_books_balance()


def test_the_household_is_told_and_nobody_else(cast: Cast) -> None:
    books.electricity(cast.home)
    told = Notice.objects.filter(topic="bill.issued")
    assert [notice.person_id for notice in told] == [cast.wang.id]
    assert "149.49" in told[0].text("zh-CN")
    assert "149.49" in told[0].text("en")


def test_the_next_bill_starts_where_the_last_one_ended(cast: Cast) -> None:
    first = books.electricity(cast.home, used="300")
    meter = first.account.meters.get()
    books.add_reading(meter, "1310.5", date(2026, 10, 31))
    second = books.bill_for(first.account, number=10)
    assert second.quantity == Decimal("10.5")
    assert second.opening_id == first.closing_id


def test_water_tiers_run_through_the_year(cast: Cast) -> None:
    payee = books.make_payee("演示自来水")
    account = books.make_account(
        cast.home, payee, books.make_tariff(payee, books.WATER, unit="m³", window="year"), "water"
    )
    meter = books.make_meter(account, "0", on=date(2025, 12, 31))
    books.add_reading(meter, "170", date(2026, 1, 31))
    books.add_reading(meter, "190", date(2026, 2, 28))
    books.add_reading(meter, "200", date(2027, 1, 31))
    assert books.bill_for(account, 2026, 1).amount == 85000
    assert books.bill_for(account, 2026, 2).amount == 12000
    assert books.bill_for(account, 2027, 1).amount == 5000


def test_a_large_household_has_wider_tiers(cast: Cast) -> None:
    payee = books.make_payee("演示燃气")
    tariff = books.make_tariff(payee, books.GAS, unit="m³", window="year", uplift="150")
    account = books.make_account(cast.home, payee, tariff, "gas", is_large_household=True)
    meter = books.make_meter(account, "0")
    books.add_reading(meter, "400", date(2026, 9, 30))
    assert books.bill_for(account).amount == 104400


def test_a_changed_price_is_shared_by_days(cast: Cast) -> None:
    payee = books.make_payee()
    tariff = books.make_tariff(payee, [(None, "1.00")])
    books.add_version(tariff, [(None, "2.00")], date(2026, 9, 11))
    account = books.make_account(cast.home, payee, tariff, "electricity")
    meter = books.make_meter(account, "0", on=date(2026, 9, 1))
    books.add_reading(meter, "30", date(2026, 9, 21))
    bill = books.bill_for(account)
    assert [(line.quantity, line.unit_price) for line in bill.lines.all()] == [
        (Decimal(15), Decimal("1.00")),
        (Decimal(15), Decimal("2.00")),
    ]
    assert bill.amount == 4500
    assert "2026-09-11" in bill.lines.all()[1].label_zh


def test_a_property_fee_is_by_area(cast: Cast) -> None:
    bill = books.property_fee(cast.home, cast.company)
    assert (bill.quantity, bill.unit, bill.amount) == (Decimal("89.50"), "m²", 25060)


def test_no_use_is_a_paid_bill_of_nothing(cast: Cast) -> None:
    bill = books.electricity(cast.home, used="0")
    assert (bill.amount, bill.state) == (0, "paid")
    assert not Posting.objects.exists()


def test_a_period_is_billed_once(cast: Cast) -> None:
    bill = books.electricity(cast.home)
    with pytest.raises(AlreadyBilled):
        books.bill_for(bill.account)


def test_a_void_bill_leaves_the_books_and_frees_its_period(cast: Cast) -> None:
    bill = books.electricity(cast.home)
    void_bill(books.SYSTEM, bill_id=bill.pk)
    assert books.book(bill.payee, "1122") == 0
    again = books.bill_for(bill.account)
    assert again.amount == 14949
    assert Bill.objects.filter(account=bill.account).count() == 2
    books.assert_books_balance()


def test_what_cannot_be_billed_is_said(cast: Cast) -> None:
    payee = books.make_payee()
    tariff = books.make_tariff(payee, books.ELECTRICITY)
    with pytest.raises(NoReading):
        books.bill_for(books.make_account(cast.home, payee, tariff, "electricity"))
    with pytest.raises(NoTariff):
        books.bill_for(books.make_account(cast.home, payee, None, "electricity"))
    with pytest.raises(PrepaidAccount):
        books.bill_for(books.make_account(cast.home, payee, tariff, "electricity", mode="prepaid"))
    cast.home.area_m2 = None
    cast.home.save()
    with pytest.raises(AreaUnknown):
        books.property_fee(cast.home, cast.company)


def test_finance_issues_bills_of_its_own_company_only(cast: Cast) -> None:
    own = books.property_fee(cast.home, cast.company).account
    utility = books.electricity(cast.home).account
    start, end = month(2026, 10)
    issued = issue_bill(cast.finance.actor, account_id=own.pk, period_start=start, period_end=end)
    assert issued.amount == 25060
    for account in (own, utility):
        for member in (cast.wang, cast.other_company_manager, cast.manager):
            with pytest.raises((Forbidden, NotFound)):
                issue_bill(member.actor, account_id=account.pk, period_start=start, period_end=end)
    with pytest.raises(Forbidden):
        issue_bill(cast.finance.actor, account_id=utility.pk, period_start=start, period_end=end)


def test_a_month_is_half_open() -> None:
    assert billing.month(2026, 12) == (date(2026, 12, 1), date(2027, 1, 1))
