"""Short messages to a phone that may belong to nobody we know: who and what stay sealed until the provider took them."""

from __future__ import annotations

from typing import Any

from backend.core import limits
from backend.core.clock import now
from backend.core.errors import TooMany
from backend.env import env
from backend.people import phones
from backend.people.login_limits import DAY, DEMO_TIMES
from notifications import deliveries, outbox, sms, templates
from notifications.deliveries import CODE, FAILED, NORMAL, QUEUED, SENT, Delivery

MOST_A_DAY = 5
WARNINGS = frozenset({"login.reuse.text", "phone.changed.text", "phone.change-asked.text"})
"""Warnings to the owner of an account are counted apart: nobody uses up a phone's texts so that its owner hears of nothing."""
ELSEWHERE, TOO_MANY = "withheld", f"withheld: more than {MOST_A_DAY} texts in a day"


def text_phone(
    phone: str, topic: str, params: dict[str, Any], *, language: str = "zh-CN", code: str | None = None
) -> Delivery:
    """Text a phone (E.164), known or not, inside a verb; `params` are all private. A `code` makes it urgent.

    Phones of countries that get no codes get no texts either, and one phone gets at most 5 a day that are no codes (the
    demo: 12 times as many): the others are withheld, which only the delivery's `reason` tells.

    In the demo the message stands in the outbox when the verb commits. Raises UnknownTopic, KeyError (a parameter is missing).
    """
    said = params | ({"code": code} if code else {})
    text = templates.render(topic, said, language)
    owner = outbox.owner_of_phone(phone)
    made = Delivery(
        channel=deliveries.SMS, topic=topic, urgency=CODE if code else NORMAL, sealed_by=owner, due_at=now()
    )
    if withheld := _withheld(phone, topic, is_code=code is not None):
        made.state, made.reason, made.due_at = FAILED, withheld, None
    elif env.demo:
        outbox.write(deliveries.SMS, phone, text, code=code)
        made.state, made.due_at, made.sent_at = SENT, None, now()
    else:
        made.state, made.sealed = QUEUED, sms.sealed(owner, phone, text, said, language)
    return deliveries.queue(made)


def _withheld(phone: str, topic: str, *, is_code: bool) -> str:
    """Why this phone does not get the text; empty when it does, and then it is counted."""
    if not phones.gets_codes(phone):
        return ELSEWHERE
    if is_code:
        return ""
    kind = "warning" if topic in WARNINGS else "text"
    try:
        limits.hit(
            f"phone.{kind}.day", phones.blind(phone).hex(), limit=MOST_A_DAY * (DEMO_TIMES if env.demo else 1), per=DAY
        )
    except TooMany:
        return TOO_MANY
    return ""


def link(path: str) -> str:
    """The address of a page of ours for a message; empty where the site does not know its own address."""
    return f"{env.public_url.rstrip('/')}{path}" if env.public_url else ""
