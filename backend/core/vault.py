"""The vault: per-person keys, ciphertext and blind indexes.

What names or describes a person is sealed under a key of that person (AES-256-GCM or SM4-GCM, the context as associated data); the
person's key is itself sealed under a key of the service. Destroying the person's key erases them everywhere at once, also in
append-only rows and backups. A blind index (HMAC) finds a phone without storing it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, models, transaction

from backend.core import secrets, suites
from backend.core.clock import now

# The length of a wrapped key from before blobs named their suite.
UNMARKED = 12 + 32 + 16


class KeyDestroyed(Exception):
    """This person's key was destroyed: what was sealed under it is gone for good."""


class PersonKey(models.Model):
    """The wrapped key of one owner (a person, a device, an organisation)."""

    owner_id = models.UUIDField(primary_key=True)
    key_id = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"


def unwrap(row: PersonKey) -> bytes:
    """The person's key. Raises KeyDestroyed; KeyError when the service's key is missing, DoesNotOpen when it is another."""
    if row.wrapped is None:
        raise KeyDestroyed
    blob, master = bytes(row.wrapped), secrets.vault_keys()[row.key_id]
    if len(blob) == UNMARKED:
        blob = b"\x01" + blob
    return suites.open_blob(master, blob, row.owner_id.bytes)


def wrap(owner_id: UUID, key: bytes) -> tuple[str, bytes]:
    """The newest master key's id, and `key` sealed under it for this owner."""
    key_id, master = next(iter(secrets.vault_keys().items()))
    return key_id, suites.current().seal(master, key, owner_id.bytes)


def _keys(owner_ids: Iterable[UUID]) -> list[PersonKey]:
    """The keys of these owners, by a function of the database: who does not know an owner's id reads no key (see people 0005)."""
    wanted = list(owner_ids)
    return list(PersonKey.objects.raw("SELECT * FROM yike_person_keys(%s)", [wanted])) if wanted else []


def _key_of(owner_id: UUID) -> PersonKey | None:
    return next(iter(_keys([owner_id])), None)


def _make(owner_id: UUID) -> PersonKey:
    key_id, wrapped = wrap(owner_id, os.urandom(32))
    try:
        with transaction.atomic():
            return PersonKey.objects.create(owner_id=owner_id, key_id=key_id, wrapped=wrapped)
    except IntegrityError:
        (made_by_another,) = _keys([owner_id])
        return made_by_another


def seal(owner_id: UUID, context: str, text: str) -> bytes:
    """Ciphertext of `text` under the owner's key (made at first use); opens only with the same context."""
    return seal_bytes(owner_id, context, text.encode())


def seal_bytes(owner_id: UUID, context: str, content: bytes) -> bytes:
    """As `seal`, for a file's bytes."""
    row = _key_of(owner_id) or _make(owner_id)
    return suites.current().seal(unwrap(row), content, context.encode())


def unseal_bytes(owner_id: UUID, context: str, blob: bytes) -> bytes:
    """The bytes again. Raises KeyDestroyed, ValueError as `unseal`."""
    row = _key_of(owner_id)
    if row is None:
        raise KeyDestroyed
    return _open(unwrap(row), context, blob)


def unseal(owner_id: UUID, context: str, blob: bytes | memoryview) -> str:
    """The text again. Raises KeyDestroyed when the owner was erased, ValueError when the blob does not belong here."""
    (text,) = _opened([(owner_id, context, blob)])
    if text is None:
        raise KeyDestroyed
    return text


def unseal_many(sealed: Iterable[tuple[UUID, str, bytes | memoryview]]) -> list[str]:
    """Open blobs with one query for the keys; an erased owner's text reads as an empty string. Raises ValueError as `unseal`."""
    return [text or "" for text in _opened(sealed)]


def _opened(sealed: Iterable[tuple[UUID, str, bytes | memoryview]]) -> list[str | None]:
    """The texts, None where the owner's key is gone."""
    wanted = [(owner, context, bytes(blob)) for owner, context, blob in sealed]
    rows = _keys({owner for owner, _, _ in wanted})
    keys = {row.owner_id: unwrap(row) for row in rows if row.wrapped is not None}
    return [_open(keys[owner], context, blob).decode() if owner in keys else None for owner, context, blob in wanted]


def _open(key: bytes, context: str, blob: bytes) -> bytes:
    try:
        return suites.open_blob(key, blob, context.encode())
    except suites.DoesNotOpen:
        raise ValueError(f"this ciphertext was not sealed as {context} of this owner") from None


def blind(kind: str, value: str) -> bytes:
    """32 bytes by which an exact value is found again; `kind` keeps phones and other values apart."""
    suite, key = secrets.blind_key()
    return suites.BY_NAME[suite].mac(key, f"{kind}|{value}".encode())


def destroy(owner_id: UUID) -> None:
    """Destroy the owner's key: everything sealed under it is unreadable from now on."""
    PersonKey.objects.filter(owner_id=owner_id).update(wrapped=None, destroyed_at=now())
