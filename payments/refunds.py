"""Refunds: asked for by finance, made by the provider, in the books once they succeeded.

A refund takes back what was settled: the advance first, then the bills from the last; a bill with money taken back is open again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Sum

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.idempotency import offered, set_aside
from backend.core.money import yuan
from backend.core.queries import reading
from backend.core.verb import hint, record, verb
from backend.people.actor import Actor
from backend.people.roles import Can
from notifications.notices import notify
from payments import ledger
from payments.errors import NotSettled, PaymentsUnconfigured, ProviderRefused, RefundTooLarge
from payments.flow import SETTLED, State
from payments.ledger import Amount, Book
from payments.models import Attempt, Payment, Refund
from payments.providers import stripe
from payments.providers.facts import RefundFact
from payments.settle import SYSTEM, bills_of, locked, refresh, spread
from payments.sight import of_company, require

FIRST_LOOK: Final = timedelta(seconds=60)
LOOK_AGAIN: Final = timedelta(minutes=5)
OPEN_STATES: Final = (Refund.State.CREATING, Refund.State.PENDING)


def refund(
    actor: Actor, *, payment_id: UUID, part_id: UUID | None = None, amount: int | None = None, reason: str
) -> Refund:
    """Give back a part's money, all that is left or `amount` fen. A wallet's refund may take minutes: it is `pending` till then.

    Raises NotFound, Forbidden, Invalid, NotSettled, RefundTooLarge, PaymentsUnconfigured, ProviderUnreachable, ProviderRefused.
    """
    asked = ask(actor, payment_id=payment_id, part_id=part_id, amount=amount, reason=reason)
    with set_aside():
        with reading(actor):
            asked = Refund.objects.select_related("attempt").get(pk=asked.pk)
        look(asked)
    return show(actor, refund_id=asked.pk)


@verb("refund.ask")
def ask(actor: Actor, *, payment_id: UUID, part_id: UUID | None, amount: int | None, reason: str) -> Refund:
    """Write down that money shall go back, within what is left of the part."""
    offer = offered.get()
    if offer is not None:
        offer.keep_open()
        if offer.row is not None and (asked := Refund.objects.filter(key_row=offer.row.pk).first()):
            return asked
    if not Payment.objects.visible_to(actor).filter(pk=payment_id).exists():
        raise NotFound
    actor.require(Can.PAYMENT_REFUND)
    attempt = locked(_part_of(actor, payment_id, part_id).pk)
    require(actor, Can.PAYMENT_REFUND, attempt.company_id)
    if attempt.state not in SETTLED:
        raise NotSettled
    under_way = attempt.refunds.filter(state__in=OPEN_STATES).aggregate(fen=Sum("amount"))["fen"] or 0
    left = attempt.amount - attempt.refunded - under_way
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise RefundTooLarge(left=left)
    if not stripe.is_configured():
        raise PaymentsUnconfigured
    asked = Refund.objects.create(
        attempt=attempt,
        company_id=attempt.company_id,
        payer_id=attempt.payer_id,
        amount=wanted,
        currency=attempt.currency,
        reason=reason,
        requested_by=actor.person_id,
        key_row=offer.row.pk if offer is not None and offer.row is not None else None,
        due_at=now() + FIRST_LOOK,
    )
    record("refund.asked", about=asked, payment=payment_id, amount=wanted)
    hint("due:refunds")
    return asked


@verb("refund.settle", audited=False)
def settle_refund(actor: Actor, *, fact: RefundFact) -> Refund | None:
    """Bring a refund to what the provider says now; a refund made in the provider's own console is taken over.

    None when the refund belongs to no payment of ours.
    """
    attempt = Attempt.objects.filter(intent_id=fact.intent_id).first() if fact.intent_id else None
    if attempt is None:
        return None
    attempt = locked(attempt.pk)
    row = _row_of(attempt, fact)
    row.provider_id = fact.id
    match fact.status:
        case "succeeded":
            row.state, row.due_at = Refund.State.SUCCEEDED, None
            if row.posted_at is None:
                _give_back(attempt, row)
        case "failed" | "canceled":
            row.state, row.due_at = Refund.State.FAILED, None
            if row.posted_at is not None:
                _take_back(attempt, row)
        case _:
            row.state, row.due_at = Refund.State.PENDING, now() + LOOK_AGAIN
    row.save()
    return row


@verb("refund.fail")
def fail(actor: Actor, *, refund_id: UUID) -> Refund:
    """End a refund that the provider would not make."""
    row = Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
    if row.state == Refund.State.CREATING:
        row.state, row.due_at = Refund.State.FAILED, None
        row.save(update_fields=["state", "due_at"])
    return row


@verb("refund.show", audited=False)
def show(actor: Actor, *, refund_id: UUID) -> Refund:
    """The refund as it is now: the last verb of the conductor, which keeps the reply."""
    return Refund.objects.get(pk=refund_id)


def look(row: Refund) -> None:
    """Ask the provider for the refund, or what became of it, and write that down."""
    if row.state not in OPEN_STATES:
        return
    fact = stripe.read_refund(row.provider_id) if row.provider_id else _made(row)
    if fact is not None:
        settle_refund(SYSTEM, fact=fact)


def _made(row: Refund) -> RefundFact | None:
    """The refund, made now under its own key; one so old that the provider may have forgotten the key is looked for, never made
    a second time. None when it was never made and has failed."""
    intent_id = row.attempt.intent_id or ""
    if now() - row.created_at >= stripe.CREATE_KEY_LIVES:
        if (found := stripe.find_refund(str(row.pk), intent_id)) is None:
            fail(SYSTEM, refund_id=row.pk)
        return found
    try:
        return stripe.refund(str(row.pk), intent_id, row.amount, row.reason)
    except ProviderRefused:
        fail(SYSTEM, refund_id=row.pk)
        raise


def follow(provider_id: str) -> Refund | None:
    """Re-read a refund and write down what it says."""
    return settle_refund(SYSTEM, fact=stripe.read_refund(provider_id))


def _part_of(actor: Actor, payment_id: UUID, part_id: UUID | None) -> Attempt:
    """The part meant: the one named, or the only one in the actor's books."""
    parts = list(Attempt.objects.filter(of_company(actor), payment_id=payment_id))
    named = [part for part in parts if part.pk == part_id] if part_id else parts
    if not named:
        raise NotFound
    if len(named) > 1:
        raise Invalid(
            FieldError("/part_id", "required", "this payment has several parts", "该支付含多个收款方，请指定其一")
        )
    return named[0]


def _row_of(attempt: Attempt, fact: RefundFact) -> Refund:
    ours = attempt.refunds.filter(provider_id=fact.id).first()
    if ours is None and fact.refund_id:
        ours = attempt.refunds.filter(pk=fact.refund_id).first()
    return ours or Refund(
        attempt=attempt,
        company_id=attempt.company_id,
        payer_id=attempt.payer_id,
        amount=fact.amount,
        currency=fact.currency,
        provider_id=fact.id,
    )


def _give_back(attempt: Attempt, row: Refund) -> None:
    """The provider gave the money back: books, bills, notice."""
    row.posted_at = now()
    amounts = [Amount(Book.CLEARING, -row.amount), *_unwind(attempt, row.amount)]
    ledger.post(attempt.payee, "refund", f"refund:{row.provider_id}", amounts, currency=row.currency)
    _set_refunded(attempt, attempt.refunded + row.amount)
    params = {"amount": yuan(row.amount), "payee": attempt.payee.name_zh, "payee_en": attempt.payee.name_en}
    about = f"/api/v1/payments/{attempt.payment_id}"
    notify(attempt.payer_id, "payment.refunded", params, about=about, key=f"payment.refunded:{row.provider_id}")
    record("refund.succeeded", about=row if row.pk else None, payment=attempt.payment_id, amount=row.amount)


def _take_back(attempt: Attempt, row: Refund) -> None:
    """The payer's bank sent a refund back: it is posted the other way, and owed money counts as paid again."""
    row.posted_at = None
    _set_refunded(attempt, attempt.refunded - row.amount)
    amounts = [Amount(Book.CLEARING, row.amount), *spread(attempt, row.amount)]
    ledger.post(attempt.payee, "refund-returned", f"refund:{row.provider_id}:returned", amounts, currency=row.currency)
    record("refund.returned", about=row, payment=attempt.payment_id, amount=row.amount)


def _unwind(attempt: Attempt, fen: int) -> list[Amount]:
    """Debit `fen` of an attempt: its advance first, then its bills from the last."""
    allocations = list(attempt.allocations.order_by("-bill_id"))
    advance = attempt.amount - attempt.refunded - sum(one.settled for one in allocations)
    amounts = [Amount(Book.ADVANCES, min(fen, advance))]
    fen -= min(fen, advance)
    bills = {bill.pk: bill for bill in bills_of(attempt)}
    for allocation in allocations:
        part = min(fen, allocation.settled)
        if part > 0:
            bill = bills[allocation.bill_id].settle(-part)
            bill.paid_at = None
            bill.save(update_fields=["paid", "state", "paid_at"])
            allocation.settled -= part
            allocation.save(update_fields=["settled"])
            amounts.append(Amount(Book.RECEIVABLE, part, bill))
            fen -= part
    return amounts


def _set_refunded(attempt: Attempt, fen: int) -> None:
    attempt.refunded = fen
    attempt.state = State.PAID if not fen else State.REFUNDED if fen == attempt.amount else State.PARTLY_REFUNDED
    attempt.save(update_fields=["refunded", "state"])
    refresh(attempt.payment)
