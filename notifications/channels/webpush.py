"""Web Push for the installed web app, straight to the browser makers' push services.

A subscription names an address of the browser's choosing, so only hosts of the operator's list are ever called, over TLS on the
usual port, following no redirect. What is sent is sealed for the browser and holds ids only.
"""

from __future__ import annotations

import json
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from backend.core.clock import now
from backend.env import env
from notifications.channels import Letter, NotNow, NotSent, OneByOne
from notifications.channels.sealing import Reader, b64, identification, private_key, public_bytes, sealed
from notifications.channels.wire import REFUSED_US, post

LIFE_SECONDS = 24 * 3600
TOKEN_SECONDS = 12 * 3600
LONGEST_ENDPOINT = 2000


class WebPush(OneByOne):
    """Addresses are subscriptions as JSON: endpoint, p256dh, auth. The provider's id is the message's location."""

    name = "webpush"
    at_once = 16

    def circuit(self, letter: Letter) -> str:
        return f"webpush:{urlsplit(_opened(letter)['endpoint']).hostname or ''}"[:120]

    def send_one(self, letter: Letter) -> str:
        subscription = _opened(letter)
        endpoint = subscription["endpoint"]
        if not is_allowed(endpoint):
            raise NotSent("push service not on the list", retires=True)
        body = sealed(json.dumps(letter.pointer()).encode(), Reader.of(subscription["p256dh"], subscription["auth"]))
        answer = post(endpoint, data=body, headers=_headers(letter, endpoint))
        match answer.status_code:
            case 200 | 201 | 202 | 204:
                return answer.headers.get("Location", "")[-200:] or f"webpush:{letter.delivery_id}"
            case 404 | 410:
                raise NotSent("subscription ended", retires=True)
            case 413:
                raise NotSent("message too long")
            case status if status in REFUSED_US:
                raise NotNow(f"refused us: {status}", is_outage=True)
            case status:
                raise NotSent(f"refused by the push service: {status}")


def is_allowed(endpoint: str) -> bool:
    """Whether we may call this address: https, a host of `WEBPUSH_HOSTS`, its port the usual one unless the list names another."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not host or parts.username is not None or len(endpoint) > LONGEST_ENDPOINT:
        return False
    if any(ord(letter) <= 32 or letter == "\\" for letter in endpoint):
        return False
    return any(_matches(host, port, known.strip().lower()) for known in env.webpush_hosts.split(",") if known.strip())


def _matches(host: str, port: int | None, known: str) -> bool:
    name, _, known_port = known.partition(":")
    if (port or 443) != int(known_port or 443):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def public_key() -> str:
    """The key that browsers subscribe with (`applicationServerKey`), base64url; empty when Web Push is not configured."""
    return b64(public_bytes(_key(env.webpush_private_key))) if env.webpush_private_key else ""


@lru_cache(maxsize=4)
def _key(text: str) -> ec.EllipticCurvePrivateKey:
    return private_key(text)


def _opened(letter: Letter) -> dict[str, str]:
    found: dict[str, str] = json.loads(letter.to)
    return found


def _headers(letter: Letter, endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    expires = int(now().timestamp()) + TOKEN_SECONDS
    return {
        "Authorization": identification(
            _key(env.webpush_private_key),
            audience=f"{parts.scheme}://{parts.netloc}",
            subject=env.webpush_subject,
            expires=expires,
        ),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIFE_SECONDS),
        "Urgency": "high" if letter.is_emergency else "normal",
        "Topic": b64((letter.notice_id or letter.delivery_id).bytes),  # a repeat replaces the one still waiting
    }
