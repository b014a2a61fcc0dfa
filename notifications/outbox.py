"""The demo's outbox: what would have gone out by SMS or push. Written only when the demo runs; no provider is ever reached."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models

from backend.core import vault
from backend.core.clock import now
from backend.core.queries import looking_up
from backend.core.rows import Row
from notifications import addresses

CONTEXT = "notifications.outbox"
SHOWN = 200


class OutboxMessage(Row):
    """`sealed` holds the address, the text and a login code, under `sealed_by` (a person, or the phone of somebody unknown)."""

    channel = models.CharField(max_length=8)
    to_blind = models.BinaryField(max_length=32)
    person_id = models.UUIDField(null=True)
    sealed_by = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "notifications"
        indexes = [
            models.Index(fields=["to_blind"], name="outbox_to"),
            models.Index(fields=["person_id"], name="outbox_of_person"),
        ]


@dataclass(frozen=True)
class Shown:
    """A message as the demo page lists it; `at` is UTC."""

    channel: str
    to: str
    text: str
    code: str | None
    at: datetime


def owner_of_phone(phone: str) -> UUID:
    """The vault owner for what is sealed for a phone that may belong to nobody we know."""
    return UUID(bytes=vault.blind("outbox.owner", addresses.e164(phone))[:16])


def write(
    channel: str, to: str, text: str, *, code: str | None = None, person_id: UUID | None = None, phone: str = ""
) -> OutboxMessage:
    """Put a message into the outbox. `to` is what the page shows, `phone` by what it is found (default: `to`)."""
    owner = person_id or owner_of_phone(phone or to)
    body = json.dumps({"to": to, "text": text, "code": code}, ensure_ascii=False)
    return OutboxMessage.objects.create(
        channel=channel,
        to_blind=_blind(phone or to),
        person_id=person_id,
        sealed_by=owner,
        sealed=vault.seal(owner, CONTEXT, body),
        created_at=now(),
    )


def recent(phone: str | None = None, limit: int = SHOWN) -> list[Shown]:
    """The newest messages first: to this phone and pushes to its owners' devices, or to everybody."""
    rows = OutboxMessage.objects.order_by("-created_at", "-id")
    if phone:
        owners = addresses.owners_of_phone(phone)
        rows = rows.filter(models.Q(to_blind=_blind(phone)) | models.Q(person_id__in=owners, channel=addresses.FCM))
    with looking_up("demo outbox"):
        found = list(rows[:limit])
    bodies = vault.unseal_many((row.sealed_by, CONTEXT, bytes(row.sealed)) for row in found)
    shown = [(row, json.loads(body)) for row, body in zip(found, bodies, strict=True) if body]
    return [Shown(row.channel, body["to"], body["text"], body["code"], row.created_at) for row, body in shown]


def _blind(phone: str) -> bytes:
    return vault.blind("outbox.to", addresses.e164(phone))
