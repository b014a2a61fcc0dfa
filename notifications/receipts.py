"""Receipts: what a reader's device reported about a channel. Only these prove that something arrived; a send proves nothing."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models.functions import Coalesce, Greatest

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, Unauthenticated
from backend.core.rows import Row
from backend.core.verb import Doer, verb
from notifications import streams
from notifications.deliveries import SOCKET, Delivery
from notifications.notice import Notice

DELIVERED, DISPLAYED, READ = "delivered", "displayed", "read"
STATES = (DELIVERED, DISPLAYED, READ)


class Receipt(Row):
    """How far a person got in a channel, in each state; the offsets never go back."""

    person_id = models.UUIDField()
    channel = models.TextField()
    delivered = models.BigIntegerField(default=0)
    displayed = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)

    class Meta:
        app_label = "notifications"
        constraints = [models.UniqueConstraint(fields=["person_id", "channel"], name="one_receipt_a_channel")]


@verb("receipt.acknowledge", audited=False)
def acknowledge(actor: Doer, *, channel: str, offset: int, state: str) -> Receipt:
    """Note that everything of `channel` up to `offset` reached `state`; a later state includes the earlier ones. Raises Invalid."""
    if actor.person_id is None:
        raise Unauthenticated
    if state not in STATES:
        raise Invalid(FieldError("/state", "state-unknown", ", ".join(STATES), "状态应为 " + "、".join(STATES)))
    if not 0 < offset <= streams.position(channel)[1]:
        raise Invalid(FieldError("/offset", "offset-unknown", "no such offset in this channel", "该频道没有这个序号"))
    reached = STATES[: STATES.index(state) + 1]
    new = Receipt(person_id=actor.person_id, channel=channel)
    Receipt.objects.bulk_create([new], ignore_conflicts=True)
    mine = Receipt.objects.filter(person_id=actor.person_id, channel=channel)
    mine.update(**{name: Greatest(name, offset) for name in reached})
    if channel == f"person:{actor.person_id}":
        _mark_notices(actor.person_id, offset, reached)
    return mine.get()


def _mark_notices(person_id: UUID, offset: int, reached: tuple[str, ...]) -> None:
    moment = now()
    seen = Notice.objects.filter(person_id=person_id, seq__lte=offset)
    last = reached[-1]
    waiting = Delivery.objects.filter(person_id=person_id, channel=SOCKET, **{f"{last}_at__isnull": True})
    waiting.filter(notice_id__in=seen.values("id")).update(
        **{f"{name}_at": Coalesce(f"{name}_at", models.Value(moment)) for name in reached}
    )
    if READ in reached:
        seen.filter(read_at__isnull=True).update(read_at=moment)
