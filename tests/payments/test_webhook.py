"""The webhook: the signature over the raw body, thin and snapshot events, nothing lost and nothing done twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import stripe as sdk

from backend.core import vault
from backend.env import env
from payments import due, inbox, settle
from payments.due import inbox_loop
from payments.models import Attempt, Payment, Posting, ProviderEvent
from payments.providers.facts import Intent
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.conftest import SECRET
from tests.payments.paying import intent_of, pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
Deliver = Callable[..., Any]
Events = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def intent(cast: Cast, sandbox: Sandbox) -> str:
    """An intent that was paid at the provider, of which nothing has been heard."""
    intent_id = intent_of(pay(cast.wang, books.electricity(cast.home)))
    sandbox.authorize(intent_id)
    return intent_id


def test_events_in_any_order_and_number_make_one_posting(intent: str, events: Events, deliver: Deliver) -> None:
    heard = events(intent)
    assert len(heard) >= 3
    for event in [*reversed(heard), *heard, *heard]:
        assert deliver(event).status_code == 200
    assert Posting.objects.filter(kind="payment").count() == 1
    assert ProviderEvent.objects.count() == len(heard)
    assert not ProviderEvent.objects.filter(done_at=None).exists()
    books.assert_books_balance()


def test_a_thin_event_is_as_good(intent: str, deliver: Deliver) -> None:
    thin = {
        "id": "evt_thin1",
        "object": "v2.core.event",
        "type": "v1.payment_intent.succeeded",
        "created": "2026-11-23T04:00:00.000Z",
        "livemode": False,
        "related_object": {"id": intent, "type": "payment_intent", "url": f"/v1/payment_intents/{intent}"},
        "snapshot_event": "evt_snapshot1",
    }
    assert deliver(thin).status_code == 200
    kept = ProviderEvent.objects.get()
    assert (kept.kind, kept.object_id, kept.twin_id) == ("payment_intent.succeeded", intent, "evt_snapshot1")
    assert Payment.objects.get().state == "paid"


@pytest.mark.parametrize("wrong", ["secret", "old", "tampered", "missing", "garbage", "not-json"])
def test_a_wrong_signature_is_refused_and_keeps_nothing(
    intent: str, events: Events, deliver: Deliver, wrong: str
) -> None:
    event = events(intent)[-1]
    match wrong:
        case "secret":
            answer = deliver(event, secret="whsec_other")
        case "old":
            answer = deliver(event, at=int(time.time()) - 301)
        case _:
            body = "{not json" if wrong == "not-json" else '{"id": "evt_1", "type": "payment_intent.succeeded"}'
            header = sdk.WebhookSignature.generate_signature_header(body, SECRET, timestamp=int(time.time()))
            header = {"missing": "", "garbage": "v1=🙂".encode().decode("latin-1")}.get(wrong, header)
            sent = body + " " if wrong == "tampered" else body
            answer = Http().post(
                "/webhooks/stripe", data=sent, content_type="application/json", headers={"Stripe-Signature": header}
            )
    assert (answer.status_code, answer.json()["code"]) == (400, "signature-invalid")
    assert not ProviderEvent.objects.exists()
    assert Payment.objects.get().state == "pending"


def test_two_secrets_hold_while_one_rotates(
    intent: str, events: Events, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "stripe_webhook_secret", f"whsec_new, {SECRET}")
    assert deliver(events(intent)[-1]).status_code == 200


def test_the_event_cannot_lie_about_the_money(intent: str, events: Events, deliver: Deliver) -> None:
    """What an event says beside the object's id is not believed: the intent is read from the provider."""
    event = events(intent)[-1]
    event["data"]["object"] |= {"amount_received": 1, "status": "canceled"}
    assert deliver(event).status_code == 200
    assert Payment.objects.get().state == "paid"


def test_an_event_whose_settling_fails_is_kept_and_done_later(
    intent: str, events: Events, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the books are locked")

    with monkeypatch.context() as patch:
        patch.setattr(settle.ledger, "post", broken)
        assert deliver(events(intent)[-1]).status_code == 200
    assert Payment.objects.get().state == "pending"
    assert not Posting.objects.filter(kind="payment").exists()
    with moved_clock(inbox.SECOND_TRY):
        assert inbox_loop.drain() == 1
    assert Payment.objects.get().state == "paid"
    assert ProviderEvent.objects.get().done_at is not None


def test_the_provider_being_gone_does_not_lose_an_event(
    intent: str, events: Events, deliver: Deliver, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    event = events(intent)[-1]
    with monkeypatch.context() as patch:
        patch.setattr(env, "stripe_api_base", "http://127.0.0.1:9")
        assert deliver(event).status_code == 200
    assert ProviderEvent.objects.get().due_at is not None
    with moved_clock(inbox.SECOND_TRY):
        inbox_loop.drain()
    assert Payment.objects.get().state == "paid"


def test_webhooks_that_never_came_are_heard_later(
    cast: Cast, sandbox: Sandbox, stripe_client: sdk.StripeClient, events: Events
) -> None:
    """A refund made in the provider's console while our endpoint was gone."""
    endpoint = stripe_client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    pay(cast.wang, books.electricity(cast.home), payment_method_id="pm_card_visa")
    intent_id = Attempt.objects.get().intent_id or ""
    stripe_client.v1.refunds.create({"payment_intent": intent_id, "amount": 100})
    assert due.catch_up() >= 1
    assert (Attempt.objects.get().refunded, due.catch_up()) == (100, 0)
    stripe_client.v1.webhook_endpoints.delete(endpoint.id)
    books.assert_books_balance()


def test_other_money_than_was_asked_for_is_never_booked(cast: Cast, sandbox: Sandbox) -> None:
    intent_id = intent_of(pay(cast.wang, books.electricity(cast.home)))
    attempt = Attempt.objects.get()
    for received, currency in ((attempt.amount - 1, "CNY"), (attempt.amount, "HKD")):
        said = Intent(intent_id, "succeeded", received, received, currency, str(attempt.pk), "", None, "")
        with pytest.raises(settle.AmountMismatch):
            settle.settle(settle.SYSTEM, attempt_id=attempt.pk, intent=said)
    assert Payment.objects.get().state == "pending"
    assert not Posting.objects.filter(kind="payment").exists()


def test_another_attempts_intent_is_refused(cast: Cast, sandbox: Sandbox) -> None:
    pay(cast.wang, books.electricity(cast.home))
    attempt = Attempt.objects.get()
    stranger = Intent("pi_stranger", "succeeded", attempt.amount, attempt.amount, "CNY", str(attempt.pk), "", None, "")
    with pytest.raises(settle.MisboundIntent):
        settle.settle(settle.SYSTEM, attempt_id=attempt.pk, intent=stranger)


def test_events_about_other_things_are_kept_and_done(sandbox: Sandbox, deliver: Deliver) -> None:
    assert deliver({"id": "evt_9", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}})
    assert ProviderEvent.objects.get().done_at is not None


def test_an_intent_that_is_none_of_ours_is_left_alone(stripe_client: sdk.StripeClient, deliver: Deliver) -> None:
    made = stripe_client.v1.payment_intents.create({"amount": 100, "currency": "cny"})
    event = {"id": "evt_8", "object": "event", "type": "payment_intent.created", "data": {"object": {"id": made.id}}}
    assert deliver(event).status_code == 200
    assert ProviderEvent.objects.get().done_at is not None


def test_the_raw_body_is_sealed_for_the_payer(cast: Cast, intent: str, events: Events, deliver: Deliver) -> None:
    deliver(events(intent)[-1])
    kept = ProviderEvent.objects.get()
    assert kept.owner_id == cast.wang.id
    assert intent.encode() not in bytes(kept.body)
    assert intent in vault.unseal(kept.owner_id, inbox.BODY, kept.body)


def test_without_a_secret_the_webhook_is_not_set_up(db: None) -> None:
    answer = Http().post("/webhooks/stripe", data="{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "payments-unconfigured")


def test_a_failed_intent_of_another_house_at_the_same_provider_is_not_touched(
    stripe_client: sdk.StripeClient, deliver: Deliver
) -> None:
    made = stripe_client.v1.payment_intents.create(
        {"amount": 100, "currency": "cny", "payment_method_types": ["card"], "metadata": {"attempt": str(uuid4())}}
    )
    with pytest.raises(sdk.CardError):
        stripe_client.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_chargeDeclined"})
    kind = "payment_intent.payment_failed"
    assert deliver({"id": "evt_7", "object": "event", "type": kind, "data": {"object": {"id": made.id}}})
    assert ProviderEvent.objects.get().done_at is not None
    assert stripe_client.v1.payment_intents.retrieve(made.id).status == "requires_payment_method"
