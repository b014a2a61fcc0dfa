"""Device signatures over HTTPS: RFC 9421 HTTP Message Signatures with HMAC-SHA256.

Covered: `@method`, `@path`, `content-digest` (sha-256); parameters `created`, `nonce`, `keyid`; any one label; `alg` optional.
A stale or early `created` is no reason to refuse: an alarm from a device with a wrong clock is taken and flagged.
"""

import base64
import secrets
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

REQUIRED = ("@method", "@path", "content-digest")
LATEST = 253_402_300_799  # the end of the year 9999: what a clock gone mad may say


@dataclass(frozen=True)
class SignedMessage:
    """What the verifier looks at: method in capitals, absolute URL, headers as they came."""

    method: str
    url: str
    headers: MutableMapping[str, str]


@dataclass(frozen=True)
class Signed:
    """A signature that held."""

    key_id: str
    nonce: str
    created: datetime


class SignatureFault(Exception):
    """The signature does not hold; `key_id` is what the message claims, or empty."""

    def __init__(self, reason: str, key_id: str = "") -> None:
        super().__init__(reason)
        self.key_id = key_id


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, secret_of: Callable[[str], bytes | None]) -> None:
        self.secret_of = secret_of
        self.asked = ""

    def resolve_public_key(self, key_id: str) -> bytes | None:
        """The shared secret under `key_id`; None when nobody has it."""
        self.asked = key_id
        return self.secret_of(key_id)

    resolve_private_key = resolve_public_key


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Ask for `created` and `nonce`, but never refuse an alarm for its age."""
        if "created" not in sig_input.params or "nonce" not in sig_input.params:
            raise InvalidSignature("created and nonce are required")
        if not isinstance(sig_input.params["created"], int):
            raise InvalidSignature("created is a whole number")


def verify(message: SignedMessage, body: bytes, secret_of: Callable[[str], bytes | None]) -> Signed:
    """Check the one signature of `message` over its raw `body`. Raises SignatureFault."""
    keys = _Keys(secret_of)
    verifier = _Verifier(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=keys)
    try:
        (result,) = verifier.verify(message, max_age=None, require_components=REQUIRED, body=body)
    except (
        Exception
    ) as fault:  # the library parses a stranger's headers: whatever it stumbles over, the signature does not hold
        raise SignatureFault(type(fault).__name__, keys.asked) from fault
    created = datetime.fromtimestamp(min(max(int(result.parameters["created"]), 0), LATEST), tz=UTC)
    return Signed(str(result.parameters["keyid"]), str(result.parameters["nonce"]), created)


def secret_bytes(secret: str) -> bytes:
    """The key that unpadded base64url `secret` stands for."""
    return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


def sign(body: bytes, *, url: str, key_id: str, secret: str) -> dict[str, str]:
    """The headers with which a device posts `body` to `url`: content digest, signature input, signature."""
    message = SignedMessage("POST", url, {})
    keys = _Keys(lambda _: secret_bytes(secret))
    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=keys)
    signer.sign(
        message, key_id=key_id, nonce=secrets.token_hex(8), label="yike", covered_component_ids=REQUIRED[:2], body=body
    )
    return dict(message.headers)
