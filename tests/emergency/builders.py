"""Plain builders of the emergency room's tests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.core.clock import now
from backend.emergency import actions
from backend.emergency.models import Device, DeviceKey, Incident
from notifications.presence import PresenceLease
from tests.cast import Cast, Member
from tests.emergency.signing import PATH, signed_headers

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"


def raise_alarm(member: Member, **said: Any) -> Incident:
    """The member presses the button in their app."""
    return actions.raise_alarm(member.actor, id=said.pop("id", None) or uuid4(), **said).incident


def make_device(cast: Cast, serial: str = "BTN-1", **more: Any) -> Device:
    """王奶奶's button with the key `key-<serial>`."""
    given = {
        "user": cast.wang.user,
        "home": cast.home,
        "community": cast.community,
        "kind": "button",
        "protocol": "https",
    }
    device = Device.objects.create(serial=serial, **(given | more))
    DeviceKey.issue(device, f"key-{serial}", SECRET)
    return device


def send(
    client: Any, body: dict[str, Any] | bytes, *, key_id: str = "key-BTN-1", secret: str = SECRET, **signing: Any
) -> Any:
    """POST a signed body as the device would."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signed_headers(raw, key_id=key_id, secret=secret, **signing)
    return client.request("post", PATH, data=raw, content_type="application/json", headers=headers)


def sit_down(member: Member, division_id: UUID, *, seconds: int = 15) -> PresenceLease:
    """The member is at the desk's screen for so many seconds."""
    lease, _ = PresenceLease.objects.update_or_create(
        person_id=member.id, division_id=division_id, defaults={"until": now() + timedelta(seconds=seconds)}
    )
    return lease
