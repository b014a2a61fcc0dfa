"""Signed events: order, retries, and the bad days that can be asked for."""

from __future__ import annotations

import time

import pytest
import stripe

from tests.sandbox.hooks import SECRET, Hooks
from tests.sandbox_process import Sandbox

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def pay(client: stripe.StripeClient) -> str:
    given = {"amount": 900, "currency": "cny", "payment_method": "pm_card_visa", "confirm": True}
    return client.v1.payment_intents.create(given, {"idempotency_key": f"hook-{time.time_ns()}"}).id


def test_events_arrive_signed_and_in_order(client: stripe.StripeClient, hooks: Hooks) -> None:
    events = hooks.wait(pay(client), 3)
    assert [event.type for event in events] == PAID
    assert events[0].request.idempotency_key.startswith("hook-")
    assert events[0].api_version == "2026-10-28.endive"
    body, header = hooks.received[-1]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body.replace(b"cny", b"usd"), header, SECRET)


def test_an_event_is_sent_until_it_is_accepted(client: stripe.StripeClient, hooks: Hooks) -> None:
    hooks.answers[:] = [500, 503, 301]
    events = hooks.wait(pay(client), 6)
    assert sorted({event.type for event in events}) == sorted(PAID)


def test_faults_repeat_and_reorder(client: stripe.StripeClient, hooks: Hooks, sandbox: Sandbox) -> None:
    sandbox.faults(duplicate=1, reorder=True)
    events = hooks.wait(pay(client), 6)
    assert [event.type for event in events[::2]] == PAID[::-1]
    assert [event.id for event in events[::2]] == [event.id for event in events[1::2]]


def test_a_dropped_event_is_listed_and_can_be_sent_again(
    client: stripe.StripeClient, hooks: Hooks, sandbox: Sandbox
) -> None:
    sandbox.faults(drop_next=3)
    intent = pay(client)
    time.sleep(0.5)
    assert hooks.events(intent) == []
    missed = client.v1.events.list({"delivery_success": False, "types": ["payment_intent.succeeded"]}).data
    assert [event.data.object["id"] for event in missed] == [intent]
    assert sandbox.control("POST", f"/_sandbox/events/{missed[0].id}/resend")[1] == {"deliveries": 1}
    assert hooks.wait(intent, 1)[0].id == missed[0].id


def test_paused_webhooks_wait(client: stripe.StripeClient, hooks: Hooks, sandbox: Sandbox) -> None:
    sandbox.faults(pause=True)
    intent = pay(client)
    time.sleep(0.4)
    assert hooks.events(intent) == []
    sandbox.faults(reset=True)
    assert [event.type for event in hooks.wait(intent, 3)] == PAID


def test_a_new_endpoint_has_its_own_secret_and_choice_of_events(client: stripe.StripeClient, hooks: Hooks) -> None:
    endpoint = client.v1.webhook_endpoints.create({"url": hooks.url, "enabled_events": ["customer.created"]})
    assert endpoint.secret.startswith("whsec_")
    listed = client.v1.webhook_endpoints.list().data
    assert endpoint.id in [row.id for row in listed]
    assert not any("secret" in row for row in listed)
    before = len(hooks.received)
    client.v1.customers.create({})
    ends = time.monotonic() + 5
    while len(hooks.received) < before + 2:
        assert time.monotonic() < ends
        time.sleep(0.02)
    verified = [_verifies(body, header, endpoint.secret) for body, header in hooks.received[before:]]
    client.v1.webhook_endpoints.delete(endpoint.id)
    del hooks.received[before:]
    assert sorted(verified) == [False, True]


def _verifies(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.Webhook.construct_event(body, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True
