"""Reads for the edges: loaders that refuse what is out of sight, and rows with all that a rendering needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet, Sum

from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.people.actor import Actor
from payments.errors import NotSettled
from payments.flow import SETTLED, State, whole
from payments.models import Account, Allocation, Attempt, Bill, LedgerAccount, Meter, Payment, Reading, Receipt
from payments.sight import of_company

T = TypeVar("T")


def accounts(actor: Actor) -> QuerySet[Account]:
    """The accounts in sight, with payee, tariff, meters and their last reading, and `owed` (fen)."""
    newest = Reading.objects.order_by("meter_id", "-read_at").distinct("meter_id")
    meters = Prefetch("meters", Meter.objects.filter(is_active=True).prefetch_related(Prefetch("readings", newest)))
    owed = Sum(F("bills__amount") - F("bills__paid"), filter=Q(bills__state=Bill.State.OPEN), default=0)
    return (
        Account.objects.visible_to(actor).select_related("payee", "tariff").prefetch_related(meters).annotate(owed=owed)
    )


def account(actor: Actor, account_id: UUID) -> Account:
    """One account in sight. Raises NotFound."""
    return _found(accounts(actor).filter(pk=account_id).first())


def bills(actor: Actor, *, state: str | None = None, account_id: UUID | None = None) -> QuerySet[Bill]:
    """The bills in sight, with all that a rendering needs."""
    rows = Bill.objects.visible_to(actor).in_full()
    if state:
        rows = rows.filter(state=state)
    if account_id:
        rows = rows.filter(account_id=account_id)
    return rows


def bill(actor: Actor, bill_id: UUID) -> Bill:
    """One bill in sight. Raises NotFound."""
    return _found(bills(actor).select_related("opening", "closing").filter(pk=bill_id).first())


@dataclass(frozen=True)
class Seen:
    """A payment as one reader sees it: the payer sees all parts, a payee's finance its own parts only."""

    payment: Payment
    parts: Sequence[Attempt]
    is_payer: bool

    @property
    def amount(self) -> int:
        return sum(part.amount for part in self.parts)

    @property
    def state(self) -> State:
        return whole([part.state for part in self.parts])


def seen(actor: Actor, payment: Payment) -> Seen:
    """The payment with the parts that this reader may see."""
    is_payer = payment.payer_id == actor.person_id
    parts = _parts().filter(payment=payment)
    return Seen(payment, list(parts if is_payer else parts.filter(of_company(actor))), is_payer)


def payment(actor: Actor, payment_id: UUID) -> Seen:
    """One payment in sight. Raises NotFound."""
    return seen(actor, _found(Payment.objects.visible_to(actor).filter(pk=payment_id).first()))


def settled_parts(actor: Actor, payment_id: UUID) -> tuple[Payment, list[Attempt]]:
    """The paid parts in sight with bills and receipts, for the paper. Raises NotFound, NotSettled."""
    found = _found(Payment.objects.visible_to(actor).filter(pk=payment_id).first())
    bills = Prefetch("allocations", Allocation.objects.select_related("bill__account"))
    parts = (
        Attempt.objects.filter(payment=found, state__in=SETTLED)
        .select_related("payee", "receipt")
        .prefetch_related(bills)
    )
    if found.payer_id != actor.person_id:
        parts = parts.filter(of_company(actor))
    settled = list(parts.order_by("pk"))
    if not settled:
        raise NotSettled
    return found, settled


def ledger_account(actor: Actor, account_id: UUID) -> LedgerAccount:
    """One ledger account in sight, with its `balance` (fen, debit positive). Raises NotFound."""
    rows = LedgerAccount.objects.visible_to(actor).select_related("payee")
    return _found(rows.annotate(balance=Sum("entries__amount", default=0)).filter(pk=account_id).first())


def checked_receipt(code: str) -> Receipt:
    """The receipt of a verification code, for anyone who holds the paper. Raises NotFound."""
    with looking_up("receipt"):
        return _found(Receipt.objects.select_related("payee", "attempt").filter(code=code.strip().upper()).first())


def _parts() -> QuerySet[Attempt]:
    return Attempt.objects.select_related("payee", "receipt").prefetch_related("allocations").order_by("pk")


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
