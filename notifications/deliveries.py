"""Deliveries: one row for each way in which one notice goes to one address. The row is queue, retry state and receipt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.due import DueRow
from backend.core.ids import uuid7
from backend.core.verb import hint
from notifications import addresses, preferences

SOCKET, FCM, SMS = "socket", "fcm", "sms"
QUEUED, SENT, FAILED, DEAD = "queued", "sent", "failed", "dead"
NORMAL, EMERGENCY = "normal", "emergency"


class Delivery(DueRow):
    """`sent`: the provider accepted it (for `socket`: the stream holds it). `failed`: it cannot be sent, `reason` says why.
    `dead`: tried too long. What the recipient's device reported stands in the receipt times, which never go back."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField(default=now)
    notice_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    address_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=8)
    topic = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    about = models.TextField(blank=True)
    urgency = models.CharField(max_length=12, default=NORMAL)
    sealed = models.BinaryField(null=True)
    sealed_by = models.UUIDField(null=True)
    state = models.CharField(max_length=8, default=QUEUED)
    reason = models.CharField(max_length=80, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    displayed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "notifications"
        indexes = [
            models.Index(fields=["channel", "due_at"], name="delivery_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["notice_id"], name="delivery_of_notice"),
            models.Index(fields=["person_id", "at"], name="delivery_to_person"),
        ]


class DeliveryKey(models.Model):
    """What must not be sent twice; deliveries themselves are partitioned and cannot be unique across months."""

    key = models.CharField(max_length=160, primary_key=True)
    delivery_id = models.UUIDField()
    delivery_at = models.DateTimeField()

    class Meta:
        app_label = "notifications"


def plan(
    person_id: UUID, notice_id: UUID, topic: str, params: dict[str, Any], *, about: str, urgency: str
) -> list[Delivery]:
    """Queue a notice on its channels (inside a verb): the stream holds it already; pushes, and in emergencies SMS, go out by the
    courier. Quiet hours and preferences hold back only what is not an emergency."""
    moment = now()
    preference = preferences.of(person_id)
    kinds = [FCM, SMS] if urgency == EMERGENCY else [FCM]
    wanted = [kind for kind in kinds if urgency == EMERGENCY or preference.wants(topic, kind)]
    due = moment if urgency == EMERGENCY else (preference.quiet_end(moment) or moment)

    def made(channel: str, **more: Any) -> Delivery:
        return Delivery(
            at=moment,
            notice_id=notice_id,
            person_id=person_id,
            channel=channel,
            topic=topic,
            params=params,
            about=about,
            urgency=urgency,
            **more,
        )

    rows = [made(SOCKET, state=SENT, sent_at=moment)]
    for kind in wanted:
        rows += [made(kind, address_id=a.id, due_at=due) for a in addresses.live(person_id, kind)]
    Delivery.objects.bulk_create(rows)
    wake(row.channel for row in rows if row.due_at)
    return rows


def queue(delivery: Delivery, *, key: str | None = None) -> Delivery:
    """Queue one delivery (inside a verb); the same key again gives the first one back."""
    if key is not None:
        taken = DeliveryKey(key=key, delivery_id=delivery.id, delivery_at=delivery.at)
        DeliveryKey.objects.bulk_create([taken], ignore_conflicts=True)
        first = DeliveryKey.objects.get(key=key)
        if first.delivery_id != delivery.id:
            return Delivery.objects.get(at=first.delivery_at, id=first.delivery_id)
    delivery.save(force_insert=True)
    if delivery.due_at is not None:
        wake([delivery.channel])
    return delivery


def wake(channels: Iterable[str]) -> None:
    """Wake the courier's loops for these channels after the commit."""
    for channel in set(channels):
        hint(f"due:courier.{channel}")


def settle(
    delivery: Delivery, state: str, *, reason: str = "", provider_id: str = "", at: datetime | None = None
) -> None:
    """Write the outcome of a claimed delivery, if the claim still holds; what was sealed for the way is forgotten."""
    Delivery.objects.filter(at=delivery.at, id=delivery.id, lease=delivery.lease, state=QUEUED).update(
        state=state, reason=reason, provider_id=provider_id, sent_at=at, sealed=None
    )
