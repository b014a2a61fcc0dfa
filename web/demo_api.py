"""The demo's JSON, for programs: people, messages, devices, and the payer's tap. The routes exist only where the demo runs."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from backend.core.clock import BEIJING
from backend.core.queries import looking_up
from backend.emergency.models import Device, DeviceKey
from backend.env import env
from notifications import outbox as messages
from payments.flow import ACTIVE
from payments.models import Attempt, Payment
from web.demo import people as cast

DUMPS = {"ensure_ascii": False}


@require_GET
def people(request: HttpRequest) -> JsonResponse:
    """`GET /demo/people`"""
    return JsonResponse(cast.everybody(), safe=False, json_dumps_params=DUMPS)


@require_GET
def outbox(request: HttpRequest) -> JsonResponse:
    """`GET /demo/outbox?to=<phone>`: what would have gone out, newest first."""
    found = [_message(one) for one in messages.recent(request.GET.get("to") or None)]
    return JsonResponse(found, safe=False, json_dumps_params=DUMPS)


def _message(one: messages.Shown) -> dict[str, Any]:
    shown = {"channel": one.channel, "to": one.to, "text": one.text, "at": one.at.astimezone(BEIJING).isoformat()}
    return shown | ({"code": one.code} if one.code else {})


@require_GET
def devices(request: HttpRequest) -> JsonResponse:
    """`GET /demo/devices`: serials, keys and secrets of the invented devices."""
    with looking_up("demo"):
        keys: dict[UUID, DeviceKey] = {}
        for key in DeviceKey.objects.live().filter(purpose="signature").order_by("created_at", "id"):
            keys.setdefault(key.device_id, key)
        found = [_device(one, keys.get(one.id)) for one in Device.objects.order_by("created_at", "id")]
    return JsonResponse(found, safe=False, json_dumps_params=DUMPS)


def _device(one: Device, key: DeviceKey | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "serial": one.serial,
        "kind": one.kind,
        "protocol": one.protocol,
        "key_id": key.key_id if key else None,
        "secret": key.secret() if key else None,
        "home_id": str(one.home_id) if one.home_id else None,
    }
    aes = one.aes_key()
    return shown | ({"account": one.account} if one.account else {}) | ({"aes_key": aes.hex()} if aes else {})


@csrf_exempt
@require_POST
def authorize(request: HttpRequest, payment_id: UUID) -> JsonResponse:
    """`POST /demo/sandbox/authorize/{payment_id}?outcome=success|fail`: the payer's tap for every pending part."""
    outcome = request.GET.get("outcome", "success")
    if outcome not in {"success", "fail"}:
        return JsonResponse({"detail": "outcome is success or fail"}, status=422)
    with looking_up("demo"):
        parts = list(Attempt.objects.filter(payment_id=payment_id).order_by("id"))
        is_known = Payment.objects.filter(id=payment_id).exists()
    if not is_known:
        return JsonResponse({"detail": "no such payment"}, status=404)
    tapped = [
        str(part.id) for part in parts if part.state in ACTIVE and part.intent_id and _tap(part.intent_id, outcome)
    ]
    return JsonResponse({"payment_id": str(payment_id), "outcome": outcome, "parts": tapped})


def _tap(intent_id: str, outcome: str) -> bool:
    """Play the payer at the sandbox; False when it had nothing left to answer."""
    url = f"{env.stripe_api_base}/_sandbox/payment_intents/{intent_id}/authorize?{urllib.parse.urlencode({'outcome': outcome})}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=b"", method="POST"), timeout=10):  # noqa: S310 - loopback
            return True
    except urllib.error.HTTPError as refused:
        if refused.code == 409:
            return False
        raise
