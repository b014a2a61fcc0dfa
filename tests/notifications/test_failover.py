"""From one provider to the next, the budget for SMS, and lanes in which an alarm does not wait."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from backend.core.clock import moved, now
from backend.core.due import loops
from backend.core.ids import uuid7
from backend.core.verb import verb
from backend.env import env
from backend.people.actor import Actor
from notifications import addresses, breaker, budget, courier, deliveries, lanes, sms
from notifications.channels import Letter, NotNow, NotSent, registry
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.notifications.letters import TOPIC, tell
from tests.notifications.sms_fake import FakeSms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two() -> Iterator[tuple[FakeSms, FakeSms]]:
    """Two providers of SMS, the first preferred."""
    first, second = FakeSms("first"), FakeSms("second")
    registry.use("sms", [first, second])
    yield first, second
    registry.use("sms", None)


@verb("test.ordinary-sms", audited=False)
def _ordinary(actor: Actor, *, person_id: UUID, address_id: UUID, count: int) -> None:
    for _ in range(count):
        deliveries.queue(
            Delivery(
                person_id=person_id,
                address_id=address_id,
                channel="sms",
                topic=TOPIC,
                params={"count": 1},
                due_at=deliveries.now(),
            )
        )


def ordinary_sms(cast: Cast, count: int = 1) -> None:
    address = addresses.live(cast.wang.id, "sms").get()
    _ordinary(cast.wang.actor, person_id=cast.wang.id, address_id=address.id, count=count)


def outcomes() -> list[tuple[str, str, str]]:
    return sorted(Delivery.objects.filter(channel="sms").values_list("state", "provider", "reason"))


@pytest.mark.parametrize(
    ("failure", "urgency", "taker"),
    [
        (NotNow("http-500", is_outage=True), "normal", "second"),
        (NotSent("no template", is_ours=True), "normal", "second"),
        (NotSent("no such number"), "normal", None),
        (NotNow("timeout", is_outage=True, is_certain=False), "normal", None),
        (NotNow("timeout", is_outage=True, is_certain=False), "emergency", "second"),
    ],
)
def test_another_provider_is_asked_where_that_may_help(
    cast: Cast,
    two: tuple[FakeSms, FakeSms],
    deliver: Callable[[], int],
    failure: Exception,
    urgency: str,
    taker: str | None,
) -> None:
    first, second = two
    first.refuses, first.failure = 1, failure
    if urgency == "emergency":
        tell(cast.wang.id, urgency="emergency")
    else:
        ordinary_sms(cast)
    deliver()
    assert len(second.taken) == (taker == "second")
    row = Delivery.objects.get(channel="sms")
    assert row.provider == (taker or (row.provider and "first"))
    assert row.state == ("sent" if taker else "failed" if isinstance(failure, NotSent) else "queued")


def test_when_all_fail_it_waits_and_says_for_what(
    cast: Cast, two: tuple[FakeSms, FakeSms], deliver: Callable[[], int]
) -> None:
    for provider in two:
        provider.refuses, provider.failure = 1, NotNow("http-502", is_outage=True)
    ordinary_sms(cast)
    deliver()
    assert outcomes() == [("queued", "", "waiting: http-502")]
    with moved(timedelta(seconds=5)):
        deliver()
    assert outcomes() == [("sent", "first", "")]


def test_an_open_circuit_is_passed_by_and_an_alarm_goes_through_it_when_nothing_else_is_left(
    cast: Cast, two: tuple[FakeSms, FakeSms], deliver: Callable[[], int]
) -> None:
    first, second = two
    breaker.failed("first", count=5)
    ordinary_sms(cast)
    deliver()
    assert (len(first.taken), len(second.taken)) == (0, 1)
    breaker.failed("second", count=5)
    ordinary_sms(cast)
    deliver()
    tell(cast.wang.id, urgency="emergency")
    deliver()
    assert (len(first.taken), len(second.taken)) == (1, 1)
    assert outcomes() == [
        ("queued", "", "waiting: the provider is left alone"),
        ("sent", "first", ""),
        ("sent", "second", ""),
    ]


def test_the_budget_refuses_ordinary_notices_with_a_reason_and_nothing_urgent(
    cast: Cast, provider: FakeSms, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "sms_daily_count", 2)
    ordinary_sms(cast, 3)
    deliver()
    refused = Delivery.objects.get(channel="sms", state="failed")
    assert refused.reason.startswith("not sent: the SMS budget of 20")
    assert refused.reason.endswith("is used up")
    assert len(provider.taken) == 2
    for _ in range(3):
        tell(cast.wang.id, urgency="emergency")
    _code(Actor.anonymous())
    deliver()
    assert len(provider.taken) == 6
    assert budget.spent() == {"ordinary": (2, 10), "urgent": (4, 20)}
    with moved(timedelta(days=1)):
        ordinary_sms(cast)
        deliver()
    assert len(provider.taken) == 7


@verb("test.code", audited=False)
def _code(actor: Actor) -> Delivery:
    return sms.send_code("+8613900009999", "424242")


def test_a_message_that_did_not_go_out_costs_nothing(
    cast: Cast, provider: FakeSms, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "sms_daily_fen", 5)
    provider.refuses = 1
    ordinary_sms(cast)
    deliver()
    assert budget.spent()["ordinary"] == (0, 0)
    with moved(timedelta(seconds=5)):
        deliver()
    assert outcomes() == [("sent", "fake", "")]
    assert budget.spent()["ordinary"] == (1, 5)


def test_a_hundred_threads_never_overspend(
    cast: Cast, barrier: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "sms_daily_count", 7)
    answers = barrier(100, lambda _: budget.reserve("好", is_urgent=False))
    assert answers.count("") == 7
    assert budget.spent()["ordinary"] == (7, 35)


@pytest.mark.parametrize(("length", "parts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_long_text_is_charged_by_its_parts(length: int, parts: int) -> None:
    assert budget.parts("字" * length) == parts


def test_the_emergency_lane_reads_an_index_of_emergencies_alone() -> None:
    """With twenty thousand ordinary deliveries due, looking for an alarm touches none of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_delivery (id, at, channel, topic, params, about, urgency, state, reason, provider_id,"
            " provider, attempts, last_error, due_at) SELECT gen_random_uuid(), now(), 'sms', 'x', '{}', '', 'normal', 'queued',"
            " '', '', '', 0, '', now() FROM generate_series(1, 20000)"
        )
        cursor.execute("ANALYZE notifications_delivery")
        wanted = lanes._CLAIM.split("IN (")[1].split(")\nRETURNING")[0].format(urgency="urgency = 'emergency'")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {wanted}", [now(), ["sms"], 8])
        plan = str(cursor.fetchone()[0])
    assert sum(map(int, re.findall(r"Rows Removed by Filter': (\d+)", plan))) == 0
    started = time.monotonic()
    assert loops()["courier.sms.emergency"].claim() == []
    assert time.monotonic() - started < 0.5
    assert len(loops()["courier.sms.normal"].claim()) == 16


class SlowSms(FakeSms):
    """Takes a while with ordinary letters; `alarms` holds when the urgent ones came."""

    def __init__(self) -> None:
        super().__init__("slow")
        self.alarms: list[float] = []

    def send_one(self, letter: Letter) -> str:
        if letter.is_emergency:
            self.alarms.append(time.monotonic())
        else:
            time.sleep(0.4)
        return super().send_one(letter)


def test_an_alarm_starts_within_a_second_while_a_broadcast_waits_in_line(cast: Cast) -> None:
    slow = SlowSms()
    registry.use("sms", [slow])
    courier.register_loops()
    stop = threading.Event()
    lanes = [loops()[f"courier.sms.{urgency}"] for urgency in ("emergency", "normal")]
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in lanes]
    try:
        ordinary_sms(cast, 60)
        for thread in threads:
            thread.start()
        while not slow.taken:
            time.sleep(0.01)
        started = time.monotonic()
        for _ in range(3):
            tell(cast.wang.id, urgency="emergency", params={"count": str(uuid7())})
        while len(slow.alarms) < 3 and time.monotonic() < started + 10:
            time.sleep(0.01)
        assert len(slow.alarms) == 3
        assert slow.alarms[-1] - started < 2.0  # the lane looks at least once a second, without any hint
        assert Delivery.objects.filter(channel="sms", urgency="normal", state="queued").count() > 30
    finally:
        stop.set()
        for one in lanes:
            one.wake.set()
        for thread in threads:
            thread.join(timeout=20)
        registry.use("sms", None)
