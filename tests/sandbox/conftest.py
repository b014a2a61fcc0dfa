"""A sandbox process, the real SDK pointed at it, and an endpoint that collects what it sends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from tests.sandbox.hooks import SECRET, Hooks
from tests.sandbox_process import Sandbox, start_sandbox


@pytest.fixture(scope="session")
def hooks() -> Iterator[Hooks]:
    collected = Hooks()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collected.received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(collected.answers.pop(0) if collected.answers else 200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    collected.url = f"http://127.0.0.1:{server.server_port}/hooks"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield collected
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, hooks: Hooks) -> Iterator[Sandbox]:
    sandbox = start_sandbox(tmp_path_factory.mktemp("stripe"), hooks.url, SECRET)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox, hooks: Hooks) -> Iterator[Sandbox]:
    """The sandbox of this test run, without faults."""
    yield running
    running.faults(reset=True)
    hooks.answers.clear()


@pytest.fixture
def client_of() -> Callable[..., stripe.StripeClient]:
    def make(sandbox: Sandbox, key: str = "sk_test_tests", retries: int = 0) -> stripe.StripeClient:
        return stripe.StripeClient(key, base_addresses={"api": sandbox.url}, max_network_retries=retries)

    return make


@pytest.fixture
def client(sandbox: Sandbox, client_of: Callable[..., stripe.StripeClient]) -> stripe.StripeClient:
    made: stripe.StripeClient = client_of(sandbox)
    return made
