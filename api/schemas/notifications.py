"""Push tokens and preferences on the wire."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Literal

from ninja import Field, Schema

from notifications.addresses import Address
from notifications.devices import Subscription
from notifications.mailboxes import MailProof, masked
from notifications.preferences import LOCKED, Preference


class SubscriptionKeys(Schema):
    """Both base64url, as `PushSubscription.toJSON()` gives them."""

    p256dh: str = Field(max_length=120)
    auth: str = Field(max_length=40)


class SubscriptionIn(Schema):
    """A browser's `PushSubscription.toJSON()`."""

    endpoint: str = Field(max_length=2000)
    keys: SubscriptionKeys
    expirationTime: float | None = None  # noqa: N815 - the browser's word

    def read(self) -> Subscription:
        return Subscription(self.endpoint, self.keys.p256dh, self.keys.auth)


class PushTokenIn(Schema):
    """`token` for the phones' push services, `subscription` for `webpush`."""

    token: str = Field(default="", max_length=4096)
    platform: Literal["android", "ios", "web"]
    provider: Literal["fcm", "webpush", "huawei", "xiaomi", "oppo", "vivo", "jpush"] = "fcm"
    subscription: SubscriptionIn | None = None


class PushTokenOut(Schema):
    """The token itself is never shown again."""

    device_key: str
    platform: str
    provider: str
    at: datetime

    @classmethod
    def of(cls, address: Address) -> PushTokenOut:
        return cls(
            device_key=address.device_key, platform=address.platform, provider=address.kind, at=address.created_at
        )


class MailAskIn(Schema):
    email: str = Field(max_length=254)


class MailAskedOut(Schema):
    """Until when (UTC) the code that was sent is valid."""

    expires_at: datetime

    @classmethod
    def of(cls, proof: MailProof) -> MailAskedOut:
        return cls(expires_at=proof.expires_at)


class MailCodeIn(Schema):
    code: str = Field(pattern=r"^[0-9]{6}$")


class MailboxOut(Schema):
    """`email` is masked (`w***@mail.example`)."""

    email: str | None
    since: datetime | None

    @classmethod
    def of(cls, address: Address | None) -> MailboxOut:
        if address is None:
            return cls(email=None, since=None)
        return cls(email=masked(address.value), since=address.created_at)


class QuietHours(Schema):
    """A daily window in Beijing time; over midnight when `until` is before `from`."""

    from_: time = Field(alias="from")
    until: time


class PreferencesIn(Schema):
    """`off`: topic → the channels (`socket`, `fcm` for all pushes, `sms`, `voice`, `email`) on which it is not wanted.

    What is left out is the default.
    """

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
