"""The vault: per-person keys, ciphertext and blind indexes.

What names or describes a person is sealed under a key of that person (AES-256-GCM, the context as associated data); the person's
key is itself sealed under a key of the service. Destroying the person's key erases them everywhere at once, also in append-only
rows and backups. A blind index (HMAC-SHA256) finds a phone without storing it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, models, transaction

from backend.core import secrets
from backend.core.clock import now


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


def _unwrap(row: PersonKey) -> AESGCM:
    if row.wrapped is None:
        raise KeyDestroyed
    blob = bytes(row.wrapped)
    key = AESGCM(secrets.vault_keys()[row.key_id]).decrypt(blob[:12], blob[12:], row.owner_id.bytes)
    return AESGCM(key)


def _make(owner_id: UUID) -> PersonKey:
    key_id, master = next(iter(secrets.vault_keys().items()))
    nonce = os.urandom(12)
    wrapped = nonce + AESGCM(master).encrypt(nonce, os.urandom(32), owner_id.bytes)
    try:
        with transaction.atomic():
            return PersonKey.objects.create(owner_id=owner_id, key_id=key_id, wrapped=wrapped)
    except IntegrityError:
        return PersonKey.objects.get(owner_id=owner_id)


def seal(owner_id: UUID, context: str, text: str) -> bytes:
    """Ciphertext of `text` under the owner's key (made at first use); opens only with the same context."""
    return seal_bytes(owner_id, context, text.encode())


def seal_bytes(owner_id: UUID, context: str, content: bytes) -> bytes:
    """As `seal`, for a file's bytes."""
    row = PersonKey.objects.filter(owner_id=owner_id).first() or _make(owner_id)
    nonce = os.urandom(12)
    return b"\x01" + nonce + _unwrap(row).encrypt(nonce, content, context.encode())


def unseal_bytes(owner_id: UUID, context: str, blob: bytes) -> bytes:
    """The bytes again. Raises KeyDestroyed, ValueError as `unseal`."""
    row = PersonKey.objects.filter(owner_id=owner_id).first()
    if row is None:
        raise KeyDestroyed
    try:
        return _unwrap(row).decrypt(blob[1:13], blob[13:], context.encode())
    except InvalidTag:
        raise ValueError(f"these bytes were not sealed as {context} of this owner") from None


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
    rows = PersonKey.objects.filter(owner_id__in={owner for owner, _, _ in wanted}) if wanted else ()
    keys = {row.owner_id: _unwrap(row) for row in rows if row.wrapped is not None}
    return [_open(keys[owner], context, blob) if owner in keys else None for owner, context, blob in wanted]


def _open(key: AESGCM, context: str, blob: bytes) -> str:
    try:
        return key.decrypt(blob[1:13], blob[13:], context.encode()).decode()
    except InvalidTag:
        raise ValueError(f"this ciphertext was not sealed as {context} of this owner") from None


def blind(kind: str, value: str) -> bytes:
    """32 bytes by which an exact value is found again; `kind` keeps phones and other values apart."""
    return hmac.digest(secrets.secret("blind_key"), f"{kind}|{value}".encode(), hashlib.sha256)


def destroy(owner_id: UUID) -> None:
    """Destroy the owner's key: everything sealed under it is unreadable from now on."""
    PersonKey.objects.filter(owner_id=owner_id).update(wrapped=None, destroyed_at=now())
