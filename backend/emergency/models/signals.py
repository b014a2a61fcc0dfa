"""What came in, byte for byte: raw first, meaning later."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core import vault
from backend.core.clock import now
from backend.core.due import DueRow
from backend.core.ids import uuid7
from backend.core.rows import Row

RAW = "emergency.signal.raw"
DETAIL = "emergency.signal.detail"

# The vault owner of what nobody registered has sent.
STRANGER = UUID("00000000-0000-7000-8000-00000e3e69e0")


class Signal(models.Model):
    """One message of a device or a person as it came in. `at`: received (UTC); `device_at`: what its own clock said.

    Partitioned by month, append-only but for what interpretation adds. Raw bytes and details (position, note, value) are sealed
    under `owner_id`: the person, else the device, else a stranger.
    """

    pk = models.CompositePrimaryKey("at", "id")
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField(default=now)
    source = models.CharField(max_length=96)
    event_id = models.CharField(max_length=128)
    protocol = models.CharField(max_length=8)
    kind = models.CharField(max_length=32, blank=True, default="")
    code = models.CharField(max_length=32, blank=True, default="")
    device_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    community_id = models.UUIDField(null=True)
    incident_id = models.UUIDField(null=True)
    device_at = models.DateTimeField(null=True)
    battery = models.PositiveSmallIntegerField(null=True)
    is_authentic = models.BooleanField(default=True)
    is_clock_skewed = models.BooleanField(default=False)
    is_replayed = models.BooleanField(default=False)
    owner_id = models.UUIDField(default=STRANGER)
    raw_sealed = models.BinaryField()
    detail_sealed = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["incident_id", "id"], name="signal_of_incident"),
            models.Index(fields=["device_id", "at"], name="signal_of_device"),
            models.Index(fields=["at"], name="signal_not_authentic", condition=Q(is_authentic=False)),
        ]

    @property
    def raw(self) -> bytes:
        """The bytes as they came. Raises KeyDestroyed when their person was erased."""
        return vault.unseal(self.owner_id, RAW, self.raw_sealed).encode("latin-1")

    def detail(self) -> dict[str, Any]:
        """Position (`lon`, `lat`, WGS-84), `note`, `value`, `unit`, `zone`: whatever the signal told."""
        if self.detail_sealed is None:
            return {}
        found: dict[str, Any] = json.loads(vault.unseal(self.owner_id, DETAIL, self.detail_sealed))
        return found

    @staticmethod
    def seal_raw(owner_id: UUID, raw: bytes) -> bytes:
        return vault.seal(owner_id, RAW, raw.decode("latin-1"))

    @staticmethod
    def seal_detail(owner_id: UUID, detail: dict[str, Any]) -> bytes | None:
        return vault.seal(owner_id, DETAIL, json.dumps(detail)) if detail else None


class SignalKey(Row):
    """The uniqueness that a partitioned table cannot hold: one signal an event of a source, and what became of it.

    `digest`: SHA-256 of the bytes, so that a device that counts its events from one again after a restart is noticed.
    """

    source = models.CharField(max_length=96)
    event_id = models.CharField(max_length=128)
    signal_id = models.UUIDField()
    signal_at = models.DateTimeField()
    incident_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    digest = models.BinaryField(max_length=32)
    repeats = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_signal_an_event")]

    @property
    def settled(self) -> UUID:
        """The incident of an event that always has one."""
        if self.incident_id is None:
            raise LookupError("this event opened no incident")
        return self.incident_id


class SignalRetry(Row, DueRow):
    """A signal whose interpretation failed: it is tried again, while its P1 "unidentified" incident is already answered."""

    signal_id = models.UUIDField()
    signal_at = models.DateTimeField()
    incident_id = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="signal_retry_due", condition=Q(due_at__isnull=False))]
