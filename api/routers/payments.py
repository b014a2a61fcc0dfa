"""Bills and payments over HTTP: parse, call one verb or conductor, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Schema

from api.edge import PERSON, PUBLIC, SIGNED, Reply, Request, Router, access, language, page, page_of, perform, single
from api.schemas.bills import AccountOut, BillOut, ReadingIn, ReadingOut
from api.schemas.ledger import EntryOut, StatementOut, TrialBalanceOut
from api.schemas.payments import PaymentIn, PaymentOut, ReceiptCheckOut, RefundIn, RefundOut, WebhookTakenOut
from backend.people.roles import Can, Power
from payments import checkout, inbox, ledger, reading, receipts, refunds
from payments.models import Payment
from payments.readings import record_reading

router = Router(tags=["payments"])
AccountsOut, BillsOut = page_of(AccountOut), page_of(BillOut)


class Paged(Schema):
    cursor: str = ""
    limit: int | None = None


class BillQuery(Paged):
    state: Literal["open", "paid", "void"] | None = None
    account_id: UUID | None = None


def _shown(request: Request) -> Callable[[Payment], PaymentOut]:
    return lambda payment: PaymentOut.of(reading.seen(request.actor, payment), language(request))


@router.get("/accounts", response=AccountsOut)
@access(PERSON, power=Power.PAY)
def accounts(request: Request, query: Query[Paged]) -> Any:
    """The accounts of the reader's homes; for staff, those of their company."""
    return page(request, reading.accounts(request.actor), lambda row: AccountOut.of(row, language(request)))


@router.get("/accounts/{account_id}", response=AccountOut)
@access(PERSON, power=Power.PAY)
def account(request: Request, account_id: UUID) -> Reply:
    """One account, with its meter and balance."""
    return single(
        request, reading.account(request.actor, account_id), lambda row: AccountOut.of(row, language(request))
    )


@router.get("/bills", response=BillsOut)
@access(PERSON, power=Power.PAY)
def bills(request: Request, query: Query[BillQuery]) -> Any:
    """Bills with the lines that explain them, newest first."""
    rows = reading.bills(request.actor, state=query.state, account_id=query.account_id)
    return page(request, rows, lambda row: BillOut.of(row, language(request)), order=("-issued_at", "id"))


@router.get("/bills/{bill_id}", response=BillOut)
@access(PERSON, power=Power.PAY)
def bill(request: Request, bill_id: UUID) -> Reply:
    """One bill."""
    return single(request, reading.bill(request.actor, bill_id), lambda row: BillOut.of(row, language(request)))


@router.post("/meters/{meter_id}/readings", response={201: ReadingOut})
@access(PERSON, power=Power.PAY)
def read_meter(request: Request, meter_id: UUID, body: ReadingIn) -> Reply:
    """A reading by the household or by staff; 422 says why one is not accepted."""
    return perform(request, record_reading, render=ReadingOut.of, status=201, meter_id=meter_id, **body.dict())


@router.post("/payments", response={201: PaymentOut, 200: PaymentOut})
@access(PERSON, power=Power.PAY)
def pay(request: Request, body: PaymentIn) -> Reply:
    """Start to pay bills. Needs an `Idempotency-Key`; the same person again gets the payment under way (200)."""
    return perform(request, checkout.pay, render=_shown(request), status=201, key_required=True, **body.dict())


@router.get("/payments/{payment_id}", response=PaymentOut)
@access(PERSON, power=Power.PAY)
def payment(request: Request, payment_id: UUID) -> Reply:
    """One payment: the payer sees every part, a payee's finance its own."""
    return single(
        request, reading.payment(request.actor, payment_id), lambda seen: PaymentOut.of(seen, language(request))
    )


@router.post("/payments/{payment_id}/cancel", response=PaymentOut)
@access(PERSON, power=Power.PAY)
def cancel(request: Request, payment_id: UUID) -> Reply:
    """End one's own payment at the provider; what was paid in the meantime stays paid."""
    return perform(request, checkout.cancel, render=_shown(request), payment_id=payment_id)


@router.post("/payments/{payment_id}/refunds", response={201: RefundOut})
@access(PERSON)
def refund(request: Request, payment_id: UUID, body: RefundIn) -> Reply:
    """Finance gives money back, all or part. Needs an `Idempotency-Key`; a wallet's refund is `pending` for a while."""
    return perform(
        request,
        refunds.refund,
        render=RefundOut.of,
        status=201,
        key_required=True,
        payment_id=payment_id,
        **body.dict(),
    )


@router.get("/payments/{payment_id}/receipt.pdf", response={200: None})
@access(PERSON, power=Power.PAY)
def receipt(request: Request, payment_id: UUID) -> HttpResponse:
    """The receipts of the paid parts as PDF, a page each."""
    found, parts = reading.settled_parts(request.actor, payment_id)
    response = HttpResponse(receipts.pdf(found, parts), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{parts[0].receipt.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@router.get("/receipts/check/{code}", response=ReceiptCheckOut)
@access(PUBLIC("whoever holds a receipt may check it; the code is random and what is shown is not personal"))
def check_receipt(request: Request, code: str) -> ReceiptCheckOut:
    """Whether a receipt is genuine, and what was refunded since."""
    return ReceiptCheckOut.of(reading.checked_receipt(code), language(request))


@router.post("/webhooks/stripe", response=WebhookTakenOut)
@access(SIGNED("Stripe signs the raw body"))
def stripe_webhook(request: Request) -> WebhookTakenOut:
    """Snapshot and thin events. 200 means that the event is kept and will be dealt with."""
    inbox.receive(request.body, request.headers.get("Stripe-Signature", ""))
    return WebhookTakenOut()


@router.get("/ledger/trial-balance", response=TrialBalanceOut)
@access(Can.LEDGER_READ)
def trial_balance(request: Request) -> TrialBalanceOut:
    """Debits and credits of every account in the reader's books; they add up to zero."""
    return TrialBalanceOut.of(ledger.trial_balance(request.actor), "CNY", language(request))


@router.get("/ledger/accounts/{account_id}", response=StatementOut)
@access(Can.LEDGER_READ)
def statement(request: Request, account_id: UUID, query: Query[Paged]) -> StatementOut:
    """One account of the books with its entries."""
    found = reading.ledger_account(request.actor, account_id)
    items = page(request, ledger.statement(found), EntryOut.of, order=("-created_at", "id"))
    return StatementOut.of(found, items, language(request))
