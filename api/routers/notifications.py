"""Push tokens and preferences over HTTP."""

from __future__ import annotations

from api.edge import PERSON, Reply, Request, Router, access, perform
from api.schemas.notifications import (
    PreferencesIn,
    PreferencesOut,
    PushTokenIn,
    PushTokenOut,
)
from backend.core.errors import FieldError, Invalid
from notifications import devices, preferences

router = Router(tags=["notifications"])
LONGEST_KEY = 120


@router.put("/push-tokens/{device_key}", response=PushTokenOut)
@access(PERSON)
def put_push_token(request: Request, device_key: str, body: PushTokenIn) -> Reply:
    """Send this device's pushes to this token, or to this browser's subscription (`webpush`), from now on.

    422 `endpoint-refused` for a push service that is not on the operator's list, 409 `not-configured` for one not set up here.
    """
    if len(device_key) > LONGEST_KEY:
        raise Invalid(FieldError("#device_key", "too-long", f"at most {LONGEST_KEY}", f"最多 {LONGEST_KEY} 个字符"))
    return perform(
        request,
        devices.register_push,
        render=PushTokenOut.of,
        device_key=device_key,
        token=body.token,
        platform=body.platform,
        provider=body.provider,
        subscription=body.subscription.read() if body.subscription else None,
    )


@router.delete("/push-tokens/{device_key}", response={204: None})
@access(PERSON)
def delete_push_token(request: Request, device_key: str) -> Reply:
    """Send no more pushes to this device. Repeatable."""
    devices.forget_push(request.actor, device_key=device_key)
    return Reply(status=204)


@router.get("/preferences", response=PreferencesOut)
@access(PERSON)
def read_preferences(request: Request) -> PreferencesOut:
    """How this person wants to be told."""
    return PreferencesOut.of(preferences.of(request.actor.person_id))


@router.put("/preferences", response=PreferencesOut)
@access(PERSON)
def put_preferences(request: Request, body: PreferencesIn) -> Reply:
    """Replace them. Emergencies cannot be switched off (422 `emergency-locked`)."""
    quiet = body.quiet_hours
    return perform(
        request,
        preferences.change,
        render=PreferencesOut.of,
        language=body.language,
        quiet_from=quiet.from_ if quiet else None,
        quiet_until=quiet.until if quiet else None,
        off=body.off,
    )
