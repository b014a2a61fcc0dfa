"""A push service over TLS that is also the browser: it makes subscriptions, checks the sender's VAPID token, and opens what comes
with the subscription's private key, by another library than the one under test."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.server import Answer, Asked, FakeServer
from tests.fakes.tls import certificate

STATUSES = {"gone": 410, "unknown": 404, "busy": 429, "down": 503, "big": 413, "denied": 403}


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass(frozen=True)
class Browser:
    """One subscription with its private half."""

    name: str
    endpoint: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def subscription(self) -> dict[str, Any]:
        """`PushSubscription.toJSON()`."""
        keys = {"p256dh": b64(point(self.key.public_key())), "auth": b64(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}


class FakePushService(FakeServer):
    """`opened` holds (browser, message); the browser's name chooses the answer (`STATUSES`, else 201)."""

    def __init__(self, home: Path) -> None:
        self.authority, context = certificate(home)
        self.browsers: dict[str, Browser] = {}
        self.opened: list[tuple[str, dict[str, Any]]] = []
        super().__init__(context)

    def subscribe(self, name: str) -> Browser:
        endpoint = f"{self.base_url}/push/{name}"
        self.browsers[name] = Browser(name, endpoint, ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")
        return self.browsers[name]

    def answer(self, asked: Asked) -> Answer:
        name = asked.path.rpartition("/")[2]
        self.check_sender(asked.headers["authorization"])
        if status := STATUSES.get(name.partition("-")[0]):
            return Answer(status, None, (("Retry-After", "40"),) if status == 429 else ())
        browser = self.browsers[name]
        assert asked.headers["content-encoding"] == "aes128gcm"
        plain = http_ece.decrypt(asked.body, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm")
        self.opened.append((name, json.loads(plain)))
        return Answer(201, None, (("Location", f"{self.base_url}/message/{len(self.opened)}"),))

    def check_sender(self, authorization: str) -> None:
        """RFC 8292: an ES256 token for our origin, of at most a day, under the key that it names."""
        scheme, _, rest = authorization.partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        raw = jwt.utils.base64url_decode(parts["k"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
        claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=self.base_url)
        assert claims["sub"].startswith(("mailto:", "https:"))
        assert claims["exp"] <= time.time() + 24 * 3600
