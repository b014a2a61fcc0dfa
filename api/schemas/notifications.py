"""Inbox, push tokens and preferences on the wire."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from notifications.addresses import Address
from notifications.notices import Notice
from notifications.preferences import LOCKED, Preference


class NoticeOut(Schema):
    """`seq` is the notice's offset in the person's stream `channel`; `about` the API path of what it is about."""

    id: UUID
    topic: str
    text: str
    about: str
    urgency: Literal["normal", "emergency"]
    channel: str
    seq: int
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notice: Notice, language: str) -> NoticeOut:
        return cls(
            id=notice.id,
            topic=notice.topic,
            text=notice.text(language),
            about=notice.about,
            urgency=notice.urgency,  # type: ignore[arg-type]
            channel=notice.channel,
            seq=notice.seq or 0,
            at=notice.created_at,
            read_at=notice.read_at,
        )


class InboxOut(Schema):
    """Newest first. Pass `since` back later to get only what is newer; `next` pages on to what is older."""

    items: list[NoticeOut]
    next: str | None
    since: str
    unread: int


class ReadIn(Schema):
    """Which notices were read: by id, or all up to a `seq`; an empty body means all."""

    ids: list[UUID] = Field(default_factory=list)
    up_to: int | None = Field(default=None, ge=0)


class ReadOut(Schema):
    marked: int
    unread: int


class PushTokenIn(Schema):
    token: str = Field(min_length=1, max_length=4096)
    platform: Literal["android", "ios", "web"]
    provider: Literal["fcm"] = "fcm"


class PushTokenOut(Schema):
    """The token itself is never shown again."""

    device_key: str
    platform: str
    provider: str
    at: datetime

    @classmethod
    def of(cls, address: Address) -> PushTokenOut:
        return cls(device_key=address.device_key, platform=address.platform, provider="fcm", at=address.created_at)


class QuietHours(Schema):
    """A daily window in Beijing time; over midnight when `until` is before `from`."""

    from_: time = Field(alias="from")
    until: time


class PreferencesIn(Schema):
    """`off`: topic → the channels (`socket`, `fcm`, `sms`) on which it is not wanted. What is left out is the default."""

    language: str | None = None
    quiet_hours: QuietHours | None = None
    off: dict[str, list[str]] = Field(default_factory=dict)


class PreferencesOut(Schema):
    language: str
    quiet_hours: dict[str, str] | None
    off: dict[str, list[str]]
    locked: list[str] = Field(description="topics that nobody can switch off")

    @classmethod
    def of(cls, preference: Preference) -> PreferencesOut:
        quiet: dict[str, Any] | None = None
        if preference.quiet_from is not None and preference.quiet_until is not None:
            quiet = {"from": f"{preference.quiet_from:%H:%M}", "until": f"{preference.quiet_until:%H:%M}"}
        return cls(language=preference.language, quiet_hours=quiet, off=preference.off, locked=list(LOCKED))
