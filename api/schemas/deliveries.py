"""Deliveries, channels' health and providers' reports on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from notifications.breaker import ProviderCircuit
from notifications.deliveries import Delivery


class DeliveryOut(Schema):
    """One way of one notice to one address. Neither address nor text; `reason` says why it was not sent, or for what it waits."""

    id: UUID
    notice_id: UUID | None
    person_id: UUID | None
    channel: str
    provider: str
    topic: str
    urgency: str
    state: str
    reason: str
    attempts: int
    at: datetime
    due_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, row: Delivery) -> DeliveryOut:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class DeadLettersOut(Schema):
    """Newest first; `next` pages on."""

    items: list[DeliveryOut]
    next: str | None


class ChannelOut(Schema):
    """A way out and the providers configured for it, in the order in which they are tried."""

    channel: str
    providers: list[str]


class CircuitOut(Schema):
    """A provider that failed; until `retry_at` it is left alone."""

    name: str
    failures: int
    opened: int
    retry_at: datetime | None
    last_error: str
    changed_at: datetime

    @classmethod
    def of(cls, row: ProviderCircuit) -> CircuitOut:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class SpendingOut(Schema):
    """Today's SMS of one lane (Beijing time), in messages and fen; `most` where there is a budget."""

    lane: str
    count: int
    fen: int
    most_count: int | None
    most_fen: int | None


class BacklogOut(Schema):
    """What waits in one lane; `oldest_due` in the future when nothing is late."""

    channel: str
    lane: str
    count: int
    oldest_due: datetime


class ChannelsOut(Schema):
    channels: list[ChannelOut]
    waiting: list[BacklogOut]
    circuits: list[CircuitOut]
    sms_today: list[SpendingOut]


class WebPushKeyOut(Schema):
    """`public_key`: what a browser subscribes with (`applicationServerKey`, base64url); empty when Web Push is not configured."""

    public_key: str


class ReportTakenOut(Schema):
    """The answer that providers expect."""

    code: int = 0
    msg: str = Field(default="ok")
