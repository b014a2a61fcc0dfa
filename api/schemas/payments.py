"""Shapes of payments, refunds and receipts. Money is whole fen (`amount`, `currency`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from ninja import Field, Schema
from pydantic import WithJsonSchema, field_validator

from api.schemas.bills import PayeeOut, named
from backend.env import env
from payments.flow import State
from payments.models import Attempt, Payment, Receipt, Refund
from payments.reading import Seen
from payments.settle import client_of


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
    state: Annotated[Refund.State, WithJsonSchema({"type": "string", "enum": Refund.State.values})]
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


class WebhookTakenOut(Schema):
    received: bool = True
