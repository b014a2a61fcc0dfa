"""What the provider told us."""

from __future__ import annotations

from django.db import models

from backend.core.due import DueRow
from backend.core.models import Row


class ProviderEvent(Row, DueRow):
    """One webhook event, kept before anything is done about it; due until it is done.

    `body` is the raw request sealed under `owner_id` (the payer when the intent is known, else the room's own key). `twin_id` is
    the snapshot event that a thin event stands for: both together are one fact.
    """

    event_id = models.CharField(max_length=80, unique=True)
    twin_id = models.CharField(max_length=80, blank=True, default="")
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    intent_id = models.CharField(max_length=80, blank=True, default="")
    owner_id = models.UUIDField()
    body = models.BinaryField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="provider_event_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["twin_id"], name="provider_event_twin", condition=~models.Q(twin_id="")),
        ]
