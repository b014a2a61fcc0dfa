"""王奶奶's button: a real signed HTTP request of her device, through the front door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.core import ports
from backend.core.clock import BEIJING, now
from backend.core.errors import Unavailable
from backend.core.ids import uuid7
from backend.core.queries import looking_up
from backend.emergency import desks
from backend.emergency.models import Device, DeviceKey
from backend.env import env
from backend.people import reading

PATH = "/api/v1/emergency/signals"
COVERED = '("@method" "@path" "content-digest")'


@dataclass(frozen=True)
class Button:
    """A wearer's button and what it signs with; `dispatcher_id` sits at the desk that answers it."""

    serial: str
    key_id: str
    secret: str
    wearer_id: UUID
    wearer: str
    dispatcher_id: UUID | None
    dispatcher: str


def button() -> Button | None:
    """The demo's first button that somebody wears and that speaks HTTPS."""
    with looking_up("demo"):
        worn = Device.objects.filter(protocol=Device.Protocol.HTTPS, user__is_demo=True).order_by("created_at", "id")
        key = (
            DeviceKey.objects.live()
            .filter(device__in=worn, purpose="signature")
            .select_related("device__user")
            .order_by("device__created_at", "id")
            .first()
        )
        if key is None or key.device.user is None:
            return None
        desk = desks.answering(desks.line(key.device.community))
        dispatcher = next(iter(desks.dispatchers([desk.id]).get(desk.id, [])), None)
        names = reading.names_by_id([key.device.user_id, dispatcher])
        return Button(
            serial=key.device.serial,
            key_id=key.key_id,
            secret=key.secret(),
            wearer_id=key.device.user.id,
            wearer=names.get(key.device.user.id, ""),
            dispatcher_id=dispatcher,
            dispatcher=names.get(dispatcher, "") if dispatcher else "",
        )


def press(pressed: Button) -> dict[str, Any]:
    """Send the signal and give the door's answer. Raises Unavailable when the door does not answer."""
    body = json.dumps(
        {"event_id": str(uuid7()), "kind": "sos", "at": now().astimezone(BEIJING).isoformat(), "battery": 87}
    ).encode()
    request = urllib.request.Request(f"{_door()}{PATH}", data=body, headers=_signed(pressed, body), method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own door on loopback
            told: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, TimeoutError):
        raise Unavailable from None
    return told


def _door() -> str:
    return f"http://127.0.0.1:{ports.read(env.home_path).get('http', env.port)}"


def _signed(pressed: Button, body: bytes) -> dict[str, str]:
    """RFC 9421 headers: HMAC-SHA256 over method, path and the body's digest."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    given = f'{COVERED};created={int(now().timestamp())};nonce="{secrets.token_hex(12)}";keyid="{pressed.key_id}";alg="hmac-sha256"'
    base = f'"@method": POST\n"@path": {PATH}\n"content-digest": {digest}\n"@signature-params": {given}'
    key = base64.urlsafe_b64decode(pressed.secret + "=" * (-len(pressed.secret) % 4))
    signature = base64.b64encode(hmac.digest(key, base.encode(), hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json",
        "Content-Digest": digest,
        "Signature-Input": f"sig1={given}",
        "Signature": f"sig1=:{signature}:",
    }
