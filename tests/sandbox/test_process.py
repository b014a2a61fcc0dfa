"""The process: what a kill leaves, where it listens, what it imports."""

from __future__ import annotations

import ast
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import stripe

from tests.sandbox.hooks import SECRET, Hooks
from tests.sandbox_process import ROOT, Sandbox, start_sandbox


@pytest.fixture
def own(tmp_path: Path, hooks: Hooks) -> Iterator[Sandbox]:
    sandbox = start_sandbox(tmp_path, hooks.url, SECRET)
    yield sandbox
    sandbox.stop()


def test_everything_answered_survives_a_kill(
    own: Sandbox, hooks: Hooks, client_of: Callable[..., stripe.StripeClient]
) -> None:
    own.faults(pause=True)
    client, url = client_of(own), own.url
    given = {"amount": 77, "currency": "cny", "payment_method": "pm_card_visa", "confirm": True}
    intent = client.v1.payment_intents.create(given, {"idempotency_key": "killed"})
    own.kill()
    own.restart()
    assert own.url == url
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    again = client.v1.payment_intents.create(given, {"idempotency_key": "killed"})
    assert again.id == intent.id
    assert len(hooks.wait(intent.id, 3)) == 3


def test_a_kill_in_the_middle_of_work_leaves_whole_payments(
    own: Sandbox, client_of: Callable[..., stripe.StripeClient]
) -> None:
    client = client_of(own)

    def pay(number: int) -> None:
        given = {"amount": 1, "currency": "cny", "payment_method": "pm_card_visa", "confirm": True}
        try:
            for turn in range(100):
                client.v1.payment_intents.create(given, {"idempotency_key": f"{number}-{turn}"})
        except stripe.APIConnectionError:
            pass

    threads = [threading.Thread(target=pay, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    threads[0].join(0.3)
    own.kill()
    for thread in threads:
        thread.join()
    own.restart()
    intents = list(client.v1.payment_intents.list({"limit": 100}).auto_paging_iter())
    charges = list(client.v1.charges.list({"limit": 100}).auto_paging_iter())
    assert intents
    assert {intent.status for intent in intents} == {"succeeded"}
    assert sorted(str(intent.latest_charge) for intent in intents) == sorted(charge.id for charge in charges)


def test_it_listens_on_its_own_loopback_address_only(sandbox: Sandbox) -> None:
    """A server on every address would answer on the loopback's other addresses too."""
    port = urlsplit(sandbox.url).port
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), timeout=1)


def test_health_says_what_it_is(sandbox: Sandbox) -> None:
    status, body = sandbox.control("GET", "/_sandbox/health")
    assert (status, body["sandbox"], body["provider"]) == (200, True, "stripe")


def test_an_unknown_fault_is_refused(sandbox: Sandbox) -> None:
    status, body = sandbox.control("POST", "/_sandbox/faults", {"earthquake": 1})
    assert status == 400
    assert "earthquake" in body["error"]["message"]


def test_sandbox_and_product_import_nothing_of_each_other() -> None:
    product = {"backend", "payments", "notifications", "api", "web", "fixtures", "django", "stripe"}
    for path in (ROOT / "sandbox").rglob("*.py"):
        assert not _imports(path) & product, path
    for room in ("backend", "payments", "notifications", "api", "web", "fixtures"):
        for path in (ROOT / room).rglob("*.py"):
            assert "sandbox" not in _imports(path), path


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
