"""Firebase Cloud Messaging through the official SDK, in batches, with our own retry policy.

The SDK's client sleeps and retries inside `send` (a 429 with Retry-After 60 would hold a thread for four minutes), so its retries
are taken out and the courier's rows do it. Messages are data-only: ids, no text, no names; the app fetches the notice and
de-duplicates by `delivery_id`, since a retried POST may arrive twice. Emergencies have connections of their own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import firebase_admin
from firebase_admin import credentials, exceptions, messaging
from requests.adapters import HTTPAdapter

from backend.env import env
from notifications.channels import Letter, NotNow, NotSent, Outcome, Taken
from notifications.channels.wire import REFUSED_US, retry_after

TIMEOUT_SECONDS = 5
LIFE = timedelta(hours=24)
BATCH = 500
EMERGENCY_TITLE = "一刻：紧急通知 Yike: emergency"
QUOTA_SECONDS = 60.0  # what Firebase asks for when it names no time
CONNECTIONS = 32
OUTAGES = (
    exceptions.UnavailableError,
    exceptions.InternalError,
    exceptions.DeadlineExceededError,
    exceptions.UnknownError,
)

_guard = threading.Lock()
_apps: dict[tuple[Path, str, bool], firebase_admin.App] = {}


class Fcm:
    """Sends to registration tokens; FCM's message name is the provider's id."""

    name = "fcm"

    def __init__(self, account: Path) -> None:
        self.account = account

    def circuit(self, letter: Letter) -> str:
        return self.name

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        app = _app(self.account, env.fcm_base_url, is_emergency=any(letter.is_emergency for letter in letters))
        outcomes: list[Outcome] = []
        for start in range(0, len(letters), BATCH):
            answers = messaging.send_each([_message(letter) for letter in letters[start : start + BATCH]], app=app)
            outcomes += [_outcome(answer) for answer in answers.responses]
        return outcomes


def _outcome(answer: messaging.SendResponse) -> Outcome:
    failed = answer.exception
    match failed:
        case None:
            return Taken(str(answer.message_id))
        case messaging.UnregisteredError():
            return NotSent("token unregistered", retires=True)
        case messaging.SenderIdMismatchError():
            return NotSent("token of another sender", retires=True)
        case messaging.QuotaExceededError():
            return NotNow(_code(failed), retry_after=_retry_after(failed) or QUOTA_SECONDS)
        case exceptions.InvalidArgumentError():
            return NotSent("message refused", retires=_blames_token(failed))
        case exceptions.FirebaseError():
            return NotNow(
                _code(failed),
                retry_after=_retry_after(failed),
                is_outage=isinstance(failed, OUTAGES) or _status(failed) in REFUSED_US,
                is_certain=failed.http_response is not None,
            )
        case _:
            return NotNow(type(failed).__name__, is_outage=True, is_certain=False)


def _message(letter: Letter) -> messaging.Message:
    pointer, urgent = letter.pointer(), letter.is_emergency
    message = messaging.Message(
        data=pointer,
        android=messaging.AndroidConfig(priority="high" if urgent else "normal", ttl=LIFE),
        apns=_apns(urgent=urgent, collapse=pointer["notice_id"]),
        webpush=messaging.WebpushConfig(headers={"Urgency": "high" if urgent else "normal", "TTL": "86400"}),
    )
    message.token = letter.to
    return message


def _apns(*, urgent: bool, collapse: str) -> messaging.APNSConfig:
    """iPhones throttle background pushes, so an emergency shows words of its own, the same for all, that tell nothing."""
    if urgent:
        headers = {"apns-priority": "10", "apns-push-type": "alert", "apns-collapse-id": collapse}
        alert = messaging.ApsAlert(title=EMERGENCY_TITLE)
        aps = messaging.Aps(alert=alert, sound="default", content_available=True, mutable_content=True)
    else:
        headers = {"apns-priority": "5", "apns-push-type": "background", "apns-collapse-id": collapse}
        aps = messaging.Aps(content_available=True)
    return messaging.APNSConfig(headers=headers, payload=messaging.APNSPayload(aps=aps))


def _app(path: Path, base_url: str, *, is_emergency: bool) -> firebase_admin.App:
    with _guard:
        app = _apps.get((path, base_url, is_emergency))
        if app is None:
            app = firebase_admin.initialize_app(
                credentials.Certificate(str(path)), {"httpTimeout": TIMEOUT_SECONDS}, name=f"yike-{len(_apps)}"
            )
            # The SDK offers no setting for either; these are the two places where it keeps them.
            service = messaging._get_messaging_service(app)
            for scheme in ("https://", "http://", "https://fcm.googleapis.com"):
                adapter = HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS, max_retries=0, pool_block=True)
                service._client.session.mount(scheme, adapter)
            if base_url:
                service._fcm_url = f"{base_url.rstrip('/')}/v1/projects/{app.project_id}/messages:send"
            _apps[(path, base_url, is_emergency)] = app
        return app


def _code(failed: exceptions.FirebaseError) -> str:
    return str(failed.code).lower()


def _status(failed: exceptions.FirebaseError) -> int:
    return failed.http_response.status_code if failed.http_response is not None else 0


def _retry_after(failed: exceptions.FirebaseError) -> float | None:
    response = failed.http_response
    return retry_after(response.headers.get("Retry-After", "")) if response is not None else None


def _blames_token(refused: exceptions.FirebaseError) -> bool:
    """An INVALID_ARGUMENT retires the token only when FCM names nothing but the token; otherwise the mistake is ours."""
    response = refused.http_response
    try:
        details: list[dict[str, Any]] = json.loads(response.content)["error"]["details"] if response is not None else []
    except (ValueError, KeyError, TypeError):
        return False
    is_fcm = any(detail.get("@type", "").endswith("fcm.v1.FcmError") for detail in details)
    fields = [v.get("field") for detail in details for v in detail.get("fieldViolations", [])]
    return is_fcm and bool(fields) and set(fields) <= {"message.token", "message.fid"}
