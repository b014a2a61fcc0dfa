"""Devices and the keys they sign with."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core import vault
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.rows import Row
from backend.people.actor import Actor
from backend.people.roles import Can

SECRET = "emergency.device.secret"  # noqa: S105 - a vault context
AES_KEY = "emergency.device.aes_key"


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, actor: Actor) -> DeviceQuerySet:
        """Staff see the devices of their communities, a person sees their own."""
        reach = actor.reach(Can.DEVICE_READ)
        if reach.everywhere:
            return self.all()
        mine = Q(user_id=actor.person_id) if actor.person_id else Q(pk__in=[])
        return self.filter(mine | Q(community_id__in=reach.communities))


class Device(Row):
    """A button, pendant, sensor or gateway. It belongs to a home, a person, both, or (in stock) to nobody yet."""

    class Protocol(models.TextChoices):
        HTTPS = "https"
        DC09 = "dc09"
        MQTT = "mqtt"

    serial = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=32)
    protocol = models.CharField(max_length=8, choices=Protocol.choices)
    user = models.ForeignKey("people.User", models.PROTECT, null=True, blank=True, related_name="devices")
    home = models.ForeignKey("community.Home", models.PROTECT, null=True, blank=True, related_name="devices")
    community = models.ForeignKey("community.Division", models.PROTECT, null=True, blank=True, related_name="+")
    account = models.CharField(max_length=16, blank=True, default="")
    battery = models.PositiveSmallIntegerField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=~Q(account=""), name="one_device_an_account"),
        ]
        indexes = [models.Index(fields=["community"], name="device_of_community")]

    @classmethod
    def known(cls, device_id: UUID | None) -> Device | None:
        """The device with the divisions above it loaded; None for nobody."""
        if device_id is None:
            return None
        return cls.objects.select_related("community__parent__parent").filter(id=device_id).first()

    @property
    def owner_id(self) -> UUID:
        """Whose vault key seals what this device says: the wearer's, else the device's own."""
        return self.user_id or self.id

    @property
    def subject(self) -> str:
        """Whose calls belong together: the wearer's, else this device's."""
        return f"person:{self.user_id}" if self.user_id else f"device:{self.id}"

    def aes_key(self) -> bytes | None:
        """The newest live AES key of an encrypting DC-09 device."""
        return next((key.aes() for key in self.aes_keys()), None)

    def aes_keys(self) -> list[DeviceKey]:
        """The live AES keys, newest first."""
        return list(self.keys.live().filter(purpose=DeviceKey.Purpose.AES).order_by("-created_at", "-id"))

    def set_aes_key(self, key: bytes | None) -> None:
        """Make `key` (16, 24 or 32 bytes) the only AES key of this saved device; None: it sends in clear."""
        self.keys.filter(purpose=DeviceKey.Purpose.AES).delete()
        if key:
            DeviceKey.issue(self, f"ak-{uuid7()}", key.hex(), DeviceKey.Purpose.AES)


class DeviceKeyQuerySet(models.QuerySet["DeviceKey"]):
    def live(self) -> DeviceKeyQuerySet:
        """Keys that are not retired."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=now()))


class DeviceKey(Row):
    """One key of a device: what it signs with, or what a DC-09 device encrypts with.

    Two of a purpose may be live at once, so that a device changes over without a gap; `until` retires one.
    `first_used_at`: the first message that it held for, which retires the older one after a grace.
    """

    class Purpose(models.TextChoices):
        SIGNATURE = "signature"
        AES = "aes"

    device = models.ForeignKey(Device, models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.SIGNATURE)
    secret_sealed = models.BinaryField()
    until = models.DateTimeField(null=True, blank=True)
    first_used_at = models.DateTimeField(null=True, blank=True)

    objects = DeviceKeyQuerySet.as_manager()

    @property
    def is_live(self) -> bool:
        return self.until is None or self.until > now()

    def secret(self) -> str:
        """The shared secret: unpadded base64url to sign with, hex to encrypt with."""
        return vault.unseal(self.device_id, CONTEXTS[self.purpose], self.secret_sealed)

    def aes(self) -> bytes:
        """The AES key's bytes."""
        return bytes.fromhex(self.secret())

    @classmethod
    def issue(cls, device: Device, key_id: str, secret: str, purpose: str = Purpose.SIGNATURE) -> DeviceKey:
        """Store `secret` (as `secret()` shows it) for `device` under `key_id`."""
        sealed = vault.seal(device.id, CONTEXTS[purpose], secret)
        return cls.objects.create(device=device, key_id=key_id, secret_sealed=sealed, purpose=purpose)


CONTEXTS: dict[str, str] = {DeviceKey.Purpose.SIGNATURE: SECRET, DeviceKey.Purpose.AES: AES_KEY}
