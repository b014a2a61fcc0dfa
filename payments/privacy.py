"""What bills and payments hold of people. The books are kept by law, under ids that name nobody once the person is erased."""

from __future__ import annotations

from uuid import UUID

from backend.core.catalogue import declare
from backend.core.subjects import Block, blocks, erases, exports, keeps, rows
from backend.people.models import Residency
from payments.flow import ACTIVE
from payments.inbox import BODY
from payments.models import Account, Attempt, Payment, ProviderEvent, Reading, Receipt, Refund
from payments.settle import CLIENT

declare("payments.Payee", plain="name_zh name_en kind merchant_account company")
declare(
    "payments.Account",
    "account_no  finance  billing  contract  law  kept:accounting",
    plain="payee home community compound company kind mode tariff is_large_household",
)
declare("payments.Meter", plain="account register multiplier is_active")
declare(
    "payments.Reading",
    """
    reader_id  behaviour  billing  contract  law  kept:accounting
    photo_id   content    billing  contract  law  kept:accounting
    """,
    plain="meter value read_at source",
)
declare(
    "payments.Bill",
    plain="account payee home community company period_start period_end issued_at due_on quantity unit opening closing "
    "amount currency paid state paid_at posted_at_biller",
)
declare("payments.BillLine", plain="bill position tier label_zh label_en quantity unit unit_price amount")
declare(
    "payments.Payment",
    """
    payer   finance  billing  contract  law  kept:accounting
    method  finance  billing  contract  law  kept:accounting
    amount  finance  billing  contract  law  kept:accounting
    """,
    plain="currency state key_row",
)
declare(
    "payments.Attempt",
    """
    payer      finance  billing  contract  law  kept:accounting
    amount     finance  billing  contract  law  kept:accounting
    refunded   finance  billing  contract  law  kept:accounting
    intent_id  finance  billing  contract  law  kept:accounting
    client     finance  billing  contract  use  key
    """,
    plain="payment payee company currency state failure expires_at settled_at",
    seals={"client": (CLIENT, "payer_id")},
)
declare("payments.Allocation", plain="attempt bill amount settled is_active")
declare(
    "payments.Refund",
    """
    payer         finance    billing  contract  law  kept:accounting
    amount        finance    billing  contract  law  kept:accounting
    requested_by  behaviour  billing  contract  law  kept:accounting
    """,
    plain="attempt company currency reason state provider_id key_row posted_at",
)
declare(
    "payments.Receipt",
    "amount  finance  billing  contract  law  kept:accounting",
    plain="attempt payee number code issued_at currency",
)
declare(
    "payments.ProviderEvent",
    """
    owner_id   finance  billing  contract  law  kept:accounting
    object_id  finance  billing  contract  law  kept:accounting
    intent_id  finance  billing  contract  law  kept:accounting
    body       finance  billing  contract  law  key
    """,
    plain="event_id twin_id kind done_at",
    seals={"body": (BODY, "owner_id")},
)
declare("payments.LedgerAccount", plain="payee company code name_zh name_en")
declare("payments.Posting", plain="payee company kind dedupe_key posted_at lines")
declare("payments.Entry", plain="posting account company bill amount currency")
declare("payments.Tariff", plain="payee code name_zh name_en basis unit window due_days")
declare("payments.TariffVersion", plain="tariff valid_from uplift source")
declare("payments.Tier", plain="version position upto price label_zh label_en")


@exports("payments")
def exported(person_id: UUID) -> dict[str, object]:
    """The accounts of the person's homes, what they paid, got back, and read off their meters."""
    homes = Residency.objects.filter(user_id=person_id, state=Residency.State.CONFIRMED).values("home_id")
    return {
        "accounts.json": rows(Account.objects.filter(home_id__in=homes).order_by("id")),
        "payments.json": rows(Payment.objects.filter(payer_id=person_id).order_by("id")),
        "payment_parts.json": rows(Attempt.objects.filter(payer_id=person_id).order_by("id")),
        "refunds.json": rows(Refund.objects.filter(payer_id=person_id).order_by("id")),
        "receipts.json": rows(Receipt.objects.filter(attempt__payer_id=person_id).order_by("id")),
        "provider_events.json": rows(ProviderEvent.objects.filter(owner_id=person_id).order_by("id")),
        "meter_readings.json": rows(Reading.objects.filter(reader_id=person_id).order_by("id")),
    }


@blocks("payments")
def blocking(person_id: UUID) -> list[Block]:
    """Money that is on its way, there or back."""
    paying = Attempt.objects.filter(payer_id=person_id, state__in=ACTIVE).exists()
    returning = Refund.objects.filter(payer_id=person_id, state__in=["creating", "pending"]).exists()
    if not (paying or returning):
        return []
    return [Block("payment-in-flight", "您有一笔缴费或退款尚未完成", "a payment or refund of yours is not finished")]


@erases("payments")
def erase(person_id: UUID) -> None:
    """What the payer's device was given goes; the books stay."""
    Attempt.objects.filter(payer_id=person_id).update(client=None)


@keeps("payments")
def kept(person_id: UUID) -> list[str]:
    return ["accounting"] if Payment.objects.filter(payer_id=person_id).exists() else []
