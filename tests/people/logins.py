"""Logging in as people do: asking for a code, reading it where the SMS waits to be sent, entering it."""

from __future__ import annotations

import re
from typing import Any

from backend.people import login
from notifications.deliveries import Delivery
from notifications.sms import CODES, opened

PHONE = "13800138000"
DEVICE = {"key": "phone-1", "name": "test", "platform": "android"}


def last_code() -> str:
    """The newest code that waits to be sent."""
    return re.findall(r"\d{6}", last_text(*CODES)[1])[0]


def last_text(*topics: str) -> tuple[str, str]:
    """Phone and text of the newest SMS (of these topics) that waits to be sent."""
    waiting = Delivery.objects.filter(channel="sms", sealed__isnull=False)
    return opened((waiting.filter(topic__in=topics) if topics else waiting).latest("at"))


def texts(topic: str) -> int:
    """How many SMS of a topic were written to be sent."""
    return Delivery.objects.filter(channel="sms", topic=topic, state="queued").count()


def asked_code(phone: str = PHONE, **options: Any) -> str:
    login.ask_code(phone=phone, **options)
    return last_code()


def logged_in(phone: str = PHONE, *, key: str = "phone-1") -> login.LoggedIn:
    return login.log_in(phone=phone, code=asked_code(phone), device=DEVICE | {"key": key})


def wrong(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
