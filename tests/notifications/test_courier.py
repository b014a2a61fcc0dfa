"""The courier: sent only when a provider accepted, tried again when not, and honest about what was never sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from backend.core import vault
from backend.core.clock import BEIJING, moved, now
from notifications import addresses, outbox, preferences
from notifications.deliveries import Delivery
from notifications.preferences import Preference
from tests.cast import Cast
from tests.fakes.fcm import FakeFcm
from tests.notifications.letters import tell
from tests.notifications.sms_fake import FakeSms
from tests.notifications.test_notify import with_push

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(channel: str) -> Delivery:
    return Delivery.objects.get(channel=channel)


def pushed(cast: Cast, token: str, **options: Any) -> None:
    with_push(cast.wang.actor, person_id=cast.wang.id, token=token)
    tell(cast.wang.id, **options)


def test_a_push_is_sent_by_the_real_sdk_without_any_text(cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]) -> None:
    pushed(cast, "ok-phone", urgency="emergency")
    deliver()
    sent = outcome("fcm")
    assert (sent.state, sent.due_at, sent.provider_id) == ("sent", None, "projects/yike-test/messages/1")
    (message,) = fcm.sent
    assert message["token"] == "ok-phone"
    assert message["data"] == {
        "delivery_id": str(sent.id),
        "notice_id": str(sent.notice_id),
        "topic": "test.told",
        "about": "/api/v1/bills/1",
        "urgency": "emergency",
    }
    assert "notification" not in message
    assert message["android"]["priority"] == "high"
    assert message["apns"]["headers"]["apns-priority"] == "10"
    assert message["apns"]["payload"]["aps"]["alert"] == {"title": "一刻：紧急通知 Yike: emergency"}


@pytest.mark.parametrize(
    ("token", "reason", "retired"),
    [
        ("unreg-1", "token unregistered", True),
        ("mismatch-1", "token of another sender", True),
        ("badarg-1", "message refused", True),
        ("badmsg-1", "message refused", False),
    ],
)
def test_a_token_that_the_provider_disowns_is_retired(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int], token: str, reason: str, retired: bool
) -> None:
    pushed(cast, token)
    deliver()
    assert (outcome("fcm").state, outcome("fcm").reason, outcome("fcm").due_at) == ("failed", reason, None)
    assert addresses.live(cast.wang.id, "fcm").exists() is not retired
    assert fcm.hits[token] == 1


@pytest.mark.parametrize(("token", "error"), [("unavail-1", "unavailable"), ("internal-1", "internal")])
def test_a_provider_that_fails_is_asked_again_later_and_by_us_alone(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int], token: str, error: str
) -> None:
    pushed(cast, token)
    deliver()
    waiting = outcome("fcm")
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("queued", 1, f"NotNow {error}")
    assert waiting.due_at > now()
    assert fcm.hits[token] == 1


def test_a_quota_answer_is_waited_for_as_long_as_it_says(cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]) -> None:
    pushed(cast, "quota-1")
    deliver()
    waiting = outcome("fcm")
    assert 6 < (waiting.due_at - now()).total_seconds() < 9
    assert fcm.hits["quota-1"] == 1


def test_a_flaky_provider_gets_it_in_the_end(cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]) -> None:
    pushed(cast, "flaky2-1")
    for minute in range(3):
        with moved(timedelta(minutes=minute)):
            deliver()
    assert outcome("fcm").state == "sent"
    assert len(fcm.sent) == 1


def test_what_was_tried_too_long_is_given_up_and_says_so(cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]) -> None:
    pushed(cast, "unavail-1")
    deliver()
    with moved(timedelta(hours=7)):
        deliver()
    assert (outcome("fcm").state, outcome("fcm").reason, outcome("fcm").due_at) == ("dead", "tried too long", None)


def test_without_a_provider_nothing_is_attempted_and_the_delivery_says_why(
    cast: Cast, deliver: Callable[[], int]
) -> None:
    pushed(cast, "ok-1", urgency="emergency")
    assert deliver() == 2
    for channel in ("fcm", "sms"):
        assert (outcome(channel).state, outcome(channel).reason) == ("failed", "not sent: no provider configured")
        assert outcome(channel).sent_at is None


def test_an_emergency_sms_speaks_the_readers_language(
    cast: Cast, provider: FakeSms, deliver: Callable[[], int]
) -> None:
    Preference.objects.create(person_id=cast.neighbour.id, language="en")
    tell(cast.wang.id, urgency="emergency")
    tell(cast.neighbour.id, urgency="emergency")
    deliver()
    assert sorted(provider.taken) == sorted(
        [(cast.wang.phone, "您有3条消息"), (cast.neighbour.phone, "You have 3 messages")]
    )


def test_an_sms_is_marked_sent_only_after_the_provider_took_it(
    cast: Cast, provider: FakeSms, deliver: Callable[[], int]
) -> None:
    provider.refuses = 1
    tell(cast.wang.id, urgency="emergency")
    deliver()
    assert (outcome("sms").state, outcome("sms").sent_at) == ("queued", None)
    with moved(timedelta(seconds=10)):
        deliver()
    assert (outcome("sms").state, outcome("sms").provider_id) == ("sent", "sms-1")


def test_a_courier_that_dies_leaves_the_delivery_due_again(
    cast: Cast, provider: FakeSms, deliver: Callable[[], int]
) -> None:
    from backend.core.due import loops

    tell(cast.wang.id, urgency="emergency")
    deliver  # noqa: B018 - registers the loops
    assert len(loops()["courier.sms.emergency"].claim()) == 1
    assert deliver() == 0
    with moved(timedelta(seconds=91)):
        deliver()
    assert len(provider.taken) == 1


def test_an_erased_recipient_gets_nothing(cast: Cast, provider: FakeSms, deliver: Callable[[], int]) -> None:
    tell(cast.wang.id, urgency="emergency")
    vault.destroy(cast.wang.id)
    deliver()
    assert (outcome("sms").state, outcome("sms").reason) == ("failed", "recipient erased")
    assert provider.taken == []


def test_quiet_hours_hold_a_push_back_but_never_an_emergency(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]
) -> None:
    local = now().astimezone(BEIJING)
    until = (local + timedelta(hours=2)).time().replace(microsecond=0)
    start = (local - timedelta(hours=1)).time()
    Preference.objects.create(person_id=cast.wang.id, quiet_from=start, quiet_until=until)
    pushed(cast, "ok-1")
    assert deliver() == 0
    held = outcome("fcm")
    assert held.due_at.astimezone(BEIJING).time() == until
    with moved(timedelta(hours=2)):
        deliver()
    assert outcome("fcm").state == "sent"
    tell(cast.wang.id, urgency="emergency")
    deliver()
    assert len(fcm.sent) == 2


def test_what_is_switched_off_before_sending_is_not_sent(cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]) -> None:
    pushed(cast, "ok-1")
    preferences.change(cast.wang.actor, off={"test.told": ["fcm"]})
    deliver()
    assert outcome("fcm").reason == "switched off by the recipient"
    assert fcm.sent == []


def test_the_demos_outbox_shows_sms_and_the_pushes_that_would_have_gone_out(
    cast: Cast, demo: None, deliver: Callable[[], int]
) -> None:
    pushed(cast, "ok-1", urgency="emergency")
    deliver()
    shown = outbox.recent(cast.wang.phone)
    assert sorted((m.channel, m.to, m.text) for m in shown) == [
        ("fcm", cast.wang.phone, "您有3条消息"),
        ("sms", cast.wang.phone, "您有3条消息"),
        ("voice", cast.wang.phone, "您有3条消息"),
    ]
    assert outcome("sms").state == "sent"
    assert (outcome("fcm").state, outcome("fcm").reason) == ("failed", "not sent: no provider configured")
    assert outbox.recent(cast.neighbour.phone) == []
    assert len(outbox.recent()) == 3


@pytest.mark.parametrize(
    ("start", "until", "clock", "end"),
    [
        (time(22), time(7), time(23, 30), (1, time(7))),
        (time(22), time(7), time(6, 59), (0, time(7))),
        (time(22), time(7), time(7), None),
        (time(12), time(14), time(13), (0, time(14))),
        (time(12), time(14), time(14), None),
        (time(12), time(12), time(12), None),
    ],
)
def test_a_quiet_window_ends_at_the_right_moment(
    start: time, until: time, clock: time, end: tuple[int, time] | None
) -> None:
    day = datetime(2026, 11, 23, tzinfo=BEIJING).date()
    preference = Preference(quiet_from=start, quiet_until=until)
    expected = None if end is None else datetime.combine(day + timedelta(days=end[0]), end[1], BEIJING)
    assert preference.quiet_end(datetime.combine(day, clock, BEIJING)) == expected
