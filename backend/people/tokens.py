"""Access tokens (signed, 10 minutes), refresh tokens (opaque, rotating) and SOS keys (a device may always raise an alarm)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import timedelta
from functools import cache
from uuid import UUID

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core import secrets
from backend.core.clock import now

ACCESS = timedelta(minutes=10)
ISSUER, AUDIENCE = "yike", "yike-api"


@cache
def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.secret("token_key"))


@cache
def _public() -> Ed25519PublicKey:
    return _key().public_key()


def access_token(person_id: UUID, session_id: UUID) -> str:
    """A signed token of 10 minutes that says who and which session; roles are read at each request."""
    moment = now()
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(person_id), "sid": str(session_id), "iat": moment}
    return jwt.encode(claims | {"exp": moment + ACCESS, "typ": "access"}, _key(), algorithm="EdDSA")


def session_of(token: str, *, even_expired: bool = False) -> UUID | None:
    """The session a validly signed token belongs to; None when it is forged, foreign or (unless `even_expired`) past its time."""
    try:
        claims = jwt.decode(
            token,
            _public(),
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "sid"]},
        )
    except jwt.InvalidTokenError:
        return None
    if claims.get("typ") != "access" or (not even_expired and claims["exp"] <= now().timestamp()):
        return None
    return UUID(claims["sid"])


def fresh_secret() -> str:
    """256 random bits, unpadded base64url."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def seal_successor(presented: str, successor: str) -> bytes:
    """The successor, readable only by who holds the token it replaces."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_grace_key(presented)).encrypt(nonce, successor.encode(), b"successor")


def open_successor(presented: str, sealed: bytes) -> str | None:
    try:
        return AESGCM(_grace_key(presented)).decrypt(sealed[:12], sealed[12:], b"successor").decode()
    except InvalidTag:
        return None


def _grace_key(presented: str) -> bytes:
    return hmac.digest(secrets.secret("token_key"), b"grace|" + presented.encode(), hashlib.sha256)


def sos_key(session_id: UUID) -> str:
    """The device's key that can only raise, cancel and read its own alarm; good as long as the session is not revoked."""
    mac = hmac.digest(secrets.secret("token_key"), b"sos|" + session_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(session_id.bytes + mac[:24]).decode().rstrip("=")


def session_of_sos_key(key: str) -> UUID | None:
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        session_id = UUID(bytes=raw[:16])
    except ValueError:
        return None
    return session_id if hmac.compare_digest(sos_key(session_id), key) else None
