"""Web Push cryptography: message encryption (RFC 8291 with `aes128gcm` of RFC 8188) and the sender's name (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD = 4096
CURVE = ec.SECP256R1()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as wrong:
        raise ValueError from wrong


@dataclass(frozen=True)
class Reader:
    """Whom a message is for: the subscription's public key and its secret."""

    p256dh: bytes
    auth: bytes

    @classmethod
    def of(cls, p256dh: str, auth: str) -> Reader:
        """From the browser's base64url. Raises ValueError unless it is a point of the curve and 16 bytes."""
        reader = cls(unb64(p256dh), unb64(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, reader.p256dh)
        if len(reader.auth) != 16:
            raise ValueError
        return reader


def sealed(plain: bytes, reader: Reader, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """The body of a push message, one record; key and salt are fresh unless given (a test vector). Plain text ≤ 3,993 bytes."""
    if len(plain) > RECORD - 86 - 17:
        raise ValueError("too long for one record")
    key, salt = key or ec.generate_private_key(CURVE), salt or os.urandom(16)
    mine = public_bytes(key)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, reader.p256dh))
    secret = _hkdf(shared, reader.auth, b"WebPush: info\x00" + reader.p256dh + mine, 32)
    content_key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\x00", 12)
    record = AESGCM(content_key).encrypt(nonce, plain + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine + record


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A VAPID key from its 32 bytes in base64url. Raises ValueError."""
    return ec.derive_private_key(int.from_bytes(unb64(text), "big"), CURVE)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The uncompressed public point, 65 bytes."""
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_key().public_bytes(serialization.Encoding.X962, form)


def identification(key: ec.EllipticCurvePrivateKey, *, audience: str, subject: str, expires: int) -> str:
    """The Authorization header of VAPID. `audience`: the push service's origin; `expires`: Unix seconds, at most 24 h ahead."""
    token = jwt.encode({"aud": audience, "exp": expires, "sub": subject}, key, algorithm="ES256")
    return f"vapid t={token}, k={b64(public_bytes(key))}"


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
