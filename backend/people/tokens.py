"""Access tokens (signed, 10 minutes), refresh tokens (opaque, rotating) and SOS keys (a device may always raise an alarm).

Keys: `YIKE_TOKEN_KEYS` is `id:key,…`; the first signs, all are believed, and so is `YIKE_TOKEN_KEY`, which has the id `main`. What
was made under an older key (tokens, SOS keys, codes, sealed successors) holds as long as that key is listed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core import secrets
from backend.core.clock import now
from backend.env import env
from backend.people.token_cache import Claims, verified

ACCESS = timedelta(minutes=10)
ISSUER, AUDIENCE = "yike", "yike-api"
MAIN = "main"


@dataclass(frozen=True)
class Key:
    """One token key: its id in token headers, and its 32 bytes."""

    id: str
    secret: bytes

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)


@cache
def keys() -> tuple[Key, ...]:
    """Every key that is believed; the first signs."""
    found = [_key(part) for part in env.token_keys.split(",") if part.strip()]
    if env.token_key or not found:
        found.append(Key(MAIN, secrets.secret("token_key")))
    return tuple(found)


def _key(part: str) -> Key:
    key_id, _, text = part.strip().partition(":")
    secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if not key_id or len(secret) != 32:
        raise ValueError("YIKE_TOKEN_KEYS must be id:key,… with keys of 32 bytes base64url")
    return Key(key_id, secret)


def mac_keys() -> list[bytes]:
    """What MACs are made (the first) and checked (all) with."""
    return [key.secret for key in keys()]


@cache
def _signing() -> Ed25519PrivateKey:
    return keys()[0].private


@cache
def _publics() -> dict[str, Ed25519PublicKey]:
    return {key.id: key.private.public_key() for key in keys()}


def forget_keys() -> None:
    """Read the keys anew (the environment changed under a test)."""
    for cached in (keys, _signing, _publics):
        cached.cache_clear()
    verified.clear()


def access_token(person_id: UUID, session_id: UUID) -> str:
    """A signed token of 10 minutes that says who and which session; roles are read at each request."""
    moment = now()
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(person_id), "sid": str(session_id), "iat": moment}
    claims |= {"exp": moment + ACCESS, "typ": "access"}
    return jwt.encode(claims, _signing(), algorithm="EdDSA", headers={"kid": keys()[0].id})


def session_of(token: str, *, even_expired: bool = False) -> UUID | None:
    """The session a validly signed token belongs to; None when it is forged, foreign or (unless `even_expired`) past its time."""
    claims = verified.get(token) or _verified(token)
    if claims is None or (not even_expired and claims.expires <= now().timestamp()):
        return None
    return claims.session_id


def _verified(token: str) -> Claims | None:
    """The claims of a validly signed access token, whatever its age; remembered for a minute."""
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except (jwt.InvalidTokenError, ValueError):
        return None
    believed = _publics()
    for public in [believed[key_id]] if key_id in believed else believed.values() if key_id is None else ():
        try:
            claims = jwt.decode(
                token,
                public,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "sid"]},
            )
            if claims.get("typ") == "access":
                return verified.keep(token, Claims(UUID(claims["sid"]), float(claims["exp"])))
        except (jwt.InvalidTokenError, ValueError):
            continue
    return None


def fresh_secret() -> str:
    """256 random bits, unpadded base64url."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def seal_successor(presented: str, successor: str) -> bytes:
    """The successor, readable only by who holds the token it replaces."""
    nonce = os.urandom(12)
    key = _grace_key(mac_keys()[0], presented)
    return nonce + AESGCM(key).encrypt(nonce, successor.encode(), b"successor")


def open_successor(presented: str, sealed: bytes) -> str | None:
    """The successor sealed for this token, under whichever key; None when it was sealed for another."""
    for key in mac_keys():
        try:
            return AESGCM(_grace_key(key, presented)).decrypt(sealed[:12], sealed[12:], b"successor").decode()
        except InvalidTag:
            continue
    return None


def _grace_key(key: bytes, presented: str) -> bytes:
    return hmac.digest(key, b"grace|" + presented.encode(), hashlib.sha256)


def sos_key(session_id: UUID) -> str:
    """The device's key that can only raise, cancel and read its own alarm; good as long as the session is not revoked."""
    return _sos_key(mac_keys()[0], session_id)


def _sos_key(key: bytes, session_id: UUID) -> str:
    mac = hmac.digest(key, b"sos|" + session_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(session_id.bytes + mac[:24]).decode().rstrip("=")


def session_of_sos_key(key: str) -> UUID | None:
    """The session an SOS key belongs to, made under whichever key; None when it is forged."""
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        session_id = UUID(bytes=raw[:16])
    except ValueError:
        return None
    given = key.encode()
    good = any(hmac.compare_digest(_sos_key(mac, session_id).encode(), given) for mac in mac_keys())
    return session_id if good else None
