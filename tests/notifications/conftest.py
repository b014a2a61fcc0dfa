from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from backend.core.due import loops
from backend.env import env
from notifications import courier
from notifications.channels import registry
from tests.fakes.fcm import FakeFcm
from tests.notifications.sms_fake import FakeSms


@pytest.fixture(scope="module")
def fcm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeFcm]:
    server = FakeFcm(tmp_path_factory.mktemp("fcm"))
    yield server
    server.close()


@pytest.fixture
def fcm(fcm_server: FakeFcm, monkeypatch: pytest.MonkeyPatch) -> FakeFcm:
    """The FCM-shaped server, with the environment pointing the real SDK at it."""
    fcm_server.sent.clear()
    fcm_server.hits.clear()
    monkeypatch.setattr(env, "fcm_credentials", fcm_server.credentials)
    monkeypatch.setattr(env, "fcm_base_url", fcm_server.base_url)
    monkeypatch.setattr("notifications.channels.fcm.TIMEOUT_SECONDS", 2)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(fcm_server.authority))
    return fcm_server


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "demo", True)


@pytest.fixture
def provider() -> Iterator[FakeSms]:
    """An SMS provider that the courier uses in place of none."""
    fake = FakeSms()
    registry.use("sms", [fake])
    yield fake
    registry.use("sms", None)


@pytest.fixture
def deliver() -> Callable[[], int]:
    """Run the courier over all that is due now; the number of deliveries it worked on."""
    courier.register_loops()
    return lambda: sum(loop.drain() for name, loop in loops().items() if name.startswith("courier."))
