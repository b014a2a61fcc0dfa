"""Streams: append-only, with gapless numbers given inside the writer's transaction.

The number comes from the stream's own row, locked until commit, so that the order of commits is the order of numbers: a reader at
offset n never learns later of something at or below n. A sequence cannot promise that.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, models

from backend.core.clock import now
from backend.core.cron import every
from backend.core.ids import uuid7
from backend.core.verb import StreamedEvent

KEPT = timedelta(days=30)


class Stream(models.Model):
    """One channel. A new `epoch` (after a restore) tells every reader to read the resource again."""

    channel = models.TextField(primary_key=True)
    epoch = models.CharField(max_length=16)
    last_offset = models.BigIntegerField(default=0)

    class Meta:
        app_label = "notifications"


class StreamEvent(models.Model):
    """One event at one offset. `data` is small and holds ids and codes, never what a reader of the channel may not see."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField(default=now)
    channel = models.TextField()
    offset = models.BigIntegerField()
    event = models.CharField(max_length=64)
    about = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "notifications"
        indexes = [models.Index(fields=["channel", "offset"], name="events_of_channel")]


_ADVANCE = """
INSERT INTO notifications_stream AS s (channel, epoch, last_offset)
SELECT w.channel, left(replace(gen_random_uuid()::text, '-', ''), 8), w.count
FROM unnest(%s::text[], %s::bigint[]) AS w(channel, count) ORDER BY w.channel COLLATE "C"
ON CONFLICT (channel) DO UPDATE SET last_offset = s.last_offset + excluded.last_offset
RETURNING channel, last_offset
"""
_INSERT = """
INSERT INTO notifications_streamevent (id, at, channel, "offset", event, about, data)
SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::jsonb[])
"""


def append(events: Sequence[StreamedEvent]) -> list[int]:
    """Append the events in their order; returns each one's offset in its channel.

    Runs at the end of a verb's transaction: the streams' rows are locked in sorted order, from here to the commit.
    """
    counts = Counter(event.channel for event in events)
    channels = sorted(counts)
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [channels, [counts[channel] for channel in channels]])
        following = {channel: top - counts[channel] for channel, top in cursor.fetchall()}
        offsets = []
        for event in events:
            following[event.channel] += 1
            offsets.append(following[event.channel])
        columns: list[list[Any]] = [
            [uuid7() for _ in events],
            [moment] * len(events),
            [event.channel for event in events],
            offsets,
            [event.event for event in events],
            [event.about for event in events],
            [json.dumps(event.data, ensure_ascii=False, default=str) for event in events],
        ]
        cursor.execute(_INSERT, columns)
    return offsets


def position(channel: str) -> tuple[str, int]:
    """Epoch and last offset of a channel; ("", 0) when nothing was ever written to it."""
    found = Stream.objects.filter(channel=channel).first()
    return (found.epoch, found.last_offset) if found else ("", 0)


@every(seconds=6 * 3600, name="streams.prune")
def prune() -> int:
    """Delete events older than 30 days; a reader who stayed away longer gets `recovered: false` and reads the resource."""
    return StreamEvent.objects.filter(at__lt=now() - KEPT).delete()[0]
