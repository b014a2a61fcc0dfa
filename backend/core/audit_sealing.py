"""Sealing the audit: every few seconds the Merkle root of the rows since the last seal, signed together with the previous root.

All rows are taken whose transaction has ended, in the order of their ids; nothing can appear later behind a seal. A database that
was restored into a new cluster counts transactions anew: its rows belong to another epoch, sealed after all of the one before.
The signed roots leave the database (`audit_export`), so that cutting off its end is seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.db.models import Max, Min

from backend.core import audit_export, secrets
from backend.core.audit import FIELDS, AuditRow, AuditSeal, digest

ROWS_A_SEAL = 10_000
SEALS_A_RUN = 200


def merkle(leaves: Iterable[bytes]) -> bytes:
    """The root of the leaves' binary Merkle tree; an odd node is promoted. Holds one node a level, not the leaves."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        level, node = 0, leaf
        while stack and stack[-1][0] == level:
            node = hashlib.sha256(b"\x01" + stack.pop()[1] + node).digest()
            level += 1
        stack.append((level, node))
    if not stack:
        return hashlib.sha256(b"").digest()
    node = stack.pop()[1]
    while stack:
        node = hashlib.sha256(b"\x01" + stack.pop()[1] + node).digest()
    return node


def signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.secret("audit_key"))


def seal() -> AuditSeal | None:
    """Seal every row whose transaction has ended and that no seal covers; the last seal made, None when there is nothing to do.

    One sealer at a time. What could not be exported is exported with the next.
    """
    made: AuditSeal | None = None
    for _ in range(SEALS_A_RUN):
        one = _seal_next()
        if one is None:
            break
        made = one
    if made is not None:
        audit_export.send_new()
    return made


def _seal_next() -> AuditSeal | None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('audit.seal'))")
        if not (cursor.fetchone() or (False,))[0]:
            return None
        last = AuditSeal.objects.defer("leaves").order_by("-number").first()
        cursor.execute("SELECT yike_audit_epoch(), txid_snapshot_xmin(txid_current_snapshot())")
        present, oldest_running = cursor.fetchone() or (0, 0)
        epoch, start, end = _range(last, present, oldest_running)
        rows = AuditRow.objects.filter(epoch=epoch, xact__gte=start, xact__lt=end)
        leaves = [(row[0].bytes, digest(row)) for row in rows.order_by("id").values_list(*FIELDS)]
        if not leaves:
            return None
        made = AuditSeal(
            number=last.number + 1 if last else 1,
            epoch=epoch,
            first_xact=start,
            end_xact=end,
            count=len(leaves),
            root=merkle(leaf for _, leaf in leaves),
            previous=bytes(last.root) if last else b"\x00" * 32,
            leaves=b"".join(row_id + leaf for row_id, leaf in leaves),
        )
        made.signature = signer().sign(made.statement())
        made.save(force_insert=True)
    return made


def _range(last: AuditSeal | None, present: int, oldest_running: int) -> tuple[int, int, int]:
    """Epoch, first transaction and the one after the last of what is to be sealed next."""
    found = AuditRow.objects.aggregate(first=Min("epoch"))["first"]
    epoch, start = (last.epoch, last.end_xact) if last else (present if found is None else found, 0)
    while epoch < present and not AuditRow.objects.filter(epoch=epoch, xact__gte=start).exists():
        epoch, start = epoch + 1, 0
    left = AuditRow.objects.filter(epoch=epoch, xact__gte=start)
    end = oldest_running
    if epoch < present:  # nobody writes there any more
        end = left.aggregate(last=Max("xact"))["last"] + 1
    cut = left.filter(xact__lt=end).order_by("xact").values_list("xact", flat=True)[ROWS_A_SEAL - 1 : ROWS_A_SEAL]
    return epoch, start, min([end, *(xact + 1 for xact in cut)])
