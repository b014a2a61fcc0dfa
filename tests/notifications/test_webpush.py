"""Web Push: sealed for the browser, signed for the service, and never sent anywhere but to a push service of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.core.clock import now
from backend.env import env
from notifications import addresses
from notifications.channels import sealing, webpush
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.fakes.webpush import FakePushService
from tests.notifications.letters import tell

PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
PUBLIC = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"


@pytest.fixture(scope="module")
def service_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakePushService]:
    server = FakePushService(tmp_path_factory.mktemp("webpush"))
    yield server
    server.close()


@pytest.fixture
def service(service_server: FakePushService, monkeypatch: pytest.MonkeyPatch) -> FakePushService:
    service_server.opened.clear()
    service_server.asked.clear()
    monkeypatch.setattr(env, "webpush_private_key", PRIVATE)
    monkeypatch.setattr(env, "webpush_hosts", f"127.0.0.1:{service_server.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(service_server.authority))
    return service_server


def subscribe(http: Any, service: FakePushService, name: str) -> Any:
    body = {"provider": "webpush", "platform": "web", "subscription": service.subscribe(name).subscription}
    return http.put(f"/push-tokens/{name}", body)


def test_the_sealing_is_the_one_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    reader = sealing.Reader.of(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    made = sealing.sealed(
        b"When I grow up, I want to be a watermelon",
        reader,
        key=sealing.private_key(PRIVATE),
        salt=sealing.unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert sealing.b64(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert sealing.b64(sealing.public_bytes(sealing.private_key(PRIVATE))) == PUBLIC


@pytest.mark.django_db(transaction=True)
def test_a_browser_gets_a_message_that_only_it_can_open(
    cast: Cast, client_for: Callable[..., Any], service: FakePushService, deliver: Callable[[], int]
) -> None:
    wang = client_for(cast.wang)
    answer = subscribe(wang, service, "laptop")
    assert (answer.status_code, answer.json()["provider"]) == (200, "webpush")
    notice = tell(cast.wang.id, urgency="emergency")
    deliver()
    row = Delivery.objects.get(channel="webpush")
    assert (row.state, row.provider, row.reason) == ("sent", "webpush", "")
    assert row.provider_id.endswith("/message/1")
    ((name, message),) = service.opened
    assert name == "laptop"
    assert message == {
        "delivery_id": str(row.id),
        "notice_id": str(notice.id),
        "topic": "test.told",
        "about": "/api/v1/bills/1",
        "urgency": "emergency",
    }
    (asked,) = service.asked
    assert (asked.headers["urgency"], asked.headers["ttl"]) == ("high", "86400")
    assert str(notice.id).encode() not in asked.body


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("browser", "state", "reason", "is_live"),
    [
        ("gone-1", "failed", "subscription ended", False),
        ("unknown-1", "failed", "subscription ended", False),
        ("big-1", "failed", "message too long", True),
        ("busy-1", "queued", "waiting: too-many", True),
        ("down-1", "queued", "waiting: http-503", True),
        ("denied-1", "queued", "waiting: refused us: 403", True),
    ],
)
def test_what_the_push_service_answers_decides(
    cast: Cast,
    client_for: Callable[..., Any],
    service: FakePushService,
    deliver: Callable[[], int],
    browser: str,
    state: str,
    reason: str,
    is_live: bool,
) -> None:
    subscribe(client_for(cast.wang), service, browser)
    tell(cast.wang.id)
    deliver()
    row = Delivery.objects.get(channel="webpush")
    assert (row.state, row.reason) == (state, reason)
    assert addresses.live(cast.wang.id, "webpush").exists() is is_live
    if browser == "busy-1":
        assert 38 < (row.due_at - now()).total_seconds() < 50


@pytest.mark.django_db(transaction=True)
def test_a_subscription_is_kept_once_with_its_newest_keys_and_moves_with_its_browser(
    cast: Cast, client_for: Callable[..., Any], service: FakePushService, deliver: Callable[[], int]
) -> None:
    wang, neighbour = client_for(cast.wang), client_for(cast.neighbour)
    subscribe(wang, service, "laptop")
    subscribe(wang, service, "laptop")  # the same endpoint, new keys
    tell(cast.wang.id)
    deliver()
    assert [name for name, _ in service.opened] == ["laptop"]
    subscribe(neighbour, service, "laptop")
    assert not addresses.live(cast.wang.id, "webpush").exists()
    neighbour.put("/push-tokens/laptop", {"token": "ok-1", "platform": "android", "provider": "fcm"})
    assert not addresses.live(cast.neighbour.id, "webpush").exists()
    assert neighbour.delete("/push-tokens/laptop").status_code == 204
    assert not addresses.live_pushes(cast.neighbour.id).exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com@10.0.0.1/x",
        "https://10.0.0.1#@fcm.googleapis.com/x",
        "https://10.0.0.1\\@fcm.googleapis.com/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x",
        "https://xnotify.windows.com/x",
        "https://notify.windows.com/x",
        "https://fcm.googleapis.com:99999/x",
        "https://[::1/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "x" * 2000,
        "",
    ],
)
def test_no_other_address_is_ever_called(endpoint: str) -> None:
    assert not webpush.is_allowed(endpoint)


def test_the_push_services_of_the_list_are_called() -> None:
    for endpoint in (
        "https://fcm.googleapis.com/fcm/send/x",
        "https://FCM.googleapis.com:443/fcm/send/x",
        "https://web.push.apple.com/x",
        "https://wns2-by3p.notify.windows.com/w/?token=x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
    ):
        assert webpush.is_allowed(endpoint), endpoint


@pytest.mark.django_db(transaction=True)
def test_subscriptions_that_cannot_be_are_refused(
    cast: Cast, client_for: Callable[..., Any], service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = client_for(cast.wang)
    good = service.subscribe("laptop").subscription

    def put(subscription: Any, **more: Any) -> Any:
        body = {"provider": "webpush", "platform": "web", "subscription": subscription} | more
        return wang.put("/push-tokens/laptop", body)

    for wrong, code in (
        (good | {"endpoint": "https://10.0.0.1/x"}, "endpoint-refused"),
        (good | {"keys": good["keys"] | {"auth": "AAAA"}}, "keys-wrong"),
        (good | {"keys": good["keys"] | {"p256dh": "B" * 87}}, "keys-wrong"),
        (None, "missing"),
    ):
        answer = put(wrong)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert client_for(None).get("/webpush-key").json() == {"public_key": PUBLIC}
    monkeypatch.setattr(env, "webpush_private_key", "")
    assert (put(good).status_code, put(good).json()["code"]) == (409, "not-configured")
    assert client_for(None).get("/webpush-key").json() == {"public_key": ""}
    vendor = {"token": "x", "platform": "android", "provider": "xiaomi"}
    assert wang.put("/push-tokens/phone", vendor).json()["code"] == "not-configured"
    assert not addresses.live_pushes(cast.wang.id).exists()
