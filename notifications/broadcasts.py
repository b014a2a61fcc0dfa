"""Broadcasts: one row for everybody in a place, not one a person. Only what a person does with it (read, put away) is theirs.

The row is numbered by its event in the place's stream. Pushes are deliveries of their own, planned in portions by a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.rows import Row
from backend.core.verb import emit
from notifications import addresses, deliveries, templates
from notifications.addresses import Address
from notifications.deliveries import NORMAL, Delivery
from notifications.preferences import Preference

CREATED = "broadcast.created"


class Broadcast(Row):
    """What was told to a whole channel. `source_id`: what it came from (a bulletin). `seq`: the offset of its event."""

    channel = models.TextField()
    seq = models.BigIntegerField(null=True)
    topic = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    about = models.TextField(blank=True)
    urgency = models.CharField(max_length=12, default="normal")
    source_id = models.UUIDField(db_index=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "notifications"
        indexes = [models.Index(fields=["channel", "-id"], name="broadcasts_of_channel")]

    def text(self, language: str, *, plain: bool = False) -> str:
        return templates.render(self.topic, self.params, language, plain=plain)


class BroadcastMark(Row):
    """What one person did with a broadcast."""

    person_id = models.UUIDField()
    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="marks")
    read_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "notifications"
        constraints = [models.UniqueConstraint(fields=["person_id", "broadcast"], name="one_mark_a_broadcast")]


def announce(
    channels: Sequence[str],
    topic: str,
    params: dict[str, Any],
    *,
    about: str,
    source_id: UUID,
    urgency: str = "normal",
    expires_at: datetime | None = None,
) -> list[Broadcast]:
    """Tell everybody in these channels (inside a verb): inbox and live stream. Raises UnknownTopic, KeyError."""
    templates.check(topic, params)
    made = [
        Broadcast(
            channel=channel,
            topic=topic,
            params=params,
            about=about,
            urgency=urgency,
            source_id=source_id,
            expires_at=expires_at,
        )
        for channel in channels
    ]
    Broadcast.objects.bulk_create(made)
    for row in made:
        emit(row.channel, CREATED, about=about, data={"broadcast_id": str(row.id), "topic": topic, "urgency": urgency})
    return made


def push(
    person_ids: Sequence[UUID],
    topic: str,
    params: dict[str, Any],
    *,
    about: str,
    source_id: UUID,
    urgency: str = "normal",
    expires_at: datetime | None = None,
) -> int:
    """Queue the pushes of a broadcast for these people (inside a verb), as they prefer; returns how many were queued.

    The deliveries carry the source as their notice, so that the operator finds them together.
    """
    wishes = Preference.objects.in_bulk(person_ids)
    live = Address.objects.filter(
        person_id__in=person_ids, kind__in=addresses.PUSH, is_own=True, retired_at__isnull=True
    )
    rows = list(_planned(live, wishes, topic, params, about, source_id, urgency, expires_at))
    Delivery.objects.bulk_create(rows)
    deliveries.wake(rows)
    return len(rows)


def _planned(
    live: Iterable[Address],
    wishes: dict[Any, Preference],
    topic: str,
    params: dict[str, Any],
    about: str,
    source_id: UUID,
    urgency: str,
    expires_at: datetime | None,
) -> Iterable[Delivery]:
    moment = now()
    for address in live:
        wish = wishes.get(address.person_id) or Preference(person_id=address.person_id)
        if urgency == NORMAL and not deliveries.wants(wish, topic, address.kind):
            continue
        due = (wish.quiet_end(moment) if urgency == NORMAL else None) or moment
        yield Delivery(
            at=moment,
            notice_id=source_id,
            person_id=address.person_id,
            address_id=address.id,
            channel=address.kind,
            topic=topic,
            params=params,
            about=about,
            urgency=urgency,
            due_at=due,
            expires_at=expires_at,
        )
