"""Providers' reports: what became of a message that they took. They come as signed calls of the provider to `/webhooks/…`.

A report proves more than our sending: `delivered` stands in the delivery's receipt times, a failure ends it with the provider's
reason. An emergency goes out again first: a text by another provider at once, else after a minute, three times in all; how often
the providers were asked before one took it does not count. A contact's sealed text is kept for that until it arrived.
A report may overtake our own note that the message was taken: the claim is dropped then, and the note finds nothing to mark.
Phones and texts in a report are neither kept nor logged.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from backend.core.clock import now
from backend.core.errors import BadRequest, NotFound
from backend.core.verb import Doer, hint, verb
from backend.env import env
from notifications.channels import registry, twilio
from notifications.deliveries import EMERGENCY, FAILED, QUEUED, REPEATED, SENT, SMS, VOICE, Delivery, lane_name

MOST = 1000
MOST_REPEATS = 2
AGAIN_AFTER = timedelta(minutes=1)
ARRIVED = {"delivered", "read", "completed"}
LOST = {"undelivered", "failed", "canceled", "busy", "no-answer"}


class ReportUnsigned(BadRequest):
    """The signature of this report is not valid."""

    code, zh = "signature-invalid", "回执签名无效"


@dataclass(frozen=True)
class Posted:
    """A report as it came: the path with its query (as the provider called it), the query read, the headers, the raw body."""

    full_path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Report:
    """What became of one delivery; `message_id` and `code` are the provider's."""

    delivery_id: UUID
    message_id: str
    has_arrived: bool
    code: str = ""


@verb("delivery.reported", audited=False)
def take(actor: Doer, *, channel: str, provider: str, posted: Posted) -> int:
    """Write a provider's report into its deliveries; returns how many it changed. Repeats and late ones change nothing.

    Raises NotFound (no such provider here), ReportUnsigned, BadRequest.
    """
    read = READERS.get((channel, provider))
    if read is None:
        raise NotFound
    return sum(_written(channel, report) for report in read(posted))


def _written(channel: str, report: Report) -> int:
    mine = Delivery.objects.filter(id=report.delivery_id, channel=channel)
    if report.has_arrived:
        arrived = Coalesce("delivered_at", models.Value(now()))
        kept = models.Case(models.When(state=QUEUED, then="sealed"), default=None)  # what is due again needs it still
        return mine.filter(delivered_at__isnull=True).update(delivered_at=arrived, sealed=kept)
    this_one = Q(state=SENT, provider_id=report.message_id) | Q(state=QUEUED, provider_id="")  # not an earlier attempt
    open_ones = mine.filter(this_one, delivered_at__isnull=True)
    reason = f"not delivered: {report.code}"[:80]
    has_words = Q(sealed_by__isnull=True, notice_id__isnull=False) | Q(topic=REPEATED, sealed__isnull=False)
    again = open_ones.filter(has_words, urgency=EMERGENCY, repeats__lt=MOST_REPEATS)
    has_another = channel == SMS and len(registry.providers(SMS)) > 1
    due = now() if has_another else now() + AGAIN_AFTER
    waits = {"state": QUEUED, "reason": f"again: {reason}"[:80], "due_at": due, "sent_at": None, "lease": None}
    if again.update(repeats=models.F("repeats") + 1, provider_id=report.message_id[:200], **waits):
        hint(f"due:{lane_name(channel, EMERGENCY)}")
        return 1
    return open_ones.update(state=FAILED, reason=reason, due_at=None, lease=None, sealed=None)


def _twilio(posted: Posted) -> Sequence[Report]:
    """A status callback: a form, signed over our full public address and the form."""
    if not (env.twilio_auth_token and env.public_url):
        raise NotFound
    try:
        form = dict(parse_qsl(posted.body.decode(), keep_blank_values=True, strict_parsing=bool(posted.body)))
    except ValueError:
        raise BadRequest from None
    url = env.public_url.rstrip("/") + posted.full_path
    expected = twilio.signature(url, form, env.twilio_auth_token)
    if not hmac.compare_digest(expected.encode(), posted.headers.get("X-Twilio-Signature", "").encode()):
        raise ReportUnsigned
    status = form.get("MessageStatus") or form.get("CallStatus") or ""
    message_id = form.get("MessageSid") or form.get("CallSid") or ""
    return _report(posted.query.get("delivery", ""), message_id, status, form.get("ErrorCode") or status)


def _aliyun(posted: Posted) -> Sequence[Report]:
    """Alibaba Cloud's batches of SMS reports: JSON. It signs nothing: the address that it was given holds a secret."""
    if not env.aliyun_report_key:
        raise NotFound
    if not hmac.compare_digest(env.aliyun_report_key.encode(), posted.query.get("key", "").encode()):
        raise ReportUnsigned
    try:
        entries: Any = json.loads(posted.body)
    except ValueError:
        raise BadRequest from None
    if not isinstance(entries, list) or len(entries) > MOST:
        raise BadRequest
    reports: list[Report] = []
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("success"), bool):
            status = "delivered" if entry["success"] else "failed"
            names = str(entry.get("out_id", "")), str(entry.get("biz_id", ""))
            reports += _report(*names, status, str(entry.get("err_code", "")))
    return reports


def _report(delivery_id: str, message_id: str, status: str, code: str) -> list[Report]:
    """One report, or none where it says nothing final or is about nothing of ours."""
    try:
        delivery = UUID(delivery_id)
    except ValueError:
        return []
    if status not in ARRIVED | LOST:
        return []
    return [Report(delivery, message_id, status in ARRIVED, code)]


READERS: dict[tuple[str, str], Callable[[Posted], Sequence[Report]]] = {
    (SMS, "twilio"): _twilio,
    (VOICE, "twilio"): _twilio,
    (SMS, "aliyun"): _aliyun,
}
