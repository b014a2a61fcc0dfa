"""A person's devices as places for pushes."""

from __future__ import annotations

from backend.core.errors import Unauthenticated
from backend.core.verb import Doer, record, verb
from notifications import addresses
from notifications.addresses import Address


@verb("push-token.registered")
def register_push(actor: Doer, *, device_key: str, token: str, platform: str) -> Address:
    """Send the device's pushes to this token; its former token, and the same token of another person, retire."""
    if actor.person_id is None:
        raise Unauthenticated
    return addresses.add(actor.person_id, addresses.FCM, token, device_key=device_key, platform=platform)


@verb("push-token.removed")
def forget_push(actor: Doer, *, device_key: str) -> int:
    """Send no more pushes to this device; returns how many tokens were live."""
    if actor.person_id is None:
        raise Unauthenticated
    removed = addresses.retire_device(actor.person_id, device_key)
    record("push-token.removed", about=None, count=removed)
    return removed
