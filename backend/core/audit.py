"""The audit: what was done, by whom, about what. Written in the verb's transaction, append-only, sealed in batches.

Rows are never updated or deleted (a trigger refuses it). Every few seconds the sealer takes all rows whose transaction has ended
since the last seal, in the order of their ids, and signs the Merkle root of their digests together with the previous root
(Ed25519). `verify` recomputes everything; the signed roots also go to `$YIKE_HOME/seals.log`, outside the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, models, transaction

from backend.core import secrets
from backend.core.audit_context import request_id
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.rows import Row


class AuditRow(models.Model):
    """One deed. `data` holds ids and codes only. `xact` orders sealing by transaction, not by clock."""

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

    class Meta:
        app_label = "core"
        indexes = [
            models.Index(fields=["object_id", "id"], name="audit_of_object"),
            models.Index(fields=["actor_id", "id"], name="audit_of_actor"),
            models.Index(fields=["xact"], name="audit_by_xact"),
        ]

    def digest(self) -> bytes:
        """SHA-256 of the row's canonical JSON."""
        fields = [
            str(self.id),
            self.at.isoformat(),
            self.event,
            self.actor_kind,
            str(self.actor_id),
            str(self.acting_for),
            self.object_type,
            str(self.object_id),
            self.data,
            self.request_id,
            self.xact,
        ]
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(b"\x00" + text.encode()).digest()


class AuditSeal(Row):
    """A signed Merkle root over the rows with `first_xact <= xact < end_xact`."""

    number = models.BigIntegerField(unique=True)
    first_xact = models.BigIntegerField()
    end_xact = models.BigIntegerField()
    count = models.IntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        app_label = "core"
        ordering = ["number"]

    def statement(self) -> bytes:
        """The bytes that are signed."""
        numbers = f"{self.number}|{self.first_xact}|{self.end_xact}|{self.count}|".encode()
        return b"yike-audit-1|" + numbers + bytes(self.root) + bytes(self.previous)


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


def merkle(leaves: list[bytes]) -> bytes:
    """The root of the leaves' binary Merkle tree; an odd node is promoted."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = leaves
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def _signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.secret("audit_key"))


def seal() -> AuditSeal | None:
    """Seal every row whose transaction has ended and that no seal covers; None when there is none. One sealer at a time."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('audit.seal'))")
        if not (cursor.fetchone() or (False,))[0]:
            return None
        last = AuditSeal.objects.order_by("-number").first()
        start = last.end_xact if last else 0
        cursor.execute("SELECT txid_snapshot_xmin(txid_current_snapshot())")
        (end,) = cursor.fetchone() or (0,)
        leaves = [row.digest() for row in AuditRow.objects.filter(xact__gte=start, xact__lt=end).order_by("id")]
        if not leaves:
            return None
        made = AuditSeal(
            number=last.number + 1 if last else 1,
            first_xact=start,
            end_xact=end,
            count=len(leaves),
            root=merkle(leaves),
            previous=bytes(last.root) if last else b"\x00" * 32,
        )
        made.signature = _signer().sign(made.statement())
        made.save(force_insert=True)
    _export(made)
    return made


def _export(made: AuditSeal) -> None:
    """Append the seal to a file outside the database: a cut tail of seals is then seen too."""
    from backend.env import env

    line = f"{made.number} {made.count} {bytes(made.root).hex()} {bytes(made.signature).hex()}\n"
    env.home_path.mkdir(parents=True, exist_ok=True)
    with open(env.home_path / "seals.log", "a") as log:
        log.write(line)


def verify() -> Iterator[str]:
    """Yield one sentence for each thing that was tampered with; nothing when all is well."""
    public = _signer().public_key()
    previous, expected, start = b"\x00" * 32, 1, 0
    for made in AuditSeal.objects.order_by("number"):
        if made.number != expected or bytes(made.previous) != previous or made.first_xact != start:
            yield f"seal {made.number}: the chain of seals is broken before it"
        try:
            public.verify(bytes(made.signature), made.statement())
        except InvalidSignature:
            yield f"seal {made.number}: its signature is wrong"
        rows = AuditRow.objects.filter(xact__gte=made.first_xact, xact__lt=made.end_xact).order_by("id")
        leaves = [row.digest() for row in rows]
        if len(leaves) != made.count:
            yield f"seal {made.number}: {made.count} rows were sealed, {len(leaves)} are there"
        elif merkle(leaves) != bytes(made.root):
            yield f"seal {made.number}: a row was changed"
        previous, expected, start = bytes(made.root), made.number + 1, made.end_xact
    yield from _compare_with_export()


def _compare_with_export() -> Iterator[str]:
    from backend.env import env

    log = env.home_path / "seals.log"
    if not log.exists():
        return
    kept = {bytes(s.root).hex() for s in AuditSeal.objects.all()}
    for line in log.read_text().splitlines():
        number, _, root, _ = line.split()
        if root not in kept:
            yield f"seal {number}: exported, but no longer in the database"
