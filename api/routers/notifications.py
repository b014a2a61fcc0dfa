"""Inbox, push tokens and preferences over HTTP."""

from __future__ import annotations

from api.edge import PERSON, Reply, Request, Router, access, language, page, perform, read_cursor, write_cursor
from api.schemas.notifications import (
    InboxOut,
    NoticeOut,
    PreferencesIn,
    PreferencesOut,
    PushTokenIn,
    PushTokenOut,
    ReadIn,
    ReadOut,
)
from backend.core.errors import FieldError, Invalid
from notifications import devices, inbox, preferences

router = Router(tags=["notifications"])
SINCE = "inbox.since"
LONGEST_KEY = 120


@router.get("/inbox", response=InboxOut)
@access(PERSON)
def read_inbox(
    request: Request, since: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, object]:
    """The person's notices, newest first, in the order in which they were committed; with `since` only what is newer."""
    person = request.actor.must_be_known()
    position = _positions(since).get(f"person:{person}", 0) if since else 0
    tongue = language(request)
    shown = page(
        request, inbox.of(person, after=position), lambda notice: NoticeOut.of(notice, tongue), order=("-seq",)
    )
    newest = inbox.of(person).values_list("seq", flat=True).first() or position
    token = write_cursor([f"person:{person}", newest], SINCE)
    return {**shown, "since": token, "unread": inbox.unread(person)}


def _positions(since: str) -> dict[str, int]:
    """What a `since` holds: channel → offset."""
    values = read_cursor(since, SINCE, "since")
    return dict(zip(values[::2], values[1::2], strict=True))


@router.post("/inbox/read", response=ReadOut)
@access(PERSON)
def mark_read(request: Request, body: ReadIn) -> Reply:
    """Mark notices as read; those of others are left alone."""
    person = request.actor.must_be_known()
    return perform(
        request,
        inbox.mark_read,
        render=lambda marked: ReadOut(marked=marked, unread=inbox.unread(person)),
        ids=body.ids,
        up_to=body.up_to,
    )


@router.put("/push-tokens/{device_key}", response=PushTokenOut)
@access(PERSON)
def put_push_token(request: Request, device_key: str, body: PushTokenIn) -> Reply:
    """Send this device's pushes to this token from now on."""
    if len(device_key) > LONGEST_KEY:
        raise Invalid(FieldError("#device_key", "too-long", f"at most {LONGEST_KEY}", f"最多 {LONGEST_KEY} 个字符"))
    return perform(
        request,
        devices.register_push,
        render=PushTokenOut.of,
        device_key=device_key,
        token=body.token,
        platform=body.platform,
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
