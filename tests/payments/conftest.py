"""The real SDK against the sandbox as the separate process that it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe as sdk

from backend.env import env
from tests.cast import Http
from tests.sandbox_process import Sandbox, start_sandbox

SECRET = "whsec_payments_tests"


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = start_sandbox(Path(tmp_path_factory.mktemp("stripe")), None)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A running sandbox, and this server configured to use it."""
    monkeypatch.setattr(env, "stripe_secret_key", "sk_test_payments")
    monkeypatch.setattr(env, "stripe_publishable_key", "pk_test_payments")
    monkeypatch.setattr(env, "stripe_webhook_secret", SECRET)
    monkeypatch.setattr(env, "stripe_api_base", sandbox_process.url)
    sandbox_process.faults(reset=True)
    yield sandbox_process
    sandbox_process.faults(reset=True)


@pytest.fixture
def stripe_client(sandbox: Sandbox) -> sdk.StripeClient:
    return sdk.StripeClient("sk_test_payments", base_addresses={"api": sandbox.url})


@pytest.fixture
def events(stripe_client: sdk.StripeClient) -> Callable[..., list[dict[str, Any]]]:
    """The provider's events about one intent, oldest first, as it would send them."""

    def of(intent_id: str) -> list[dict[str, Any]]:
        listed = stripe_client.v1.events.list({"limit": 100}).auto_paging_iter()
        found = [json.loads(str(event)) for event in listed if intent_id in str(event)]
        return found[::-1]

    return of


@pytest.fixture
def deliver() -> Callable[..., Any]:
    """Send an event to the webhook as Stripe does: the raw body, signed."""

    def send(event: dict[str, Any], *, secret: str = SECRET, at: int | None = None) -> Any:
        body = json.dumps(event)
        timestamp = int(time.time()) if at is None else at
        header = sdk.WebhookSignature.generate_signature_header(body, secret, timestamp=timestamp)
        return Http().post(
            "/webhooks/stripe", data=body, content_type="application/json", headers={"Stripe-Signature": header}
        )

    return send


@pytest.fixture
def tap(sandbox: Sandbox, events: Callable[..., Any], deliver: Callable[..., Any]) -> Callable[..., None]:
    """The payer's tap, and the provider's events about it delivered."""

    def tapped(intent_id: str, outcome: str = "success") -> None:
        sandbox.authorize(intent_id, outcome)
        for event in events(intent_id):
            assert deliver(event).status_code == 200

    return tapped
