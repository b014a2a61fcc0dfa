"""Login codes by SMS, and texts that stay sealed until they are sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.core import vault
from backend.core.clock import now
from backend.core.verb import hint
from backend.env import env
from notifications import deliveries, outbox
from notifications.deliveries import CODE, FAILED, QUEUED, SENT, Delivery
from notifications.templates import register_templates, render

TOPIC, PROOF, NEW_PHONE = "login.code", "code.proof", "code.phone"
# Not worth sending once their life is over.
CODES = frozenset({TOPIC, PROOF, NEW_PHONE, "delegation.code", "email.code"})
LIFE = timedelta(minutes=5)
CONTEXT = "notifications.sms.code"

register_templates(
    {
        TOPIC: {
            "zh": "【一刻】验证码 {code}，5 分钟内有效。请勿告诉任何人。",
            "en": "[Yike] Your code is {code}, valid for 5 minutes. Tell nobody.",
        },
        PROOF: {
            "zh": "【一刻】验证码 {code}，用于确认是您本人在操作，5 分钟内有效。请勿告诉任何人。",
            "en": "[Yike] Code {code} confirms that it is you, valid for 5 minutes. Tell nobody.",
        },
        NEW_PHONE: {
            "zh": "【一刻】验证码 {code}，用于把登录手机号更换为本机号码，5 分钟内有效。请勿告诉任何人。",
            "en": "[Yike] Code {code} makes this number the phone of an account, valid for 5 minutes. Tell nobody.",
        },
    }
)


def send_code(
    phone: str,
    code: str,
    language: str = "zh-CN",
    *,
    topic: str = TOPIC,
    owner: UUID | None = None,
    is_withheld: bool = False,
) -> Delivery:
    """Send a code to a phone (E.164), known or not, at once (inside the login verb).

    Phone and code are sealed, under a key of `owner` or else of the phone, until the provider took them. In the demo the message
    stands in the outbox when the verb commits. `is_withheld`: the same work and rows, but nothing goes out.
    """
    text = render(topic, {"code": code}, language)
    owner = owner or outbox.owner_of_phone(phone)
    delivery = Delivery(channel=deliveries.SMS, topic=topic, urgency=CODE, sealed_by=owner, due_at=now())
    if env.demo:
        if not is_withheld:
            outbox.write(deliveries.SMS, phone, text, code=code)
        delivery.state, delivery.due_at, delivery.sent_at = SENT, None, now()
    else:
        delivery.state, delivery.sealed = QUEUED, sealed(owner, phone, text, {"code": code}, language)
    if is_withheld:
        delivery.state, delivery.reason, delivery.sent_at = FAILED, "withheld", None
        delivery.due_at = delivery.sealed = None
        hint(f"due:{deliveries.lane_name(deliveries.SMS, CODE)}")
    return deliveries.queue(delivery)


@dataclass(frozen=True)
class Sealed:
    """What stood sealed with a delivery: for providers that take whole texts, and for those that take a template's parameters."""

    to: str
    text: str
    params: dict[str, Any]
    language: str


def sealed(owner: UUID, phone: str, text: str, params: dict[str, Any] | None = None, language: str = "") -> bytes:
    """Phone and text of a message that holds what no row may hold, under the owner's key; `params` are the private ones."""
    body = {"to": phone, "text": text, "params": params or {}, "language": language}
    return vault.seal(owner, CONTEXT, json.dumps(body, ensure_ascii=False, default=str))


def opened_letter(delivery: Delivery) -> Sealed:
    """What was sealed with a queued delivery. Raises KeyDestroyed."""
    assert delivery.sealed is not None
    assert delivery.sealed_by is not None
    body = json.loads(vault.unseal(delivery.sealed_by, CONTEXT, bytes(delivery.sealed)))
    return Sealed(body["to"], body["text"], body.get("params", {}), body.get("language", ""))


def opened(delivery: Delivery) -> tuple[str, str]:
    """Phone and text of a queued SMS that was sealed. Raises KeyDestroyed."""
    letter = opened_letter(delivery)
    return letter.to, letter.text
