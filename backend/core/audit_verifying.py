"""Checking the audit: the chain of seals, every signature, every sealed row; a broken row is named.

Rows stream by, so that memory stays the same however many there are. With an export the seals of the database are not believed:
the exported ones are checked, the rows against them, and the database's seals too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection

from backend.core import audit_export
from backend.core.audit import FIELDS, AuditRow, AuditSeal, digest, statement
from backend.core.audit_export import ExportedSeal, WrongLine
from backend.core.audit_sealing import merkle, signer

CHUNK = 2000
LEAF = 16 + 32
Watch = Callable[[int], object]


def verify(watch: Watch = lambda _: None, *, export: Path | None = None) -> Iterator[str]:
    """Yield one sentence for each thing that was tampered with; nothing when all is well. `watch(n)` hears of n more rows."""
    public = signer().public_key()
    if export is not None:
        try:
            yield from _seals(audit_export.read(export), public, watch)
            yield from _differ(audit_export.read(export), "exported, but not so in the database")
        except (OSError, WrongLine):
            yield f"{export.name}: cannot be read as an export of seals"
        return
    stored = AuditSeal.objects.defer("leaves").order_by("number").iterator(chunk_size=CHUNK)
    yield from _seals(map(ExportedSeal.of, stored), public, watch)
    if (kept := audit_export.file()).exists():
        try:
            yield from _differ(audit_export.read(kept), "exported, but no longer in the database")
        except WrongLine:
            yield f"{kept.name}: a line of it was changed"


def _seals(seals: Iterable[ExportedSeal], public: Ed25519PublicKey, watch: Watch) -> Iterator[str]:
    """The chain, the signatures and the rows below each seal; then what lies beside all seals."""
    previous, expected, epoch, start = b"\x00" * 32, 1, None, 0
    for seal in seals:
        begins = start if seal.epoch == epoch else 0
        follows = epoch is None or seal.epoch >= epoch
        if seal.number != expected or seal.previous != previous or seal.first_xact != begins or not follows:
            yield f"seal {seal.number}: the chain of seals is broken before it"
        try:
            public.verify(seal.signature, statement(seal))
        except InvalidSignature:
            yield f"seal {seal.number}: its signature is wrong"
        yield from _rows(seal, watch)
        if epoch is not None and seal.epoch > epoch:
            yield from _late(epoch, start)
        previous, expected, epoch, start = seal.root, seal.number + 1, seal.epoch, seal.end_xact
    yield from _impossible()


def _sealed_rows(seal: ExportedSeal) -> Iterator[tuple[UUID, bytes]]:
    """Id and digest of each row below the seal, as they are now."""
    rows = AuditRow.objects.filter(epoch=seal.epoch, xact__gte=seal.first_xact, xact__lt=seal.end_xact)
    for row in rows.order_by("id").values_list(*FIELDS).iterator(chunk_size=CHUNK):
        yield row[0], digest(row)


def _rows(seal: ExportedSeal, watch: Watch) -> Iterator[str]:
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for _, leaf in _sealed_rows(seal):
            count += 1
            if count % CHUNK == 0:
                watch(CHUNK)
            yield leaf

    root = merkle(counted())
    watch(count % CHUNK)
    if count != seal.count:
        yield f"seal {seal.number}: {seal.count} rows were sealed, {count} are there: {_first_broken(seal)}"
    elif root != seal.root:
        yield f"seal {seal.number}: a row was changed: {_first_broken(seal)}"


def _first_broken(seal: ExportedSeal) -> str:
    """Which row is the first that is not as it was sealed, by the leaves that were kept with the seal."""
    stored = AuditSeal.objects.filter(number=seal.number).values_list("leaves", flat=True).first() or b""
    leaves = bytes(stored)
    kept = [(UUID(bytes=leaves[i : i + 16]), leaves[i + 16 : i + LEAF]) for i in range(0, len(leaves), LEAF)]
    if merkle(leaf for _, leaf in kept) != seal.root:
        return "which one cannot be said, what would tell it is missing or was changed too"
    found = _sealed_rows(seal)
    for row_id, leaf in kept:
        there, now = next(found, (None, b""))
        if there is None or there > row_id:
            return f"row {row_id} is gone"
        if there < row_id:
            return f"row {there} was put in later"
        if leaf != now:
            return f"row {row_id} was changed"
    extra = next(found, None)
    return f"row {extra[0]} was put in later" if extra else "their order was changed"


def _late(epoch: int, end: int) -> Iterator[str]:
    """Rows of an epoch that was sealed to its end."""
    late = AuditRow.objects.filter(epoch=epoch, xact__gte=end).order_by("id")
    for row_id in late.values_list("id", flat=True)[:1]:
        yield f"row {row_id} was put in later, into an epoch that had ended"


def _impossible() -> Iterator[str]:
    """Rows of transactions that have not been yet: no seal would ever reach them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT yike_audit_epoch(), txid_current()")
        epoch, xact = cursor.fetchone() or (0, 0)
    for beyond in (AuditRow.objects.filter(epoch__gt=epoch), AuditRow.objects.filter(epoch=epoch, xact__gt=xact)):
        for row_id in beyond.order_by("id").values_list("id", flat=True)[:1]:
            yield f"row {row_id} names a transaction that has not been yet"


def _differ(exported: Iterator[ExportedSeal], words: str) -> Iterator[str]:
    """Exported seals that the database does not hold just so."""
    while batch := list(islice(exported, CHUNK)):
        numbers = [seal.number for seal in batch]
        stored = {s.number: ExportedSeal.of(s) for s in AuditSeal.objects.defer("leaves").filter(number__in=numbers)}
        for seal in batch:
            if stored.get(seal.number) != seal:
                yield f"seal {seal.number}: {words}"
