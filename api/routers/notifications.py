"""Push tokens and preferences over HTTP."""

from __future__ import annotations

from api.edge import PERSON, Reply, Request, Router, access, perform
from api.schemas.notifications import (
    MailAskedOut,
    MailAskIn,
    MailboxOut,
    MailCodeIn,
    PreferencesIn,
    PreferencesOut,
    PushTokenIn,
    PushTokenOut,
)
from backend.core.errors import FieldError, Invalid
from notifications import devices, mailboxes, preferences

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


@router.get("/email", response=MailboxOut)
@access(PERSON)
def read_email(request: Request) -> MailboxOut:
    """The person's proved mailbox, masked; null when there is none."""
    return MailboxOut.of(mailboxes.of(request.actor.must_be_known()))


@router.post("/email", response={202: MailAskedOut})
@access(PERSON)
def ask_email(request: Request, body: MailAskIn) -> Reply:
    """Send a code to a mailbox, to prove that it is the person's (409 `not-configured` where no mail goes out, 429)."""
    return perform(request, mailboxes.ask, render=MailAskedOut.of, status=202, email=body.email)


@router.post("/email/confirm", response=MailboxOut)
@access(PERSON)
def confirm_email(request: Request, body: MailCodeIn) -> Reply:
    """Use that mailbox from now on (400 `code-wrong`, 410 `code-expired` after five minutes or five tries)."""
    return perform(request, mailboxes.prove, render=MailboxOut.of, code=body.code)


@router.delete("/email", response={204: None})
@access(PERSON)
def delete_email(request: Request) -> Reply:
    """Write to this person no more. Repeatable."""
    mailboxes.forget(request.actor)
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
