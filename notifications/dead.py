"""Dead letters: deliveries that ended unsent, and sending them again once the cause is gone."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.core.verb import Doer, record, verb
from notifications import sms
from notifications.addresses import Address
from notifications.deliveries import DEAD, FAILED, QUEUED, Delivery, wake

KEEP = "delivery:keep"  # `Can.DELIVERY_KEEP`: this room stands below the table of rights


class Keeper(Doer, Protocol):
    """Who may be asked for a right."""

    def require(self, permission: Any, **places: UUID | None) -> None: ...


class NotReplayable(Conflict):
    """This delivery cannot be sent again: it was sent, still waits, or what it held is no longer kept."""

    code, zh = "not-replayable", "此消息无法重发：已发送、仍在等待，或内容已不再保留"


class AddressGone(Conflict):
    """The address of this delivery is no longer in use."""

    code, zh = "address-gone", "该接收地址已停用"


def unsent(state: str = DEAD) -> models.QuerySet[Delivery]:
    """Deliveries in this end state (`dead` or `failed`), of all people. Rows hold ids and reasons, no phones and no texts."""
    return Delivery.objects.filter(state=state if state in {DEAD, FAILED} else DEAD)


@verb("delivery.replay")
def replay(actor: Keeper, *, delivery_id: UUID) -> Delivery:
    """Queue a dead or failed delivery again, under its own id, as if it had never been tried.

    Raises Forbidden, NotFound, NotReplayable, AddressGone.
    """
    actor.require(KEEP)
    row = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if row is None:
        raise NotFound
    if row.state not in {DEAD, FAILED} or row.topic in sms.CODES or row.sealed_by is not None:
        raise NotReplayable
    if row.delivered_at is not None:
        raise NotReplayable
    if row.address_id is None or not Address.objects.filter(id=row.address_id, retired_at__isnull=True).exists():
        raise AddressGone
    was = row.reason
    row.state, row.due_at, row.lease, row.attempts = QUEUED, now(), None, 0
    row.reason, row.provider, row.provider_id, row.tried_since, row.sent_at = "", "", "", None, None
    row.repeats = 0
    row.save()
    wake([row])
    record("delivery.replay", about=None, delivery_id=str(row.id), channel=row.channel, was=was)
    return row
