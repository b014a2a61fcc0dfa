"""What the kernel calls when a verb ends: its events go to their streams, and what stands in an inbox gets its number there."""

from __future__ import annotations

from uuid import UUID

from backend.core.verb import StreamedEvent
from notifications import broadcasts, notice, streams
from notifications.broadcasts import Broadcast
from notifications.notice import Notice


def append(events: list[StreamedEvent]) -> list[str]:
    """Append a verb's events to their streams, number its notices and broadcasts; returns the channels."""
    offsets = streams.append(events)
    numbered: list[Notice] = []
    told: list[Broadcast] = []
    for event, offset in zip(events, offsets, strict=True):
        if event.event == notice.CREATED:
            numbered.append(Notice(id=UUID(event.data["notice_id"]), seq=offset))
        elif event.event == broadcasts.CREATED:
            told.append(Broadcast(id=UUID(event.data["broadcast_id"]), seq=offset))
    if numbered:
        Notice.objects.bulk_update(numbered, ["seq"])
    if told:
        Broadcast.objects.bulk_update(told, ["seq"])
    return sorted({event.channel for event in events})
