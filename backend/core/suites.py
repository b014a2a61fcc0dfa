"""The two sets of ciphers: `intl` (AES-256-GCM, HMAC-SHA256) and `gm` (SM4-GCM, HMAC-SM3: 国密 GB/T 32907, 32905).

A sealed blob begins with the id of its suite, so that both always open; `YIKE_CRYPTO_SUITE` says which one seals. SM4 takes 16
bytes: they are derived from the same 32-byte keys. Software alone is no certified module (密评): keys of an HSM come later.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from abc import ABC, abstractmethod
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from backend.env import env

NONCE, TAG = 12, 16


class DoesNotOpen(ValueError):
    """The blob was not sealed by this key for this place, or is damaged."""


class Suite(ABC):
    """Authenticated encryption and a keyed hash. `id` is the first byte of what it seals."""

    id: int
    name: str

    @abstractmethod
    def encrypt(self, key: bytes, nonce: bytes, content: bytes, context: bytes) -> bytes:
        """Ciphertext and 16-byte tag of `content` under the 32-byte `key`, bound to `context`."""

    @abstractmethod
    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        """The content again. Raises InvalidTag."""

    @abstractmethod
    def mac(self, key: bytes, content: bytes) -> bytes:
        """32 bytes."""

    def seal(self, key: bytes, content: bytes, context: bytes) -> bytes:
        """`id | nonce | ciphertext | tag`."""
        nonce = os.urandom(NONCE)
        return bytes([self.id]) + nonce + self.encrypt(key, nonce, content, context)


class Intl(Suite):
    id, name = 1, "intl"

    def encrypt(self, key: bytes, nonce: bytes, content: bytes, context: bytes) -> bytes:
        return AESGCM(key).encrypt(nonce, content, context)

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        return AESGCM(key).decrypt(nonce, sealed, context)

    def mac(self, key: bytes, content: bytes) -> bytes:
        return hmac.digest(key, content, hashlib.sha256)


class Gm(Suite):
    id, name = 2, "gm"

    def encrypt(self, key: bytes, nonce: bytes, content: bytes, context: bytes) -> bytes:
        return sm4_gcm_encrypt(self._sm4_key(key), nonce, content, context)

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        if len(sealed) < TAG:
            raise InvalidTag
        mode = modes.GCM(nonce, sealed[-TAG:])
        opener = Cipher(algorithms.SM4(self._sm4_key(key)), mode).decryptor()
        opener.authenticate_additional_data(context)
        return opener.update(sealed[:-TAG]) + opener.finalize()

    def mac(self, key: bytes, content: bytes) -> bytes:
        made = HMAC(key, hashes.SM3())
        made.update(content)
        return made.finalize()

    def _sm4_key(self, key: bytes) -> bytes:
        return self.mac(key, b"yike sm4-gcm 1")[:16]


def sm4_gcm_encrypt(key: bytes, nonce: bytes, content: bytes, context: bytes) -> bytes:
    """Ciphertext and tag under a 16-byte SM4 key (RFC 8998)."""
    sealer = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(context)
    return sealer.update(content) + sealer.finalize() + sealer.tag


SUITES: dict[int, Suite] = {suite.id: suite for suite in (Intl(), Gm())}
BY_NAME: dict[str, Suite] = {suite.name: suite for suite in SUITES.values()}


@cache
def _chosen(name: str) -> Suite:
    return BY_NAME[name]


def current() -> Suite:
    """The suite that seals."""
    return _chosen(env.crypto_suite)


def open_blob(key: bytes, blob: bytes, context: bytes) -> bytes:
    """The content of a blob of either suite. Raises DoesNotOpen."""
    suite = SUITES.get(blob[0]) if len(blob) > NONCE + TAG else None
    if suite is None:
        raise DoesNotOpen
    try:
        return suite.decrypt(key, blob[1 : 1 + NONCE], blob[1 + NONCE :], context)
    except InvalidTag:
        raise DoesNotOpen from None
