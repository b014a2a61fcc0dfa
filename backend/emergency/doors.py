"""The HTTPS door for devices: whose signature it is, then the verb. Holds no transaction itself."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from backend.core.queries import looking_up
from backend.emergency.actions import receive_signal, receive_unsigned
from backend.emergency.actions.receiving import Received
from backend.emergency.device_keys import note_use
from backend.emergency.errors import SignatureInvalid
from backend.emergency.intake import Arrival
from backend.emergency.models import Device, DeviceKey
from backend.emergency.signatures import SignatureFault, SignedMessage, secret_bytes, verify
from backend.people.actor import Actor


def receive_https(message: SignedMessage, body: bytes) -> Received:
    """Take a signed message in. Raises SignatureInvalid, after the raw bytes were kept and the desk told."""
    asked: list[DeviceKey] = []

    def secret_of(key_id: str) -> bytes | None:
        asked[:] = DeviceKey.objects.filter(key_id=key_id, purpose=DeviceKey.Purpose.SIGNATURE)
        return secret_bytes(asked[0].secret()) if asked else None

    try:
        with looking_up("device key"):
            signed = verify(message, body, secret_of)
            key = asked[0]
            if not key.is_live:
                raise SignatureFault("retired", key.key_id)
            device = Device.objects.get(id=key.device_id)
    except SignatureFault as fault:
        receive_unsigned(
            Actor.system("web"),
            protocol="https",
            raw=body,
            sender=fault.key_id[:64],
            device_id=asked[0].device_id if asked else None,
            why="key-retired" if fault.args == ("retired",) else "",
        )
        raise SignatureInvalid from fault
    arrival = Arrival(
        source=f"device:{device.id}",
        event_id=event_id(body),
        protocol="https",
        raw=body,
        owner_id=device.owner_id,
        device_id=device.id,
        community_id=device.community_id,
        sent_at=signed.created,
    )
    received = receive_signal(Actor.device(device.id), arrival=arrival)
    note_use(key)
    return received


def event_id(body: bytes) -> str:
    """The device's own id of the event; for a body that has none, its digest, so that a repeat is still the same."""
    try:
        told: Any = json.loads(body)
        given = told.get("event_id") if isinstance(told, dict) else None
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, str | int) and not isinstance(given, bool):
        text = str(given)
        if 1 <= len(text) <= 128 and text.isprintable():
            return text
    return "digest:" + hashlib.sha256(body).hexdigest()
