"""The ladder: topic by severity by wishes by hours by addresses, and each decision's reason; nothing silences an emergency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import time, timedelta
from typing import Any

import pytest

from backend.core import due
from backend.core.clock import BEIJING, now
from backend.core.verb import verb
from backend.people.actor import Actor
from notifications import addresses, digest, ladder, notices, preferences, topics
from notifications.deliveries import EMERGENCY, QUEUED, SENT, SKIPPED, Delivery
from notifications.digest import Digest
from notifications.ladder import Climb
from notifications.notice import Notice
from notifications.preferences import Preference
from notifications.templates import register_templates
from notifications.topics import LADDERS, Severity, Topic, register_topics
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db
Moved = Callable[[timedelta], AbstractContextManager[None]]

TOPICS = {severity.value: f"test.{severity.value}" for severity in Severity}


@pytest.fixture(autouse=True)
def known_topics() -> Iterator[None]:
    register_templates(
        {name: {"zh": "好", "en": "Well", "zh-plain": "行", "en-plain": "OK"} for name in TOPICS.values()}
    )
    register_topics({name: Topic(Severity(severity)) for severity, name in TOPICS.items()})
    yield
    for name in TOPICS.values():
        topics._topics.pop(name)


@verb("test.tell", audited=False)
def tell(actor: Actor, *, who: Any, topic: str, urgency: Any = "normal", about: str = "/api/v1/x") -> Notice:
    return notices.notify(who, topic, {}, about=about, urgency=urgency)


def told(who: Any, topic: str, urgency: str = "normal", **more: Any) -> Notice:
    return tell(Actor.system("test"), who=who, topic=topic, urgency=urgency, **more)


def ways(notice: Notice) -> dict[str, tuple[str, str]]:
    """channel → (state, reason)"""
    return {row.channel: (row.state, row.reason) for row in Delivery.objects.filter(notice_id=notice.id)}


def climb_all() -> int:
    return due.loops()["ladder"].drain()


QUIET, AWAKE = "quiet", "awake"
EXPECTED: dict[tuple[str, str, str, str], dict[str, str]] = {
    # severity, hours, wish, addresses → channel: state (socket is always sent)
    ("important", AWAKE, "on", "push+sms"): {"fcm": QUEUED},
    ("important", QUIET, "on", "push+sms"): {"fcm": QUEUED},
    ("important", AWAKE, "off", "push+sms"): {"fcm": SKIPPED, "sms": QUEUED},
    ("important", AWAKE, "on", "sms"): {"fcm": SKIPPED, "sms": QUEUED},
    ("important", AWAKE, "on", "none"): {"fcm": SKIPPED, "sms": SKIPPED},
    ("normal", AWAKE, "on", "push+sms"): {"fcm": QUEUED},
    ("normal", QUIET, "on", "push+sms"): {"fcm": QUEUED},
    ("normal", AWAKE, "off", "push+sms"): {"fcm": SKIPPED},
    ("normal", AWAKE, "on", "sms"): {"fcm": SKIPPED},
    ("normal", AWAKE, "on", "none"): {"fcm": SKIPPED},
    ("info", AWAKE, "on", "push+sms"): {},
    ("info", QUIET, "off", "push+sms"): {},
    ("emergency", AWAKE, "on", "push+sms"): {"fcm": QUEUED, "sms": QUEUED},
    ("emergency", QUIET, "on", "push+sms"): {"fcm": QUEUED, "sms": QUEUED},
    ("emergency", QUIET, "off", "push+sms"): {"fcm": QUEUED, "sms": QUEUED},
    ("emergency", QUIET, "off", "sms"): {"sms": QUEUED},
    ("emergency", AWAKE, "on", "none"): {},
}


def _prepared(cast: Cast, hours: str, wish: str, reach: str, topic: str) -> None:
    person = cast.wang.id
    addresses.Address.objects.filter(person_id=person).update(retired_at=now())
    if "sms" in reach:
        addresses.add(person, addresses.SMS, "+8613900000099")
    if "push" in reach:
        addresses.add(person, addresses.FCM, "ok-1")
    local = now().astimezone(BEIJING)
    window = (
        ((local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time()) if hours == QUIET else (None, None)
    )
    Preference.objects.create(
        person_id=person,
        quiet_from=window[0],
        quiet_until=window[1],
        off={topic: ["fcm"]} if wish == "off" else {},
    )


@pytest.mark.parametrize("case", EXPECTED, ids="-".join)
def test_the_ways_of_a_notice(cast: Cast, case: tuple[str, str, str, str]) -> None:
    severity, hours, wish, reach = case
    topic = TOPICS.get(severity, TOPICS["info"])
    _prepared(cast, hours, wish, reach, topic)
    made = told(cast.wang.id, topic, EMERGENCY if severity == "emergency" else "normal")
    found = ways(made)
    assert found.pop("socket")[0] == SENT
    assert {channel: state for channel, (state, _) in found.items()} == EXPECTED[case]
    for state, reason in found.values():
        assert (reason.startswith("not sent: ")) == (state == SKIPPED), "whoever is not reached, the log says why"
    waiting = Delivery.objects.filter(notice_id=made.id, state=QUEUED)
    late = [row for row in waiting if row.due_at and row.due_at > now() + timedelta(minutes=1)]
    assert bool(late) == (hours == QUIET and severity not in {"emergency", "info"})
    for row in late:
        assert row.reason.startswith("waiting: quiet hours until ")


@pytest.mark.parametrize("severity", [*TOPICS, "unknown"])
@pytest.mark.parametrize("wish", ["everything off", "quiet all day", "both", "neither"])
def test_no_wish_no_hour_and_no_topic_silences_an_emergency(cast: Cast, severity: str, wish: str) -> None:
    topic = TOPICS.get(severity, "incident.acknowledged")
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    off = {topic: list(preferences.CHANNELS)} if wish in {"everything off", "both"} else {}
    all_day = (time(0, 0), time(23, 59, 59)) if wish in {"quiet all day", "both"} else (None, None)
    Preference.objects.create(person_id=cast.wang.id, off=off, quiet_from=all_day[0], quiet_until=all_day[1])
    for _ in range(ladder.MOST_A_DAY + 2):
        told(cast.wang.id, TOPICS["normal"])
    params = {"number": 1} if topic == "incident.acknowledged" else {}
    made = _emergency(Actor.system("test"), who=cast.wang.id, topic=topic, params=params)
    rows = Delivery.objects.filter(notice_id=made.id)
    assert {row.channel for row in rows} >= {"socket", "fcm", "sms"}
    assert all(row.state == SENT or (row.due_at is not None and row.due_at <= now()) for row in rows)


@verb("test.emergency", audited=False)
def _emergency(actor: Actor, *, who: Any, topic: str, params: dict[str, Any]) -> Notice:
    return notices.notify(who, topic, params, about="/api/v1/x", urgency="emergency")


def test_without_a_sign_the_next_rung_follows_and_with_one_the_log_says_why_not(cast: Cast, moved_clock: Moved) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    silent, seen = told(cast.wang.id, TOPICS["important"]), told(cast.wang.id, TOPICS["important"])
    assert climb_all() == 0
    Delivery.objects.filter(notice_id=seen.id, channel="fcm").update(displayed_at=now())
    with moved_clock(LADDERS[Severity.IMPORTANT][0].wait + timedelta(seconds=1)):
        assert climb_all() == 2
    assert ways(silent)["sms"] == (QUEUED, "")
    assert ways(seen)["sms"] == (SKIPPED, "not sent: displayed on fcm")
    with moved_clock(timedelta(days=3)):
        assert climb_all() == 0, "the ladder has an end"


def test_reading_it_in_the_inbox_is_a_sign(cast: Cast, moved_clock: Moved) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    made = told(cast.wang.id, TOPICS["important"])
    assert Http(cast.wang).post("/inbox/read", {"ids": [str(made.id)]}).status_code == 200
    with moved_clock(timedelta(hours=1)):
        climb_all()
    assert ways(made)["sms"] == (SKIPPED, "not sent: read")


def test_the_wait_begins_when_the_quiet_hours_end(cast: Cast, moved_clock: Moved) -> None:
    _prepared(cast, QUIET, "on", "push+sms", TOPICS["important"])
    made = told(cast.wang.id, TOPICS["important"])
    row = Climb.objects.get(notice=made)
    push = Delivery.objects.get(notice_id=made.id, channel="fcm")
    assert row.due_at is not None
    assert push.due_at is not None
    assert row.due_at - push.due_at == LADDERS[Severity.IMPORTANT][0].wait


def test_beyond_thirty_messages_a_day_the_inbox_alone_is_told(cast: Cast) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    for _ in range(ladder.MOST_A_DAY):
        assert ways(told(cast.wang.id, TOPICS["normal"]))["fcm"][0] == QUEUED
    assert ways(told(cast.wang.id, TOPICS["normal"]))["fcm"] == (SKIPPED, ladder.TOO_MANY)
    assert Http(cast.wang).get("/inbox").json()["unread"] == ladder.MOST_A_DAY + 1


def test_a_newer_message_about_the_same_thing_replaces_one_that_waits(cast: Cast) -> None:
    register_topics({TOPICS["normal"]: Topic(collapses=True)})
    _prepared(cast, QUIET, "on", "push", TOPICS["normal"])
    older, other = told(cast.wang.id, TOPICS["normal"]), told(cast.wang.id, TOPICS["normal"], about="/api/v1/y")
    newer = told(cast.wang.id, TOPICS["normal"])
    assert ways(older)["fcm"] == (SKIPPED, ladder.NEWER)
    assert ways(other)["fcm"][0] == ways(newer)["fcm"][0] == QUEUED


def test_what_no_longer_matters_is_not_sent(cast: Cast, moved_clock: Moved) -> None:
    register_topics({TOPICS["normal"]: Topic(expires=timedelta(hours=1))})
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    made = told(cast.wang.id, TOPICS["normal"])
    with moved_clock(timedelta(hours=2)):
        due.loops()["courier.fcm.normal"].drain()
    assert ways(made)["fcm"] == ("failed", "not sent: it no longer matters")


def test_small_things_are_mentioned_once_a_day_if_they_were_not_read(cast: Cast, moved_clock: Moved) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    first = told(cast.wang.id, TOPICS["info"])
    told(cast.wang.id, TOPICS["info"])
    Notice.objects.filter(id=first.id).update(read_at=now())
    digests = due.loops()["digest"]
    assert digests.drain() == 0
    waits = Digest.objects.get(person_id=cast.wang.id).due_at
    assert waits is not None
    assert waits.astimezone(BEIJING).time() == time(18, 0)
    with moved_clock(waits - now() + timedelta(seconds=1)):
        assert digests.drain() == 1
        push = Delivery.objects.get(topic="inbox.digest")
        assert (push.params, push.state) == ({"count": 1}, QUEUED)
        assert digests.drain() == 0


def test_elder_readers_get_plain_words(cast: Cast) -> None:
    told(cast.wang.id, TOPICS["normal"])
    http = Http(cast.wang)
    assert http.get("/inbox").json()["items"][0]["text"] == "好"
    assert http.patch("/me", {"elder_mode": True}).status_code == 200
    assert http.get("/inbox").json()["items"][0]["text"] == "行"
    assert http.get("/inbox", headers={"Accept-Language": "en"}).json()["items"][0]["text"] == "OK"


def test_one_small_thing_is_mentioned_too(cast: Cast) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    made = told(cast.wang.id, TOPICS["info"])
    row = Digest.objects.get(person_id=cast.wang.id)
    assert row.since == made.created_at
    assert digest.send(Actor.system("test"), row=row) == 1
    assert digest.send(Actor.system("test"), row=row) == 0


def test_a_rung_that_two_workers_hold_is_climbed_once(cast: Cast, moved_clock: Moved) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    made = told(cast.wang.id, TOPICS["important"])
    row = Climb.objects.get(notice=made)
    for _ in range(2):
        ladder.climb(Actor.system("test"), row=row)
    assert Delivery.objects.filter(notice_id=made.id, channel="sms").count() == 1
