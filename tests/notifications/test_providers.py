"""SMS, calls and Huawei's pushes over their public HTTP APIs, against servers that check what they are sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.verb import verb
from backend.env import env
from backend.people.actor import Actor
from notifications import addresses, deliveries, sms
from notifications.channels import Letter, NotNow, Taken, aliyun, registry, twilio
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.fakes import aliyun as aliyun_fake
from tests.fakes import huawei as huawei_fake
from tests.fakes import twilio as twilio_fake
from tests.fakes.aliyun import FakeAliyun
from tests.fakes.huawei import FakeHuawei
from tests.fakes.server import FakeServer
from tests.fakes.twilio import FakeTwilio
from tests.notifications.letters import TOPIC, tell


def served(server: FakeServer) -> Iterator[Any]:
    yield server
    server.close()


@pytest.fixture
def ali(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAliyun]:
    server = FakeAliyun()
    for name, value in {
        "aliyun_access_key_id": aliyun_fake.KEY_ID,
        "aliyun_access_key_secret": aliyun_fake.SECRET,
        "aliyun_sms_sign_name": "一刻",
        "aliyun_sms_templates": {TOPIC: "SMS_1", f"{TOPIC}#en": "SMS_2", sms.TOPIC: "SMS_3"},
        "aliyun_voice_templates": {TOPIC: "TTS_1"},
        "aliyun_sms_endpoint": server.base_url,
        "aliyun_voice_endpoint": server.base_url,
    }.items():
        monkeypatch.setattr(env, name, value)
    yield from served(server)


@pytest.fixture
def twi(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTwilio]:
    server = FakeTwilio()
    for name, value in {
        "twilio_account_sid": twilio_fake.SID,
        "twilio_auth_token": twilio_fake.TOKEN,
        "twilio_from": "+15005550006",
        "twilio_api_base": server.base_url,
        "public_url": "https://yike.example",
    }.items():
        monkeypatch.setattr(env, name, value)
    yield from served(server)


@pytest.fixture
def huawei(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHuawei]:
    server = FakeHuawei()
    monkeypatch.setattr(env, "huawei_app_id", huawei_fake.APP)
    monkeypatch.setattr(env, "huawei_app_secret", huawei_fake.SECRET)
    monkeypatch.setattr(env, "huawei_oauth_url", f"{server.base_url}/oauth2/v3/token")
    monkeypatch.setattr(env, "huawei_push_url", server.base_url)
    monkeypatch.setattr("notifications.channels.registry._huawei", type_of_huawei()())
    yield from served(server)


def type_of_huawei() -> Any:
    from notifications.channels.huawei import Huawei

    return Huawei


@verb("test.queue", audited=False)
def _queue(actor: Actor, *, person_id: UUID, kind: str, to: str, channel: str, urgency: str) -> Delivery:
    address = addresses.add(person_id, kind, to, is_own=False)
    return deliveries.queue(
        Delivery(
            person_id=person_id,
            address_id=address.id,
            channel=channel,
            topic=TOPIC,
            params={"count": 3},
            urgency=urgency,
            due_at=now(),
        )
    )


def sent(
    cast: Cast, deliver: Callable[[], int], to: str, channel: str = "sms", *, kind: str = "sms", urgency: str = "normal"
) -> Delivery:
    """One delivery, after the courier had it."""
    row = _queue(cast.wang.actor, person_id=cast.wang.id, kind=kind, to=to, channel=channel, urgency=urgency)
    deliver()
    return Delivery.objects.get(id=row.id)


def test_the_signature_of_alibaba_cloud_is_the_documented_one() -> None:
    """The worked example of their page on the V3 signature."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    }
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    made = aliyun.signed_headers(
        "POST",
        "https://ecs.cn-shanghai.aliyuncs.com/",
        query,
        headers,
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
    )
    assert made["Authorization"].endswith("=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_the_signature_of_twilio_is_the_documented_one() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert (
        twilio.signature("https://mycompany.com/myapp.php?foo=1&bar=2", form, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


@pytest.mark.django_db(transaction=True)
def test_alibaba_cloud_gets_a_template_with_parameters_and_our_id(
    cast: Cast, ali: FakeAliyun, deliver: Callable[[], int]
) -> None:
    row = sent(cast, deliver, "+8613800001234")
    assert (row.state, row.provider, row.provider_id) == ("sent", "aliyun", "BizId-1")
    (asked,) = ali.asked
    assert asked.query == {
        "PhoneNumbers": "13800001234",
        "SignName": "一刻",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"count": "3"}',
        "OutId": str(row.id),
    }


@pytest.mark.django_db(transaction=True)
def test_a_login_code_goes_out_by_its_template(cast: Cast, ali: FakeAliyun, deliver: Callable[[], int]) -> None:
    @verb("test.code", audited=False)
    def code(actor: Actor) -> Delivery:
        return sms.send_code("+8613800001234", "424242")

    code(Actor.anonymous())
    deliver()
    (asked,) = ali.asked
    assert (asked.query["TemplateCode"], json.loads(asked.query["TemplateParam"])) == ("SMS_3", {"code": "424242"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("number", "state", "reason"),
    [
        ("+8613800000001", "queued", "waiting: isv.BUSINESS_LIMIT_CONTROL"),
        ("+8613800000002", "failed", "the number is none that can be reached"),
        ("+8613800000003", "queued", "waiting: isp.SYSTEM_ERROR"),
        ("+8613800000004", "queued", "waiting: isv.AMOUNT_NOT_ENOUGH"),
    ],
)
def test_alibaba_clouds_codes_decide(
    cast: Cast, ali: FakeAliyun, deliver: Callable[[], int], number: str, state: str, reason: str
) -> None:
    row = sent(cast, deliver, number)
    assert (row.state, row.reason) == (state, reason)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_secret_is_an_outage_of_ours_and_the_next_provider_takes_it(
    cast: Cast, ali: FakeAliyun, twi: FakeTwilio, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "aliyun_access_key_secret", "wrong")
    row = sent(cast, deliver, "+8613800001234")
    assert (row.state, row.provider, row.provider_id) == ("sent", "twilio", "SM1")


@pytest.mark.django_db(transaction=True)
def test_twilio_gets_the_text_our_key_and_where_to_report(
    cast: Cast, twi: FakeTwilio, deliver: Callable[[], int]
) -> None:
    row = sent(cast, deliver, "+447700901234")
    assert (row.state, row.provider, row.provider_id) == ("sent", "twilio", "SM1")
    (asked,) = twi.asked
    assert asked.form == {
        "To": "+447700901234",
        "From": "+15005550006",
        "Body": "您有3条消息",
        "StatusCallback": f"https://yike.example/api/v1/webhooks/sms/twilio?delivery={row.id}",
    }
    assert asked.headers["idempotency-key"] == str(row.id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("number", "state", "reason"),
    [
        ("+447700900001", "queued", "waiting: too-many"),
        ("+447700900002", "failed", "the number is none that can be reached"),
        ("+447700900003", "queued", "waiting: http-500"),
        ("+447700900004", "failed", "refused by twilio: 21606"),
    ],
)
def test_twilios_codes_decide(
    cast: Cast, twi: FakeTwilio, deliver: Callable[[], int], number: str, state: str, reason: str
) -> None:
    row = sent(cast, deliver, number)
    assert (row.state, row.reason) == (state, reason)


@pytest.mark.django_db(transaction=True)
def test_an_emergency_rings_and_reads_the_text(cast: Cast, twi: FakeTwilio, deliver: Callable[[], int]) -> None:
    tell(cast.wang.id, urgency="emergency", params={"count": "<3&"})
    deliver()
    assert {(row.channel, row.state) for row in Delivery.objects.exclude(channel="socket")} == {
        ("sms", "sent"),
        ("voice", "sent"),
    }
    (call,) = [asked for asked in twi.asked if asked.path.endswith("Calls.json")]
    assert call.form["To"] == cast.wang.phone
    assert call.form["Twiml"] == ('<Response><Say language="zh-CN" loop="2">您有&lt;3&amp;条消息</Say></Response>')
    assert "/webhooks/voice/twilio?delivery=" in call.form["StatusCallback"]


@pytest.mark.django_db(transaction=True)
def test_alibaba_cloud_rings_too(cast: Cast, ali: FakeAliyun, deliver: Callable[[], int]) -> None:
    row = sent(cast, deliver, "+8613800001234", "voice", urgency="emergency")
    assert (row.state, row.provider, row.provider_id) == ("sent", "aliyun-voice", "CallId-1")
    (asked,) = ali.asked
    assert asked.query["TtsCode"] == "TTS_1"


@pytest.mark.django_db(transaction=True)
def test_huaweis_phones_get_ids_only_with_one_login_for_many(
    cast: Cast, huawei: FakeHuawei, deliver: Callable[[], int]
) -> None:
    row = sent(cast, deliver, "ok-1", "huawei", kind="huawei", urgency="emergency")
    assert (row.state, row.provider) == ("sent", "huawei")
    message = huawei.asked[-1].json["message"]
    assert json.loads(message["data"])["delivery_id"] == str(row.id)
    assert "notification" not in message
    assert (message["android"]["urgency"], message["token"]) == ("HIGH", ["ok-1"])
    assert sent(cast, deliver, "ok-2", "huawei", kind="huawei").state == "sent"
    assert huawei.logins == 1
    huawei.end_logins()
    assert sent(cast, deliver, "ok-3", "huawei", kind="huawei").state == "sent"
    assert huawei.logins == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("token", "state", "reason", "is_retired"),
    [
        ("bad-1", "failed", "token unregistered", True),
        ("other-1", "failed", "token of another sender", True),
        ("long-1", "failed", "refused by huawei: 80300008", False),
        ("busy-1", "queued", "waiting: huawei 81000001", False),
        ("flood-1", "queued", "waiting: http-503", False),
    ],
)
def test_huaweis_codes_decide(
    cast: Cast, huawei: FakeHuawei, deliver: Callable[[], int], token: str, state: str, reason: str, is_retired: bool
) -> None:
    row = sent(cast, deliver, token, "huawei", kind="huawei")
    assert (row.state, row.reason) == (state, reason)
    address = addresses.Address.objects.get(id=row.address_id)
    assert (address.retired_at is not None) is is_retired


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("channel", ["xiaomi", "oppo", "vivo", "jpush", "wechat"])
def test_a_vendor_without_an_adapter_says_so(cast: Cast, deliver: Callable[[], int], channel: str) -> None:
    row = sent(cast, deliver, "x-1", channel, kind=channel)
    assert (row.state, row.reason) == ("failed", "not sent: no provider configured")


def test_while_huaweis_login_hangs_nobody_waits_behind_another(
    cast: Cast, huawei: FakeHuawei, barrier: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, asked = huawei.answer, []

    def slowly(request: Any) -> Any:
        asked.append(request.path)
        time.sleep(1.0)
        return hang(request)

    monkeypatch.setattr(huawei, "answer", slowly)
    monkeypatch.setattr("notifications.channels.wire.READ_SECONDS", 0.3)
    (way,) = registry.providers("huawei")
    letter = Letter(
        delivery_id=uuid7(), notice_id=None, person_id=None, to="ok", text="", topic="t", about="", is_emergency=True
    )
    started = time.monotonic()
    outcomes = barrier(8, lambda _: way.send([letter])[0])
    assert time.monotonic() - started < 1.2  # one time-out, not eight
    assert all(isinstance(one, NotNow) and one.is_outage and one.is_certain for one in outcomes)
    assert asked == ["/oauth2/v3/token"]
    monkeypatch.setattr(huawei, "answer", hang)
    monkeypatch.setattr("notifications.channels.huawei.REFUSED_SECONDS", 0.0)
    monkeypatch.setattr(way, "_resting", 0.0)
    assert isinstance(way.send([letter])[0], Taken)
