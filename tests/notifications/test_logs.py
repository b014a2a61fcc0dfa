"""However a provider fails, no phone, token, code or address stands in a log, and no row holds one in the open."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from backend.core.clock import now
from backend.core.verb import verb
from backend.env import env
from backend.people.actor import Actor
from notifications import addresses, deliveries, sms
from notifications.channels import registry
from notifications.channels.huawei import Huawei
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.notifications.letters import TOPIC
from tests.notifications.test_webpush import PRIVATE, PUBLIC

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, MAIL, TOKEN = "+8613812349876", "canary@mail.example", "canary-token-5f3a"
ENDPOINT = "https://127.0.0.1:1/push/canary-endpoint"
CANARIES = ("13812349876", "canary", "424242", "test-secret")


@verb("test.canaries", audited=False)
def _queue(actor: Actor, *, person_id: Any) -> None:
    subscription = json.dumps({"endpoint": ENDPOINT, "p256dh": PUBLIC, "auth": "BTBZMqHH6r4Tts7J_aSIgg"})
    kept = {
        "sms": addresses.add(person_id, "sms", PHONE, is_own=False),
        "email": addresses.add(person_id, "email", MAIL),
        "huawei": addresses.add(person_id, "huawei", TOKEN),
        "webpush": addresses.add(person_id, "webpush", subscription, identity=ENDPOINT),
    }
    for channel, address in (*kept.items(), ("voice", kept["sms"])):
        row = Delivery(person_id=person_id, address_id=address.id, channel=channel, topic=TOPIC, params={"count": 1})
        row.due_at, row.urgency = now(), "emergency"
        deliveries.queue(row)
    sms.send_code(PHONE, "424242")


@pytest.fixture
def everything_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every provider is configured, and nobody listens."""
    nowhere = "http://127.0.0.1:1"
    for name, value in {
        "aliyun_access_key_id": "k",
        "aliyun_access_key_secret": "test-secret",
        "aliyun_sms_templates": {TOPIC: "SMS_1", sms.TOPIC: "SMS_2"},
        "aliyun_voice_templates": {TOPIC: "TTS_1"},
        "aliyun_sms_endpoint": nowhere,
        "aliyun_voice_endpoint": nowhere,
        "twilio_account_sid": "AC1",
        "twilio_auth_token": "test-secret",
        "twilio_from": "+15005550006",
        "twilio_api_base": nowhere,
        "webpush_private_key": PRIVATE,
        "webpush_hosts": "127.0.0.1:1",
        "smtp_url": "smtp://127.0.0.1:1",
        "huawei_app_id": "1",
        "huawei_app_secret": "test-secret",
        "huawei_oauth_url": nowhere,
        "huawei_push_url": nowhere,
    }.items():
        monkeypatch.setattr(env, name, value)
    monkeypatch.setattr(registry, "_huawei", Huawei())


def test_no_canary_is_logged_or_stored_in_the_open(
    cast: Cast,
    everything_fails: None,
    deliver: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _queue(cast.wang.actor, person_id=cast.wang.id)
    with caplog.at_level(logging.DEBUG):
        deliver()
    rows = Delivery.objects.exclude(channel="socket")
    assert {(row.channel, row.state, row.reason) for row in rows} == {
        (channel, "queued", "waiting: unreachable") for channel in ("sms", "voice", "email", "huawei", "webpush")
    }
    said = caplog.text + "".join(capfd.readouterr())
    assert "delivery.again" in said
    with connection.cursor() as cursor:
        for table in ("delivery", "address", "providercircuit", "smsspending"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM notifications_{table} t")
            said += cursor.fetchone()[0]
    for canary in CANARIES:
        assert canary not in said, canary
        assert canary.encode().hex() not in said, canary
