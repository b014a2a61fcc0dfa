"""Issuing bills from readings and tariffs, and making a wrong one void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from backend.core.clock import BEIJING, now, today
from backend.core.errors import NotFound
from backend.core.money import yuan
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.models import Residency
from backend.people.roles import Can
from notifications.notices import notify
from payments import ledger
from payments.errors import AlreadyBilled, AreaUnknown, BillInPayment, NoReading, NoTariff, PrepaidAccount
from payments.ledger import Amount, Book
from payments.models import Account, Bill, BillLine, Meter, Reading, Tariff, TariffVersion, Tier
from payments.notices import KINDS
from payments.sight import require
from payments.tariffs import ZERO, Slice, lines, prorate, slices


@dataclass(frozen=True)
class Stretch:
    """A part of the billed quantity under one tariff version."""

    version: TariffVersion
    quantity: Decimal


@dataclass(frozen=True)
class Measured:
    """What is billed: a quantity in the tariff's unit, the days it covers, and the readings it comes from."""

    quantity: Decimal
    first: date
    last: date
    opening: Reading | None = None
    closing: Reading | None = None


def month(year: int, number: int) -> tuple[date, date]:
    """A calendar month as a period: its first day, and the first day after it."""
    first = date(year, number, 1)
    return first, (first + timedelta(days=32)).replace(day=1)


@verb("bill.issue")
def issue_bill(actor: Actor, *, account_id: UUID, period_start: date, period_end: date) -> Bill:
    """Bill an account for [`period_start`, `period_end`): priced lines, the receivable in the books, a notice to the household.

    Raises NotFound, Forbidden, PrepaidAccount, AlreadyBilled, NoTariff, NoReading or AreaUnknown.
    """
    account = (
        Account.objects.select_for_update(of=("self",))
        .select_related("payee", "tariff", "home")
        .filter(pk=account_id)
        .first()
    )
    if account is None:
        raise NotFound
    require(actor, Can.BILL_ISSUE, account.company_id)
    if account.mode == Account.Mode.PREPAID:
        raise PrepaidAccount
    if (
        account.bills.exclude(state=Bill.State.VOID)
        .filter(period_start__lt=period_end, period_end__gt=period_start)
        .exists()
    ):
        raise AlreadyBilled
    if account.tariff is None:
        raise NoTariff
    measured = _measure(account, account.tariff, period_start, period_end)
    priced = _price(account, account.tariff, measured, period_start)
    bill = Bill(
        account=account,
        payee=account.payee,
        home_id=account.home_id,
        community_id=account.community_id,
        company_id=account.company_id,
        period_start=period_start,
        period_end=period_end,
        issued_at=now(),
        due_on=today() + timedelta(days=account.tariff.due_days),
        quantity=measured.quantity,
        unit=account.tariff.unit,
        opening=measured.opening,
        closing=measured.closing,
        amount=sum(line.amount for line in priced),
    )
    if not bill.amount:
        bill.state, bill.paid_at = Bill.State.PAID, bill.issued_at
    bill.save(force_insert=True)
    for position, line in enumerate(priced, start=1):
        line.bill, line.position, line.unit = bill, position, bill.unit
    BillLine.objects.bulk_create(priced)
    if bill.amount:
        owed = [Amount(Book.RECEIVABLE, bill.amount, bill), Amount(Book.REVENUE, -bill.amount)]
        ledger.post(account.payee, "bill", f"bill:{bill.pk}", owed, currency=bill.currency)
    _tell_household(bill)
    record("bill.issued", about=bill, account=account.pk, amount=bill.amount)
    return bill


@verb("bill.void")
def void_bill(actor: Actor, *, bill_id: UUID) -> Bill:
    """Make an unpaid bill void by a posting that reverses it; the period can be billed anew.

    Raises NotFound, Forbidden or BillInPayment.
    """
    bill = (
        Bill.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("payee")
        .filter(pk=bill_id)
        .first()
    )
    if bill is None:
        raise NotFound
    require(actor, Can.BILL_ISSUE, bill.company_id)
    if bill.state == Bill.State.VOID:
        return bill
    if bill.paid or bill.allocations.filter(is_active=True).exists():
        raise BillInPayment
    if bill.amount:
        back = [Amount(Book.REVENUE, bill.amount), Amount(Book.RECEIVABLE, -bill.amount, bill)]
        ledger.post(bill.payee, "void", f"bill:{bill.pk}:void", back, currency=bill.currency)
    bill.state = Bill.State.VOID
    bill.save(update_fields=["state"])
    record("bill.voided", about=bill)
    return bill


def _measure(account: Account, tariff: Tariff, start: date, end: date) -> Measured:
    """The quantity of a period by the tariff's basis."""
    last = end - timedelta(days=1)
    if tariff.basis == Tariff.Basis.FLAT:
        return Measured(Decimal(1), start, last)
    if tariff.basis == Tariff.Basis.AREA:
        if not account.home.area_m2:
            raise AreaUnknown
        return Measured(account.home.area_m2, start, last)
    meter = Meter.objects.filter(account=account, is_active=True).first()
    opening, closing = _readings(account, meter, start, end) if meter else (None, None)
    if meter is None or opening is None or closing is None:
        raise NoReading
    used = (closing.value - opening.value) * meter.multiplier
    return Measured(used, _day(opening), _day(closing), opening, closing)


def _readings(account: Account, meter: Meter, start: date, end: date) -> tuple[Reading | None, Reading | None]:
    """What the last bill ended with (else the meter's first reading), and the last reading of the period."""
    billed = account.bills.exclude(state=Bill.State.VOID).filter(closing__meter=meter, period_start__lt=start)
    latest = billed.order_by("-period_start").select_related("closing").first()
    opening = latest.closing if latest else meter.readings.order_by("read_at").first()
    window = (datetime.combine(start, time.min, BEIJING), datetime.combine(end, time.min, BEIJING))
    closing = meter.readings.filter(read_at__gte=window[0], read_at__lt=window[1]).order_by("-read_at").first()
    if opening is None or closing is None or closing.read_at <= opening.read_at:
        return None, None
    return opening, closing


def _day(reading: Reading) -> date:
    return reading.read_at.astimezone(BEIJING).date()


def _price(account: Account, tariff: Tariff, measured: Measured, period_start: date) -> list[BillLine]:
    """Explained lines; the whole charge is rounded once."""
    used = _used_before(account, period_start) if tariff.window == Tariff.Window.YEAR else ZERO
    cut: list[tuple[Stretch, Slice]] = []
    stretches = _stretches(tariff, measured)
    for stretch in stretches:
        uplift = stretch.version.uplift if account.is_large_household else ZERO
        parts = slices(stretch.version.steps(), stretch.quantity, used=used, uplift=uplift)
        cut += [(stretch, part) for part in parts]
        used += stretch.quantity
    made = []
    for (stretch, _), line in zip(cut, lines([part for _, part in cut]), strict=True):
        tier = _tier(stretch.version, line.tier)
        dated = f" ({stretch.version.valid_from:%Y-%m-%d})" if len(stretches) > 1 else ""
        made.append(
            BillLine(
                tier=line.tier,
                label_zh=f"{tariff.name_zh} {tier.label_zh}{dated}",
                label_en=f"{tariff.name_en}, {tier.label_en}{dated}",
                quantity=line.quantity,
                unit_price=line.price,
                amount=line.amount,
            )
        )
    return made


def _tier(version: TariffVersion, number: int) -> Tier:
    return list(version.tiers.all())[number - 1]


def _stretches(tariff: Tariff, measured: Measured) -> list[Stretch]:
    """The quantity by tariff version: pro rata by day where prices changed within the days it covers."""
    versions = list(
        tariff.versions.filter(valid_from__lte=measured.last).order_by("valid_from").prefetch_related("tiers")
    )
    while len(versions) > 1 and versions[1].valid_from <= measured.first:
        versions.pop(0)
    if not versions or versions[0].valid_from > measured.first:
        raise NoTariff
    if tariff.basis != Tariff.Basis.METERED or len(versions) == 1:
        return [Stretch(versions[0], measured.quantity)]
    starts = [measured.first, *(version.valid_from for version in versions[1:])]
    ends = [*starts[1:], measured.last]
    days = [(end - start).days for start, end in zip(starts, ends, strict=True)]
    return [
        Stretch(version, quantity)
        for version, quantity in zip(versions, prorate(measured.quantity, days), strict=True)
        if quantity
    ]


def _used_before(account: Account, period_start: date) -> Decimal:
    """What earlier bills of the same calendar year took."""
    earlier = account.bills.exclude(state=Bill.State.VOID).filter(
        period_start__year=period_start.year, period_start__lt=period_start
    )
    return earlier.aggregate(used=Sum("quantity"))["used"] or ZERO


def _tell_household(bill: Bill) -> None:
    kind, kind_en = KINDS[bill.account.kind]
    params = {"kind": kind, "kind_en": kind_en, "amount": yuan(bill.amount), "due_on": bill.due_on.isoformat()}
    lives = Q(until__isnull=True) | Q(until__gt=now())
    household = Residency.objects.filter(lives, home_id=bill.home_id, state="confirmed").values_list(
        "user_id", flat=True
    )
    for person_id in sorted(set(household), key=str):
        notify(
            person_id, "bill.issued", params, about=f"/api/v1/bills/{bill.pk}", key=f"bill.issued:{bill.pk}:{person_id}"
        )
