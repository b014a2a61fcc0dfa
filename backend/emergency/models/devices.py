"""Devices and the keys they sign with."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core import vault
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
    aes_key_sealed = models.BinaryField(null=True, blank=True)
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
        """The AES key of an encrypting DC-09 device."""
        if self.aes_key_sealed is None:
            return None
        return bytes.fromhex(vault.unseal(self.id, AES_KEY, self.aes_key_sealed))

    def set_aes_key(self, key: bytes | None) -> None:
        """Seal `key` (16, 24 or 32 bytes) into the row; the caller saves."""
        self.aes_key_sealed = vault.seal(self.id, AES_KEY, key.hex()) if key else None


class DeviceKey(Row):
    """One signing key of a device. Two may be valid at once, so that a device can change over without a gap."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=64, unique=True)
    secret_sealed = models.BinaryField()
    until = models.DateTimeField(null=True, blank=True)

    def secret(self) -> str:
        """The shared secret, unpadded base64url."""
        return vault.unseal(self.device_id, SECRET, self.secret_sealed)

    @classmethod
    def issue(cls, device: Device, key_id: str, secret: str) -> DeviceKey:
        """Store `secret` (unpadded base64url) for `device` under `key_id`."""
        return cls.objects.create(device=device, key_id=key_id, secret_sealed=vault.seal(device.id, SECRET, secret))
