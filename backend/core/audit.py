"""The audit: what was done, by whom, about what. Written in the verb's transaction, append-only, sealed in batches.

Rows are never updated or deleted (a trigger refuses it, and the working roles have no right to). Sealing: `audit_sealing`;
checking: `audit_verifying`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from backend.core.audit_context import request_id
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.rows import Row


class AuditEpoch(models.Model):
    """One life of the database. Restored from a dump into a new cluster it counts its transactions anew: another epoch."""

    number = models.IntegerField(primary_key=True)
    system_id = models.TextField()
    begun_at = models.DateTimeField(default=now)

    class Meta:
        app_label = "core"


class AuditRow(models.Model):
    """One deed. `data` holds ids and codes only. `epoch` and `xact` order sealing by transaction, not by clock."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField(default=now)
    event = models.TextField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    acting_for = models.UUIDField(null=True)
    object_type = models.CharField(max_length=48, blank=True)
    object_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    xact = models.BigIntegerField(db_default=models.expressions.RawSQL("txid_current()", []))
    epoch = models.IntegerField(db_default=models.expressions.RawSQL("yike_audit_epoch()", []))

    class Meta:
        app_label = "core"
        indexes = [
            models.Index(fields=["object_id", "id"], name="audit_of_object"),
            models.Index(fields=["actor_id", "id"], name="audit_of_actor"),
            models.Index(fields=["epoch", "xact"], name="audit_by_epoch_and_xact"),
        ]

    def digest(self) -> bytes:
        """SHA-256 of the row's canonical JSON."""
        return digest([getattr(self, name) for name in FIELDS])


FIELDS = (
    "id",
    "at",
    "event",
    "actor_kind",
    "actor_id",
    "acting_for",
    "object_type",
    "object_id",
    "data",
    "request_id",
    "xact",
)
"""What a row's digest covers, in this order."""


def digest(row: Sequence[Any]) -> bytes:
    """SHA-256 of the canonical JSON of a row's `FIELDS`."""
    given, at, event, kind, actor, acting_for, about, about_id, data, request, xact = row
    whole = [str(given), at.isoformat(), event, kind, str(actor), str(acting_for), about, str(about_id), data]
    text = json.dumps([*whole, request, xact], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(b"\x00" + text.encode()).digest()


class AuditSeal(Row):
    """A signed Merkle root over the rows of an epoch with `first_xact <= xact < end_xact`, in the order of their ids.

    `leaves`: id (16 bytes) and digest (32) of each row, so that a broken one can be named; the root vouches for them.
    """

    number = models.BigIntegerField(unique=True)
    epoch = models.IntegerField(default=0)
    first_xact = models.BigIntegerField()
    end_xact = models.BigIntegerField()
    count = models.IntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    leaves = models.BinaryField(default=b"")

    class Meta:
        app_label = "core"
        ordering = ["number"]

    def statement(self) -> bytes:
        """The bytes that are signed."""
        return statement(self)


def statement(seal: Any) -> bytes:
    """The bytes that are signed of a seal or of what was exported of it. The epoch 0, before any restore, is not mentioned."""
    head = f"yike-audit-2|{seal.epoch}|" if seal.epoch else "yike-audit-1|"
    numbers = f"{seal.number}|{seal.first_xact}|{seal.end_xact}|{seal.count}|"
    return (head + numbers).encode() + bytes(seal.root) + bytes(seal.previous)


class AuditExport(models.Model):
    """How far the seals were sent to one place outside the database."""

    target = models.CharField(max_length=200, primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        app_label = "core"


def write(actor: Any, recorded: Iterable[tuple[str, models.Model | None, dict[str, Any]]]) -> None:
    """Insert the rows that a verb gathered (called by the verb, inside its transaction)."""
    AuditRow.objects.bulk_create(
        AuditRow(
            event=event,
            actor_kind=actor.kind,
            actor_id=actor.doer_id,
            acting_for=actor.acting_for,
            object_type=about._meta.label_lower if about is not None else "",
            object_id=getattr(about, "id", None),
            data=json.loads(json.dumps(data, default=str)),
            request_id=request_id.get(),
        )
        for event, about, data in recorded
    )
