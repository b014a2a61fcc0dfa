"""The verbs of the checkout that need no network: begin a payment, ask to cancel one, show one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.idempotency import offered
from backend.core.ids import uuid7
from backend.core.verb import hint, record, verb
from backend.people.actor import Actor
from payments.errors import (
    BillNotOpen,
    IdTaken,
    NotActive,
    NotYourBill,
    NotYourPayment,
    PaymentInProgress,
    PaymentsUnconfigured,
)
from payments.flow import ACTIVE
from payments.models import Allocation, Attempt, Bill, Payment

LIVES: Final = timedelta(minutes=15)
FIRST_LOOK: Final = timedelta(seconds=60)
MOST_BILLS: Final = 50


@verb("payment.begin")
def begin(
    actor: Actor, *, bill_ids: Sequence[UUID], method: str, id: UUID | None = None, is_provider_ready: bool = True
) -> Payment:
    """Lock the bills in the order of their keys, and create the payment with one attempt a payee.

    A payment of the same person that holds all these bills is given back instead, with `is_repeat`. Nothing is begun, and
    PaymentsUnconfigured raised, when the provider is not set up.
    """
    payer_id = actor.must_be_known()
    key_row = _key_row()
    if key_row is not None and (begun := Payment.objects.filter(key_row=key_row).first()):
        return begun
    if not bill_ids or len(set(bill_ids)) != len(bill_ids) or len(bill_ids) > MOST_BILLS:
        raise Invalid(FieldError("/bill_ids", "bills-invalid", "1 to 50 different bills", "须为 1 至 50 个不同的账单"))
    bills = _lock(actor, bill_ids)
    if id is not None and (same := Payment.objects.filter(pk=id).first()):
        return _repeat(same, payer_id, IdTaken())
    if held := _held(bills):
        return _resume(held, payer_id, bills)
    if done := [bill.pk for bill in bills if bill.state != Bill.State.OPEN]:
        raise BillNotOpen(bills=done)
    if not is_provider_ready:
        raise PaymentsUnconfigured
    try:
        payment = Payment.objects.create(
            id=id or uuid7(),
            payer_id=payer_id,
            method=method,
            amount=sum(bill.unpaid for bill in bills),
            currency=bills[0].currency,
            key_row=key_row,
        )
    except IntegrityError:  # the same id at the same moment, for other bills
        raise IdTaken from None
    for payee_id in sorted({bill.payee_id for bill in bills}):
        _attempt(payment, [bill for bill in bills if bill.payee_id == payee_id])
    record("payment.begun", about=payment, amount=payment.amount, bills=[bill.pk for bill in bills])
    hint("due:attempts")
    return payment


@verb("payment.cancel")
def ask_to_cancel(actor: Actor, *, payment_id: UUID) -> Payment:
    """Check that this payment is the actor's own and still active; the conductor ends it at the provider next."""
    is_resumed = _key_row() is not None and bool((offer := offered.get()) and offer.resumed)
    payment = Payment.objects.visible_to(actor).filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    if payment.payer_id != actor.person_id:
        raise NotYourPayment
    if payment.state not in ACTIVE and not is_resumed:
        raise NotActive(state=payment.state)
    return payment


@verb("payment.show", audited=False)
def show(actor: Actor, *, payment_id: UUID, is_repeat: bool = False) -> Payment:
    """The payment as it is now: the last verb of a conductor, which keeps the reply."""
    payment = Payment.objects.visible_to(actor).get(pk=payment_id)
    payment.is_repeat = is_repeat
    return payment


def _key_row() -> UUID | None:
    """The idempotency row of this call, left open for the conductor's last verb."""
    offer = offered.get()
    if offer is None:
        return None
    offer.keep_open()
    return offer.row.pk if offer.row is not None else None


def _lock(actor: Actor, bill_ids: Sequence[UUID]) -> list[Bill]:
    """The bills, locked in the order of their keys. Raises NotFound for one out of sight, NotYourBill for another home's."""
    mine = Bill.objects.visible_to(actor).filter(pk__in=bill_ids)
    bills = list(mine.select_for_update(of=("self",)).select_related("payee").order_by("pk"))
    if len(bills) != len(bill_ids):
        raise NotFound
    if any(bill.home_id not in actor.homes for bill in bills):
        raise NotYourBill
    return bills


def _held(bills: Sequence[Bill]) -> dict[Payment, set[UUID]]:
    """The active payments that hold some of these bills, with all the bills each holds."""
    active = Allocation.objects.filter(is_active=True).select_related("attempt__payment")
    holders = {one.attempt.payment for one in active.filter(bill__in=bills)}
    held: dict[Payment, set[UUID]] = {payment: set() for payment in holders}
    for one in active.filter(attempt__payment__in=holders):
        held[one.attempt.payment].add(one.bill_id)
    return held


def _resume(held: dict[Payment, set[UUID]], payer_id: UUID, bills: Sequence[Bill]) -> Payment:
    """The one payment of the same person that holds all these bills; PaymentInProgress otherwise."""
    wanted = {bill.pk for bill in bills}
    for payment, holds in held.items():
        if payment.payer_id == payer_id and wanted <= holds:
            return _repeat(payment, payer_id, PaymentInProgress())
    own = [payment.pk for payment in held if payment.payer_id == payer_id]
    raise PaymentInProgress(own=own)


def _repeat(payment: Payment, payer_id: UUID, otherwise: Exception) -> Payment:
    if payment.payer_id != payer_id:
        raise otherwise
    payment.is_repeat = True
    return payment


def _attempt(payment: Payment, bills: Sequence[Bill]) -> None:
    moment = now()
    attempt = Attempt.objects.create(
        payment=payment,
        payee_id=bills[0].payee_id,
        company_id=bills[0].company_id,
        payer_id=payment.payer_id,
        amount=sum(bill.unpaid for bill in bills),
        currency=payment.currency,
        expires_at=moment + LIVES,
        due_at=moment + FIRST_LOOK,
    )
    Allocation.objects.bulk_create(Allocation(attempt=attempt, bill=bill, amount=bill.unpaid) for bill in bills)
