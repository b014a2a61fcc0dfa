"""Changing the service's master key: every person's key is opened and sealed again under the newest one.

What people's keys seal stays as it is, so that a million people take minutes. It stops and goes on anywhere; a process that still
makes keys under the old master key is noticed, because its rows are counted at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from backend.core import secrets, suites, vault
from backend.core.vault import PersonKey
from backend.core.verb import Doer, record, verb

BATCH = 500
Watch = Callable[[int], Any]


class NotVerified(RuntimeError):
    """A person's key does not open: it was not touched, and no old key may be thrown away."""


@dataclass(frozen=True)
class Verdict:
    """How many people's keys lie under each master key, and which of those that are configured nobody needs any more."""

    used: dict[str, int]
    unused: list[str]
    missing: list[str]
    broken: list[UUID]


@verb("vault.rotated")
def rotate_batch(actor: Doer, *, after: UUID | None = None) -> UUID | None:
    """Wrap the next 500 keys anew; the last owner seen, None when there are no more. Raises NotVerified, the batch undone."""
    newest, mark = next(iter(secrets.vault_keys())), bytes([suites.current().id])
    rows = PersonKey.objects.select_for_update().filter(wrapped__isnull=False)
    found = list((rows.filter(owner_id__gt=after) if after else rows).order_by("owner_id")[:BATCH])
    stale = [row for row in found if row.key_id != newest or bytes(row.wrapped or b"")[:1] != mark or _is_unmarked(row)]
    for row in stale:
        try:
            key = vault.unwrap(row)
        except (KeyError, suites.DoesNotOpen):
            raise NotVerified(f"the key of owner {row.owner_id} does not open under master key {row.key_id}") from None
        row.key_id, row.wrapped = vault.wrap(row.owner_id, key)
        if vault.unwrap(row) != key:
            raise NotVerified(f"the key of owner {row.owner_id} did not come back the same")
    PersonKey.objects.bulk_update(stale, ["key_id", "wrapped"])
    record("vault.rotated", about=None, key=newest, count=len(stale))
    return found[-1].owner_id if found else None


def _is_unmarked(row: PersonKey) -> bool:
    return len(bytes(row.wrapped or b"")) == vault.UNMARKED


def rotate(actor: Doer, watch: Watch = lambda _: None) -> int:
    """Wrap all keys anew, batch by batch; `watch(n)` hears how many more were looked at. Returns the batches."""
    after, batches = None, 0
    while (last := rotate_batch(actor, after=after)) is not None:
        watch(BATCH)
        after, batches = last, batches + 1
    return batches


def verify(watch: Watch = lambda _: None) -> Verdict:
    """Open every person's key and count them by master key."""
    configured, broken = secrets.vault_keys(), []
    for number, row in enumerate(PersonKey.objects.filter(wrapped__isnull=False).iterator(chunk_size=BATCH), 1):
        try:
            vault.unwrap(row)
        except (KeyError, suites.DoesNotOpen):
            broken.append(row.owner_id)
        if number % BATCH == 0:
            watch(BATCH)
    counts = PersonKey.objects.filter(wrapped__isnull=False).values("key_id").annotate(n=Count("owner_id"))
    used = {row["key_id"]: row["n"] for row in counts}
    return Verdict(
        used=used,
        unused=[key_id for key_id in list(configured)[1:] if key_id not in used],
        missing=sorted(used.keys() - configured.keys()),
        broken=broken,
    )
