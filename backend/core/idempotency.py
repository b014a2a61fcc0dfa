"""Idempotency keys: the same key and body from the same person within 24 h gives the stored answer.

The edge offers a key before it calls a verb; the verb's transaction takes the row first and stores the rendered reply last, so
that an effect and its answer are one. A conductor of several verbs calls `keep_open()` in the first: the row is written without a
reply, and a repeat runs the conductor again, which resumes what it began, until its last verb stores the reply.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models

from backend.core import vault
from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Invalid
from backend.core.rows import Row

KEPT = timedelta(hours=24)


class IdempotencyKeyBusy(Conflict):
    """The first call with this key is still running; ask again in a moment."""

    code, zh = "idempotency-key-busy", "使用该键的上一次请求仍在处理中，请稍后再试"


class IdempotencyKeyReused(Invalid):
    """This key was used for another request."""

    code, zh = "idempotency-key-reused", "该键已用于另一个请求"


class IdempotencyKeyRequired(Invalid):
    """This call needs the header Idempotency-Key."""

    code, zh = "idempotency-key-required", "此请求需要 Idempotency-Key"

    def __init__(self) -> None:
        super().__init__(FieldError("#Idempotency-Key", "required", "send a key you made", "请提供 Idempotency-Key"))


class Replayed(Exception):
    """Carries the stored answer of an earlier call out of the verb to the edge."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.status, self.body = status, body


class IdempotencyRow(Row):
    """`reply` is the answer's bytes, sealed under the owner; null while a conductor runs."""

    owner_id = models.UUIDField()
    key_hash = models.BinaryField(max_length=32)
    body_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    reply = models.BinaryField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "core"
        constraints = [models.UniqueConstraint(fields=["owner_id", "key_hash"], name="one_row_a_key")]


@dataclass
class Offer:
    """A key offered by the edge. `render(result)` gives the status and the answer's bytes."""

    key: str
    fingerprint: bytes
    render: Callable[[Any], tuple[int, bytes]]
    resumed: bool = False
    row: IdempotencyRow | None = field(default=None, repr=False)
    _open: bool = False

    def keep_open(self) -> None:
        """The verb is the first of several: its reply is stored by a later one."""
        self._open = True

    def take(self, actor: Any) -> None:
        """Take or find the row. Raises Replayed with the stored answer, IdempotencyKeyReused or IdempotencyKeyBusy."""
        if self.row is not None:
            return
        owner: UUID = actor.doer_id
        key_hash = hashlib.sha256(self.key.encode()).digest()
        lock = int.from_bytes(hashlib.sha256(owner.bytes + key_hash).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
            (free,) = cursor.fetchone() or (False,)
        if not free:
            raise IdempotencyKeyBusy(retry_after=1)
        found = IdempotencyRow.objects.filter(owner_id=owner, key_hash=key_hash).first()
        if found is not None and found.expires_at <= now():
            found.delete()
            found = None
        if found is None:
            self.row = IdempotencyRow.objects.create(
                owner_id=owner, key_hash=key_hash, body_hash=self.fingerprint, expires_at=now() + KEPT
            )
            return
        if bytes(found.body_hash) != self.fingerprint:
            raise IdempotencyKeyReused
        if found.reply is not None and found.status is not None:
            body = vault.unseal(owner, "core.idempotency.reply", bytes(found.reply)).encode()
            raise Replayed(found.status, body)
        self.row, self.resumed = found, True

    def keep(self, actor: Any, result: Any) -> None:
        """Store the reply under the key, unless a later verb of the conductor will."""
        if self._open:
            self._open = False
            return
        if self.row is None:
            return
        status, body = self.render(result)
        self.row.status = status
        self.row.reply = vault.seal(actor.doer_id, "core.idempotency.reply", body.decode())
        self.row.save(update_fields=["status", "reply"])


offered: ContextVar[Offer | None] = ContextVar("offered", default=None)


@contextmanager
def set_aside() -> Iterator[None]:
    """Offer no key to the verbs between a conductor's first and last; the last one keeps the reply."""
    mark = offered.set(None)
    try:
        yield
    finally:
        offered.reset(mark)


def forget_expired() -> int:
    """Delete rows older than 24 h; returns how many."""
    return IdempotencyRow.objects.filter(expires_at__lte=now()).delete()[0]
