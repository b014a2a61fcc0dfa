"""The HTTPS door for devices: whose signature it is, then the verb. Holds no transaction itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core.queries import looking_up
from backend.emergency.actions import Called, receive_signal, receive_unsigned, take_call
from backend.emergency.actions.receiving import Received
from backend.emergency.device_keys import note_use
from backend.emergency.errors import SignatureInvalid
from backend.emergency.intake import Arrival
from backend.emergency.models import Device, DeviceKey
from backend.emergency.signatures import SignatureFault, SignedMessage, secret_bytes, verify
from backend.people.actor import Actor


@dataclass(frozen=True)
class Sender:
    """Whose signature held, under which key, and when the sender's clock says that it signed."""

    device: Device
    key: DeviceKey
    signed_at: datetime


def sender_of(message: SignedMessage, body: bytes) -> Sender:
    """Whose signature it is. Raises SignatureInvalid, after the raw bytes were kept and the desk told."""
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
    return Sender(device, key, signed.created)


def receive_https(message: SignedMessage, body: bytes) -> Received:
    """Take a signed message in. Raises SignatureInvalid, after the raw bytes were kept and the desk told."""
    sender = sender_of(message, body)
    device = sender.device
    received = receive_signal(Actor.device(device.id), arrival=arrival_of(sender, body))
    note_use(sender.key)
    return received


def receive_call(message: SignedMessage, body: bytes) -> Called | Received:
    """Take in what an exchange tells of a call: `{caller, called, call_id, state}`. Raises SignatureInvalid.

    A body that makes no sense is kept, and calls somebody, as any signal that makes none.
    """
    sender = sender_of(message, body)
    actor = Actor.device(sender.device.id)
    told = _told(body)
    if told is None:
        done: Called | Received = receive_signal(actor, arrival=arrival_of(sender, body))
    else:
        done = take_call(actor, pbx_id=sender.device.id, raw=body, **told)
    note_use(sender.key)
    return done


def _told(body: bytes) -> dict[str, str] | None:
    """call_id, state and caller; None when there is no call to speak of."""
    try:
        read: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    said = {name: "" if read.get(name) is None else str(read[name]) for name in ("call_id", "state", "caller")}
    if not said["call_id"].isprintable() or not 1 <= len(said["call_id"]) <= 100:
        return None
    return said | {"state": said["state"][:16], "caller": said["caller"][:40]}


def arrival_of(sender: Sender, body: bytes) -> Arrival:
    """The message of a device as intake takes it."""
    device = sender.device
    return Arrival(
        source=f"device:{device.id}",
        event_id=event_id(body),
        protocol="https",
        raw=body,
        owner_id=device.owner_id,
        device_id=device.id,
        community_id=device.community_id,
        sent_at=sender.signed_at,
    )


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
