"""Firebase Cloud Messaging through the official SDK, with our own retry policy.

The SDK's client sleeps and retries inside `send` (a 429 with Retry-After 60 would hold a thread for four minutes), so its retries
are taken out and the courier's rows do it. Messages are data-only: ids, no text, no names; the app fetches the notice and
de-duplicates by `notice_id`, since a retried POST may arrive twice.
"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import firebase_admin
from firebase_admin import credentials, exceptions, messaging
from requests.adapters import HTTPAdapter

from backend.env import env
from notifications.channels import NO_PROVIDER, Letter, NotNow, NotSent

TIMEOUT_SECONDS = 5
LIFE = timedelta(hours=24)

_guard = threading.Lock()
_apps: dict[tuple[Path, str], firebase_admin.App] = {}


def send(letter: Letter) -> str:
    """Send to one registration token; returns FCM's message name. Raises NotSent, NotNow."""
    if env.fcm_credentials is None:
        raise NotSent(NO_PROVIDER)
    try:
        name: str = messaging.send(_message(letter), app=_app(env.fcm_credentials, env.fcm_base_url))
    except messaging.UnregisteredError:
        raise NotSent("token unregistered", retires=True) from None
    except messaging.SenderIdMismatchError:
        raise NotSent("token of another sender", retires=True) from None
    except exceptions.InvalidArgumentError as refused:
        raise NotSent("message refused", retires=_blames_token(refused)) from None
    except exceptions.FirebaseError as failed:
        raise NotNow(str(failed.code).lower(), retry_after=_retry_after(failed)) from None
    return name


def _message(letter: Letter) -> messaging.Message:
    notice = str(letter.notice_id or letter.delivery_id)
    urgent = letter.is_emergency
    message = messaging.Message(
        data={
            "notice_id": notice,
            "topic": letter.topic,
            "about": letter.about,
            "urgency": "emergency" if urgent else "normal",
        },
        android=messaging.AndroidConfig(priority="high" if urgent else "normal", ttl=LIFE),
        apns=messaging.APNSConfig(
            headers={"apns-priority": "5", "apns-push-type": "background", "apns-collapse-id": notice},
            payload=messaging.APNSPayload(aps=messaging.Aps(content_available=True)),
        ),
        webpush=messaging.WebpushConfig(headers={"Urgency": "high" if urgent else "normal", "TTL": "86400"}),
    )
    message.token = letter.to
    return message


def _app(path: Path, base_url: str) -> firebase_admin.App:
    with _guard:
        app = _apps.get((path, base_url))
        if app is None:
            app = firebase_admin.initialize_app(
                credentials.Certificate(str(path)), {"httpTimeout": TIMEOUT_SECONDS}, name=f"yike-{len(_apps)}"
            )
            # The SDK offers no setting for either; these are the two places where it keeps them.
            service = messaging._get_messaging_service(app)
            for scheme in ("https://", "http://", "https://fcm.googleapis.com"):
                service._client.session.mount(scheme, HTTPAdapter(pool_maxsize=16, max_retries=0))
            if base_url:
                service._fcm_url = f"{base_url.rstrip('/')}/v1/projects/{app.project_id}/messages:send"
            _apps[(path, base_url)] = app
        return app


def _retry_after(failed: exceptions.FirebaseError) -> float | None:
    response = failed.http_response
    text = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(text), 600.0) if text.isdigit() else None


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
