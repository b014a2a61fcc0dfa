"""The inbox on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from notifications.inbox import Entry


class NoticeOut(Schema):
    """`seq` is the entry's offset in the stream `channel` (the person's own, or a place's); `about` the API path of its subject."""

    id: UUID
    topic: str
    text: str
    about: str
    urgency: Literal["normal", "emergency"]
    channel: str
    seq: int
    at: datetime
    read_at: datetime | None
    archived_at: datetime | None

    @classmethod
    def of(cls, entry: Entry, language: str, *, plain: bool = False) -> NoticeOut:
        return cls(
            id=entry.id,
            topic=entry.topic,
            text=entry.text(language, plain=plain),
            about=entry.about,
            urgency=entry.urgency,  # type: ignore[arg-type]
            channel=entry.channel,
            seq=entry.seq,
            at=entry.at,
            read_at=entry.read_at,
            archived_at=entry.archived_at,
        )


class InboxOut(Schema):
    """Newest first. Pass `since` back later to get only what is newer; `next` pages on to what is older."""

    items: list[NoticeOut]
    next: str | None
    since: str
    unread: int


class ReadIn(Schema):
    """Which entries were read: by id, or all own ones up to a `seq`; an empty body means all."""

    ids: list[UUID] = Field(default_factory=list)
    up_to: int | None = Field(default=None, ge=0)


class ReadOut(Schema):
    marked: int
    unread: int


class ArchiveIn(Schema):
    ids: list[UUID] = Field(min_length=1)


class ArchivedOut(Schema):
    archived: int
    unread: int
