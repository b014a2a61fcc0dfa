"""What a provider is asked for and what it answers, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Order:
    """What an attempt asks the provider to collect. `amount` in fen; `method` is one of the provider's types."""

    attempt_id: str
    payment_id: str
    amount: int
    currency: str
    method: str
    merchant_account: str
    created_at: datetime


@dataclass(frozen=True)
class Intent:
    """A payment intent as the provider has it now. `failure` is its short code for the last failed try, else empty."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    attempt_id: str
    client_secret: str = field(repr=False)
    next_action: dict[str, Any] | None = field(repr=False)
    failure: str

    @property
    def waits_for_method(self) -> bool:
        return self.status in ("requires_payment_method", "requires_confirmation") and not self.failure

    @property
    def has_failed(self) -> bool:
        return self.status == "requires_payment_method" and bool(self.failure)

    @property
    def is_over(self) -> bool:
        return self.status in ("succeeded", "canceled")


@dataclass(frozen=True)
class RefundFact:
    """A refund as the provider has it now. `refund_id` is our row's id when we asked for it, else empty."""

    id: str
    status: str
    amount: int
    currency: str
    intent_id: str
    refund_id: str
