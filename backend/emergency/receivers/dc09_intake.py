"""A DC-09 frame becomes a signal. Sync; runs in the receiver's threads, one frame at a time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import close_old_connections, connection

from backend.core.clock import now
from backend.core.queries import looking_up
from backend.emergency.actions import heartbeat, receive_signal, receive_unsigned
from backend.emergency.device_keys import note_use
from backend.emergency.intake import Arrival
from backend.emergency.models import Device, DeviceKey
from backend.emergency.protocols import dc09, dc09_crypto
from backend.people.actor import Actor

UNDERSTOOD = frozenset({"ADM-CID", "SIA-DCS", "NULL", "XNM"})
# Sequence numbers wrap at 9999: the same words this much later are another event.
SAME_FOR = timedelta(minutes=10)


def take(body: bytes) -> bytes | None:
    """Store what the frame says and return its answer (`ACK`, `NAK`, `DUH`), or None for silence.

    Raises whatever the database raises: the caller stays silent, and the device sends again.
    """
    close_old_connections()
    try:
        return _take(body)
    except Exception:
        connection.close()
        raise
    finally:
        close_old_connections()


def _take(body: bytes) -> bytes | None:
    try:
        frame = dc09.parse(body)
    except dc09.Unreadable:
        receive_unsigned(Actor.system("receivers"), protocol="dc09", raw=body, sender="dc09")
        return None
    device = _device(frame.account)
    keys = device.aes_keys() if device else []
    clear, used = frame, None
    if frame.is_encrypted:
        opened, used = _decrypted(frame, keys)
        if opened is None:
            return _not_understood(frame, device)
        clear = opened
        try:
            stamped = dc09.content(clear.data).at
        except dc09.Unreadable:  # the key fits and the words make no sense: silence would hide the device from the desk
            return _not_understood(frame, device)
        if not dc09_crypto.is_timely(stamped, now()):
            return dc09.refusal(now())
    if frame.id not in UNDERSTOOD:
        return _not_understood(frame, device)
    _store(clear, device, is_authentic=frame.is_encrypted or not keys)
    if used is not None:
        note_use(used)
        return dc09_crypto.encrypted_ack(used.aes(), frame, now())
    return dc09.answer("ACK", frame)


def _not_understood(frame: dc09.Frame, device: Device | None) -> bytes:
    """Keep the raw frame for the desk; `DUH` tells the device not to repeat it blindly."""
    receive_unsigned(
        Actor.system("receivers"),
        protocol="dc09",
        raw=frame.body,
        sender=f"dc09:{frame.account}",
        device_id=device.id if device else None,
    )
    return dc09.answer("DUH", frame)


def _device(account: str) -> Device | None:
    if not account:
        return None
    with looking_up("device account"):
        return Device.objects.filter(account=account).first()


def _decrypted(frame: dc09.Frame, keys: list[DeviceKey]) -> tuple[dc09.Frame | None, DeviceKey | None]:
    """The frame with clear contents and the key that opened it; (None, None) when none fits."""
    for key in keys:
        try:
            clear = dc09_crypto.decrypt(key.aes(), frame.data)
        except dc09.Unreadable:
            continue
        head = frame.body[: len(frame.body) - len(frame.data)]
        return dc09.parse(head + clear), key
    return None, None


def _store(frame: dc09.Frame, device: Device | None, *, is_authentic: bool) -> None:
    if frame.is_null:
        if device is not None and is_authentic:  # anybody can say in clear that an encrypting device lives
            heartbeat(Actor.device(device.id), device_id=device.id)
        return
    # The time stamp is left out: a device that resends may stamp anew.
    words, _, _ = frame.data.partition(b"]_")
    said = frame.id.encode() + words
    digest = hashlib.sha256(said).hexdigest()[:32]
    arrival = Arrival(
        source=f"device:{device.id}" if device else f"dc09:{frame.account}",
        event_id=f"{frame.seq}:{digest}",
        protocol="dc09",
        raw=frame.body,
        owner_id=device.owner_id if device else Arrival.owner_id,
        device_id=device.id if device else None,
        community_id=device.community_id if device else None,
        is_authentic=is_authentic,
        same_for=SAME_FOR,
        said=said,
    )
    receive_signal(Actor.device(device.id) if device else Actor.system("receivers"), arrival=arrival)
