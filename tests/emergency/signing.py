"""Signing as a device would: RFC 9421 by hand, so that the library is not compared with itself."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

PATH = "/api/v1/emergency/signals"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def signed_headers(
    body: bytes,
    *,
    key_id: str,
    secret: str,
    created: int | None = None,
    nonce: str = "n1",
    label: str = "sig1",
    alg: bool = True,
    path: str = PATH,
    covered: tuple[str, ...] = ("@method", "@path", "content-digest"),
) -> dict[str, str]:
    """Headers of a POST of `body`, signed with HMAC-SHA256 under the unpadded base64url `secret`."""
    digest = f"sha-256=:{b64(hashlib.sha256(body).digest())}:"
    when = int(datetime.now(UTC).timestamp()) if created is None else created
    values = {"@method": "POST", "@path": path, "content-digest": digest}
    names = " ".join(f'"{name}"' for name in covered)
    params = f'({names});created={when};nonce="{nonce}";keyid="{key_id}"' + (';alg="hmac-sha256"' if alg else "")
    base = "\n".join([*(f'"{name}": {values[name]}' for name in covered), f'"@signature-params": {params}'])
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    made = hmac.digest(key, base.encode(), hashlib.sha256)
    return {"Content-Digest": digest, "Signature-Input": f"{label}={params}", "Signature": f"{label}=:{b64(made)}:"}
