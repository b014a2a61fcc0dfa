"""Short messages to a phone that may belong to nobody we know: who and what stay sealed until the provider took them."""

from __future__ import annotations

from typing import Any

from backend.core.clock import now
from backend.env import env
from notifications import deliveries, outbox, sms, templates
from notifications.deliveries import EMERGENCY, NORMAL, QUEUED, SENT, Delivery


def text_phone(
    phone: str, topic: str, params: dict[str, Any], *, language: str = "zh-CN", code: str | None = None
) -> Delivery:
    """Text a phone (E.164), known or not, inside a verb; `params` are all private. A `code` makes it urgent.

    In the demo the message stands in the outbox when the verb commits. Raises UnknownTopic, KeyError (a parameter is missing).
    """
    said = params | ({"code": code} if code else {})
    text = templates.render(topic, said, language)
    owner = outbox.owner_of_phone(phone)
    made = Delivery(
        channel=deliveries.SMS, topic=topic, urgency=EMERGENCY if code else NORMAL, sealed_by=owner, due_at=now()
    )
    if env.demo:
        outbox.write(deliveries.SMS, phone, text, code=code)
        made.state, made.due_at, made.sent_at = SENT, None, now()
    else:
        made.state, made.sealed = QUEUED, sms.sealed(owner, phone, text, said, language)
    return deliveries.queue(made)


def link(path: str) -> str:
    """The address of a page of ours for a message; empty where the site does not know its own address."""
    return f"{env.public_url.rstrip('/')}{path}" if env.public_url else ""
