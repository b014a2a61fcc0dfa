"""Keys of devices, changed without a gap: two may be live; the first message under the new one retires the old after a grace.

A message under a retired key is refused, but its bytes are kept and the desk told (`doors`): a device left behind is noticed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import QuerySet

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.verb import record, verb
from backend.emergency.errors import DoesNotEncrypt, TwoDeviceKeys
from backend.emergency.models import Device, DeviceKey
from backend.people.actor import Actor
from backend.people.roles import Can

LIVE_KEYS = 2
GRACE = timedelta(hours=1)
"""What a device had signed before it changed over may still be on its way."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewDeviceKey:
    """A key with its secret, which is shown this once."""

    key: DeviceKey
    secret: str = field(repr=False)


def kept_by(actor: Actor) -> QuerySet[Device]:
    """The devices whose keys the actor keeps."""
    reach = actor.reach(Can.DEVICE_KEEP)
    if reach.everywhere:
        return Device.objects.all()
    return Device.objects.filter(community_id__in=reach.communities)


def access_device(actor: Actor, device_id: UUID) -> Device:
    """The device, locked for this verb. Raises Forbidden without the permission, NotFound out of reach."""
    actor.require(Can.DEVICE_KEEP)
    device = kept_by(actor).select_for_update().filter(id=device_id).first()
    if device is None:
        raise NotFound
    return device


@verb("device.key_made")
def make_key(actor: Actor, *, device_id: UUID, purpose: str) -> NewDeviceKey:
    """A further key of the device, to be brought to it. Raises NotFound, TwoDeviceKeys, DoesNotEncrypt."""
    actor.must_be_fresh()
    device = access_device(actor, device_id)
    is_aes = purpose == DeviceKey.Purpose.AES
    if is_aes and device.protocol != Device.Protocol.DC09:
        raise DoesNotEncrypt
    if device.keys.live().filter(purpose=purpose).count() >= LIVE_KEYS:
        raise TwoDeviceKeys
    secret = secrets.token_hex(16) if is_aes else secrets.token_urlsafe(32)
    key_id = f"{'ak' if is_aes else 'dk'}_{secrets.token_hex(9)}"
    key = DeviceKey.issue(device, key_id, secret, purpose)
    record("device.key_made", about=device, key=key_id, purpose=purpose)
    return NewDeviceKey(key, secret)


@verb("device.key_ended")
def end_key(actor: Actor, *, device_id: UUID, key_id: str) -> None:
    """Retire one key now; doing it again changes nothing. Raises NotFound."""
    actor.must_be_fresh()
    device = access_device(actor, device_id)
    if not device.keys.filter(key_id=key_id).exists():
        raise NotFound
    device.keys.live().filter(key_id=key_id).update(until=now())
    record("device.key_ended", about=device, key=key_id)


@verb("device.keys_ended")
def end_all_keys(actor: Actor, *, device_id: UUID) -> None:
    """Retire every key of the device now (lost, stolen, out of service). Raises NotFound."""
    actor.must_be_fresh()
    device = access_device(actor, device_id)
    ended = list(device.keys.live().values_list("key_id", flat=True))
    device.keys.live().update(until=now())
    record("device.keys_ended", about=device, keys=ended)


def note_use(key: DeviceKey) -> None:
    """Called after a message that the key held for was stored. The first time it retires the older keys, after the grace.

    Nothing that goes wrong here takes the message back: the next one tries again.
    """
    if key.first_used_at is not None:
        return
    try:
        _retire_older(Actor.device(key.device_id), key=key)
    except DatabaseError as fault:
        log.warning("device.key_use_not_noted", key=key.key_id, error=type(fault).__name__)


@verb("device.key_used")
def _retire_older(actor: Actor, *, key: DeviceKey) -> None:
    moment = now()
    if not DeviceKey.objects.filter(id=key.id, first_used_at__isnull=True).update(first_used_at=moment):
        record("device.key_used", about=key.device, key=key.key_id)
        return
    older = key.device.keys.live().filter(purpose=key.purpose, created_at__lt=key.created_at)
    ending = list(older.values_list("key_id", flat=True))
    older.exclude(until__lt=moment + GRACE).update(until=moment + GRACE)
    record("device.key_used", about=key.device, key=key.key_id, ending=ending)
