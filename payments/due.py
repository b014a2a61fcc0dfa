"""The room's waiting rows: events not yet dealt with, attempts and refunds whose outcome must be looked up."""

from __future__ import annotations

from datetime import timedelta

from backend.core.cron import every
from backend.core.due import DueLoop, register
from payments import checkout, inbox, refunds
from payments.models import Attempt, ProviderEvent, Refund
from payments.providers import stripe

LEASE = timedelta(seconds=90)
"""Longer than the provider's slowest answers with the SDK's own retries."""

inbox_loop = DueLoop("stripe-inbox", ProviderEvent, inbox.take, lease=LEASE, threads=2)
attempt_loop = DueLoop("attempts", Attempt, checkout.look, lease=LEASE, threads=2)
refund_loop = DueLoop("refunds", Refund, refunds.look, lease=LEASE)


@every(seconds=300, name="payments.catch-up")
def catch_up() -> int:
    """Hear what the webhook missed; nothing without a provider."""
    return inbox.catch_up() if stripe.is_configured() else 0


def register_loops() -> None:
    """Make the worker run them."""
    for loop in (inbox_loop, attempt_loop, refund_loop):
        register(loop)
