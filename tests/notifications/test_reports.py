"""Providers' reports by webhook, and dead letters sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from backend.core.audit import AuditRow
from backend.core.clock import moved
from backend.core.ids import uuid7
from backend.core.verb import verb
from backend.env import env
from backend.people.actor import Actor
from notifications import addresses, deliveries, notices
from notifications.channels import Letter, NotNow, registry, twilio
from notifications.deliveries import Delivery
from tests.cast import Cast, as_app
from tests.notifications.letters import tell
from tests.notifications.sms_fake import FakeSms

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "test-token"


@pytest.fixture(autouse=True)
def _accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "twilio_auth_token", TOKEN)
    monkeypatch.setattr(env, "public_url", "https://yike.example")
    monkeypatch.setattr(env, "aliyun_report_key", "long-secret")


@pytest.fixture
def row(cast: Cast, provider: FakeSms, deliver: Callable[[], int]) -> Delivery:
    """An SMS that its provider took."""
    tell(cast.wang.id, urgency="emergency")
    deliver()
    Delivery.objects.filter(channel="sms").update(urgency="normal")
    return Delivery.objects.get(channel="sms", state="sent")


def twilio_says(http: Any, row: Delivery, status: str, *, kind: str = "sms", token: str = TOKEN, **more: str) -> Any:
    path = f"/api/v1/webhooks/{kind}/twilio?delivery={row.id}"
    form = {"MessageSid" if kind == "sms" else "CallSid": row.provider_id, "MessageStatus": status, **more}
    return http.request(
        "POST",
        path.removeprefix("/api/v1"),
        None,
        headers={"X-Twilio-Signature": twilio.signature(f"https://yike.example{path}", form, token)},
        data=urlencode(form),
        content_type="application/x-www-form-urlencoded",
    )


def aliyun_says(http: Any, entries: Any, key: str = "long-secret") -> Any:
    return http.request(
        "POST", f"/webhooks/sms/aliyun?key={key}", None, data=json.dumps(entries), content_type="application/json"
    )


def entry(row: Delivery, *, success: bool, code: str = "DELIVERED") -> dict[str, Any]:
    return {
        "phone_number": "13900000000",
        "success": success,
        "err_code": code,
        "biz_id": row.provider_id,
        "out_id": str(row.id),
    }


def test_twilio_reports_what_arrived(cast: Cast, client_for: Callable[..., Any], row: Delivery) -> None:
    http = client_for(None)
    assert twilio_says(http, row, "sent").json() == {"code": 0, "msg": "ok"}
    assert Delivery.objects.get(id=row.id).delivered_at is None
    assert twilio_says(http, row, "delivered").status_code == 200
    first = Delivery.objects.get(id=row.id)
    assert (first.state, first.delivered_at is not None) == ("sent", True)
    assert twilio_says(http, row, "undelivered", ErrorCode="30003").status_code == 200  # late, and wrong
    again = Delivery.objects.get(id=row.id)
    assert (again.state, again.delivered_at) == ("sent", first.delivered_at)


def test_a_failure_reported_ends_the_delivery_with_the_providers_code(
    cast: Cast, client_for: Callable[..., Any], row: Delivery
) -> None:
    twilio_says(client_for(None), row, "undelivered", ErrorCode="30003")
    ended = Delivery.objects.get(id=row.id)
    assert (ended.state, ended.reason, ended.due_at) == ("failed", "not delivered: 30003", None)


def test_a_report_that_nobody_signed_changes_nothing(cast: Cast, client_for: Callable[..., Any], row: Delivery) -> None:
    http = client_for(None)
    answer = twilio_says(http, row, "undelivered", token="wrong")
    assert (answer.status_code, answer.json()["code"]) == (400, "signature-invalid")
    answer = aliyun_says(http, [entry(row, success=False)], key="guess")
    assert (answer.status_code, answer.json()["code"]) == (400, "signature-invalid")
    assert Delivery.objects.get(id=row.id).state == "sent"
    assert http.post("/webhooks/sms/nobody", {}).status_code == 404


def test_a_signature_for_one_delivery_does_not_hold_for_another(
    cast: Cast, client_for: Callable[..., Any], row: Delivery
) -> None:
    form = {"MessageSid": "X1", "MessageStatus": "undelivered"}
    signed = twilio.signature(f"https://yike.example/api/v1/webhooks/sms/twilio?delivery={uuid7()}", form, TOKEN)
    answer = client_for(None).request(
        "POST",
        f"/webhooks/sms/twilio?delivery={row.id}",
        None,
        headers={"X-Twilio-Signature": signed},
        data=urlencode(form),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 400


def test_alibaba_cloud_reports_in_batches(cast: Cast, client_for: Callable[..., Any], row: Delivery) -> None:
    http = client_for(None)
    strange: list[Any] = [{"success": True, "out_id": "not ours"}, {"success": "yes"}, "?", None]
    assert aliyun_says(http, [*strange, entry(row, success=True)]).json() == {"code": 0, "msg": "ok"}
    assert Delivery.objects.get(id=row.id).delivered_at is not None
    for broken in ({}, [{}] * 1001, "x"):
        assert aliyun_says(http, broken).status_code == 400


def test_a_call_that_nobody_answered_is_reported(cast: Cast, client_for: Callable[..., Any], row: Delivery) -> None:
    Delivery.objects.filter(id=row.id).update(channel="voice")
    twilio_says(client_for(None), row, "", kind="voice", CallStatus="no-answer")
    ended = Delivery.objects.get(id=row.id)
    assert (ended.state, ended.reason) == ("failed", "not delivered: no-answer")


def test_an_emergency_that_did_not_arrive_goes_out_again_by_another_provider(
    cast: Cast, client_for: Callable[..., Any], deliver: Callable[[], int]
) -> None:
    http, first, second = client_for(None), FakeSms("first"), FakeSms("second")
    registry.use("sms", [first, second])
    try:
        tell(cast.wang.id, urgency="emergency")
        deliver()
        sent = Delivery.objects.get(channel="sms")
        twilio_says(http, sent, "failed", ErrorCode="30006")
        twilio_says(http, sent, "failed", ErrorCode="30006")  # told twice, counted once
        waiting = Delivery.objects.get(channel="sms")
        assert (waiting.state, waiting.reason) == ("queued", "again: not delivered: 30006")
        deliver()
        again = Delivery.objects.get(channel="sms")
        assert (again.id, again.state, again.provider) == (sent.id, "sent", "second")
        again.provider_id = "sms-1 of the second"
        again.save()
        twilio_says(http, sent, "failed", ErrorCode="30006")  # a late one about the first attempt
        assert Delivery.objects.get(channel="sms").state == "sent"
        twilio_says(http, again, "failed", ErrorCode="30006")
        deliver()
        third = Delivery.objects.get(channel="sms")
        assert (third.state, third.provider, third.attempts) == ("sent", "first", 3)
        twilio_says(http, third, "failed", ErrorCode="30006")
        assert Delivery.objects.get(channel="sms").state == "failed"
        assert first.ids == [str(sent.id)] * 2
    finally:
        registry.use("sms", None)


def test_a_report_that_overtakes_our_own_note_sends_an_emergency_again(
    cast: Cast, client_for: Callable[..., Any], deliver: Callable[[], int]
) -> None:
    class Quick(FakeSms):
        def send_one(self, letter: Letter) -> str:
            taken = super().send_one(letter)
            if len(self.taken) == 1:
                row = Delivery.objects.get(channel="sms")
                row.provider_id = taken
                for _ in range(2):
                    assert twilio_says(client_for(None), row, "failed", ErrorCode="30006").status_code == 200
            return taken

    quick = Quick()
    registry.use("sms", [quick])
    try:
        tell(cast.wang.id, urgency="emergency")
        deliver()
        waiting = Delivery.objects.get(channel="sms")
        assert (waiting.state, waiting.repeats) == ("queued", 1)
        with moved(timedelta(minutes=2)):
            deliver()
        again = Delivery.objects.get(channel="sms")
        assert (again.state, again.provider_id, len(quick.taken)) == ("sent", "sms-2", 2)
    finally:
        registry.use("sms", None)


def test_the_app_role_takes_reports_and_replays(
    cast: Cast, client_for: Callable[..., Any], row: Delivery, deliver: Callable[[], int]
) -> None:
    admin = client_for(cast.admin)
    _ = cast.admin.session
    with as_app():
        assert twilio_says(client_for(None), row, "undelivered", ErrorCode="30003").status_code == 200
        assert [item["id"] for item in admin.get("/deliveries/unsent?state=failed").json()["items"]] == [str(row.id)]
        assert admin.post(f"/deliveries/{row.id}/replay", {}).json()["state"] == "queued"
        assert admin.get("/channels").status_code == 200


@pytest.fixture
def dead(cast: Cast, provider: FakeSms, deliver: Callable[[], int]) -> Delivery:
    """An SMS that was tried for a day in vain."""
    provider.refuses, provider.failure = 1, NotNow("http-500")
    tell(cast.wang.id, urgency="emergency")
    deliver()
    with moved(timedelta(hours=25)):
        deliver()
    return Delivery.objects.get(channel="sms")


def test_a_dead_letter_is_shown_and_sent_again_under_its_own_id(
    cast: Cast, client_for: Callable[..., Any], provider: FakeSms, dead: Delivery, deliver: Callable[[], int]
) -> None:
    assert (dead.state, dead.reason) == ("dead", "tried too long")
    admin = client_for(cast.admin)
    (shown,) = admin.get("/deliveries/unsent").json()["items"]
    assert (shown["id"], shown["reason"], shown["channel"]) == (str(dead.id), "tried too long", "sms")
    assert cast.wang.phone not in json.dumps(shown)
    answer = admin.post(f"/deliveries/{dead.id}/replay", {})
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    deliver()
    assert Delivery.objects.get(id=dead.id).state == "sent"
    assert provider.ids == [str(dead.id)]
    assert admin.get("/deliveries/unsent").json()["items"] == []
    entry = AuditRow.objects.get(event="delivery.replay")
    assert cast.admin.id in (entry.actor_id, getattr(entry, "doer_id", None))
    again = admin.post(f"/deliveries/{dead.id}/replay", {})
    assert (again.status_code, again.json()["code"]) == (409, "not-replayable")


def test_a_hundred_replays_at_once_send_one(
    cast: Cast, barrier: Callable[..., list[Any]], provider: FakeSms, dead: Delivery, deliver: Callable[[], int]
) -> None:
    from notifications.dead import NotReplayable, replay

    def again(_: int) -> bool:
        try:
            replay(cast.admin.actor, delivery_id=dead.id)
        except NotReplayable:
            return False
        return True

    _ = cast.admin.session
    assert barrier(100, again).count(True) == 1
    deliver()
    assert provider.ids == [str(dead.id)]


def test_what_is_no_longer_kept_or_reached_is_not_replayed(
    cast: Cast, client_for: Callable[..., Any], provider: FakeSms, dead: Delivery, deliver: Callable[[], int]
) -> None:
    admin = client_for(cast.admin)
    addresses.retire(dead.address_id, "moved")  # type: ignore[arg-type]
    answer = admin.post(f"/deliveries/{dead.id}/replay", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "address-gone")
    assert admin.post(f"/deliveries/{uuid7()}/replay", {}).status_code == 404


def test_the_channels_health_is_shown_to_the_keeper(
    cast: Cast, client_for: Callable[..., Any], provider: FakeSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notifications import breaker

    monkeypatch.setattr(env, "sms_daily_count", 100)
    breaker.failed("fake", count=5, error="http-503")
    tell(cast.wang.id, urgency="emergency")
    _ = cast.admin.session
    with as_app():
        shown = client_for(cast.admin).get("/channels").json()
    assert [(one["channel"], one["lane"], one["count"]) for one in shown["waiting"]] == [("sms", "emergency", 1)]
    channels = {one["channel"]: one["providers"] for one in shown["channels"]}
    assert (channels["sms"], channels["xiaomi"]) == (["fake"], [])
    (circuit,) = shown["circuits"]
    assert (circuit["name"], circuit["failures"], circuit["last_error"]) == ("fake", 5, "http-503")
    assert shown["sms_today"][0] == {"lane": "ordinary", "count": 0, "fen": 0, "most_count": 100, "most_fen": None}


def test_claims_that_no_provider_took_are_no_repeats(
    cast: Cast, client_for: Callable[..., Any], provider: FakeSms, deliver: Callable[[], int]
) -> None:
    tell(cast.wang.id, urgency="emergency")
    provider.refuses = 3
    for minutes in (0, 5, 10, 15):
        with moved(timedelta(minutes=minutes)):
            deliver()
    sent = Delivery.objects.get(channel="sms", state="sent")
    assert (sent.attempts, sent.repeats) == (4, 0)
    twilio_says(client_for(None), sent, "failed", ErrorCode="30006")
    again = Delivery.objects.get(channel="sms")
    assert (again.state, again.repeats) == ("queued", 1)


@verb("test.contact", audited=False)
def _to_contact(actor: Actor, *, address_id: UUID) -> Delivery:
    said, name = {"number": "7"}, {"name": "王奶奶"}
    return notices.text_address(address_id, "incident.contact", said, about="/api/v1/incidents/1", private=name)


@pytest.fixture
def contact(cast: Cast) -> Iterator[tuple[Delivery, FakeSms, FakeSms]]:
    """A sealed text to an emergency contact, and the two providers."""
    first, second = FakeSms("first"), FakeSms("second")
    registry.use("sms", [first, second])
    to = addresses.add(cast.wang.id, "sms", "+8613700000000", is_own=False)
    yield _to_contact(cast.wang.actor, address_id=to.id), first, second
    registry.use("sms", None)


def test_a_contacts_text_that_was_lost_goes_out_again_and_is_forgotten_when_it_arrived(
    cast: Cast, client_for: Callable[..., Any], contact: tuple[Delivery, FakeSms, FakeSms], deliver: Callable[[], int]
) -> None:
    made, first, second = contact
    deliver()
    twilio_says(client_for(None), Delivery.objects.get(id=made.id), "failed", ErrorCode="30006")
    deliver()
    again = Delivery.objects.get(id=made.id)
    assert (again.state, again.provider, again.repeats) == ("sent", "second", 1)
    assert second.taken == first.taken
    assert "王奶奶" in second.taken[0][1]
    assert again.sealed is not None
    twilio_says(client_for(None), again, "delivered")
    assert Delivery.objects.get(id=made.id).sealed is None


def test_a_contacts_text_that_is_lost_for_good_is_forgotten(
    cast: Cast, client_for: Callable[..., Any], contact: tuple[Delivery, FakeSms, FakeSms], deliver: Callable[[], int]
) -> None:
    made, first, second = contact
    for _ in range(3):
        deliver()
        twilio_says(client_for(None), Delivery.objects.get(id=made.id), "failed", ErrorCode="30006")
    ended = Delivery.objects.get(id=made.id)
    assert (ended.state, ended.sealed, len(first.taken) + len(second.taken)) == ("failed", None, 3)


def test_a_contacts_text_that_nobody_reports_on_is_forgotten_after_a_day(
    cast: Cast, client_for: Callable[..., Any], contact: tuple[Delivery, FakeSms, FakeSms], deliver: Callable[[], int]
) -> None:
    made, _, _ = contact
    deliver()
    assert deliveries.forget_kept() == 0
    with moved(timedelta(hours=25)):
        assert deliveries.forget_kept() == 1
    kept = Delivery.objects.get(id=made.id)
    assert (kept.state, kept.sealed) == ("sent", None)
    twilio_says(client_for(None), kept, "failed", ErrorCode="30006")
    assert Delivery.objects.get(id=made.id).state == "failed"
