"""Login codes by SMS: sealed on the way, at once in the demo's outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.verb import verb
from backend.people.actor import Actor
from notifications import outbox, sms
from notifications.deliveries import Delivery
from tests.notifications.sms_fake import FakeSms

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+8613900009999"


@verb("test.code", audited=False)
def send(actor: Actor, *, language: str = "zh-CN") -> Delivery:
    return sms.send_code(PHONE, "424242", language)


def test_a_code_reaches_the_provider_and_is_then_forgotten(provider: FakeSms, deliver: Callable[[], int]) -> None:
    made = send(Actor.anonymous())
    row = Delivery.objects.get(id=made.id)
    assert "424242" not in str(row.params)
    assert b"424242" not in bytes(row.sealed)
    deliver()
    assert provider.taken == [(PHONE, "【一刻】验证码 424242，5 分钟内有效。请勿告诉任何人。")]
    row = Delivery.objects.get(id=made.id)
    assert (row.state, row.sealed) == ("sent", None)


def test_a_code_that_is_no_longer_valid_is_not_sent(
    provider: FakeSms, deliver: Callable[[], int], moved_clock: Any
) -> None:
    made = send(Actor.anonymous())
    with moved_clock(timedelta(minutes=6)):
        deliver()
    row = Delivery.objects.get(id=made.id)
    assert (provider.taken, row.state, row.sealed) == ([], "dead", None)


def test_without_a_provider_the_delivery_says_so(deliver: Callable[[], int]) -> None:
    made = send(Actor.anonymous())
    deliver()
    row = Delivery.objects.get(id=made.id)
    assert (row.state, row.reason, row.sealed) == ("failed", "not sent: no provider configured", None)


def test_in_the_demo_the_code_stands_in_the_outbox_when_the_verb_commits(demo: None) -> None:
    send(Actor.anonymous(), language="en")
    (message,) = outbox.recent("13900009999")
    assert (message.channel, message.to, message.code) == ("sms", PHONE, "424242")
    assert "424242" in message.text
    assert Delivery.objects.get().state == "sent"
