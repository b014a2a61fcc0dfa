"""The count of chaos: it finds what is missing, and what nobody asked for; its plan follows from its seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from backend import embedded
from backend.chaos import counting, deliveries, killing
from backend.chaos.promises import Paid, Promises
from tests.journeys.steps import finish, pays
from tests.living import District, wait_for

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]
BUTTON = "DEMO-BTN-0001"


@pytest.fixture
def rows(district: District) -> Iterator[psycopg.Connection[Any]]:
    with counting.connected(embedded.ensure(district.home).system) as connection:
        yield connection


def found(rows: psycopg.Connection[Any], district: District, promises: Promises, since: datetime, *people: str) -> Any:
    """What is violated. The streams are counted from here on, and by themselves below."""
    sandbox = district.home / "stripe-sandbox" / "stripe.sqlite3"
    count = counting.Counting(rows, promises, since, list(people), list(people), sandbox, counting.offsets(rows))
    return {sentence: violations for sentence, check in count.checks().items() if (violations := list(check()))}


def test_kept_promises_are_counted_as_held(district: District, rows: psycopg.Connection[Any]) -> None:
    since, promises = datetime.now(UTC), Promises()
    resident, dispatcher = pays(district, 0), district.person("dispatcher")
    event = str(uuid4())
    pressed = district.press(BUTTON, event).json()
    promises.press(BUTTON, event, pressed["signal_id"], pressed["incident_id"])
    bill = resident.get("/bills?state=open")["items"][0]
    body = {"bill_ids": [bill["id"]], "method": "wechat_pay"}
    payment = resident.insist("/payments", body, Idempotency_Key="count")
    district.authorize(payment["id"], "fail")
    promises.pay("count", Paid(resident.id, payment["id"], "fail"))
    said = {"id": str(uuid4()), "category": "home-water", "text": "水管漏水"}
    promises.report(resident.insist("/tickets", said)["id"], is_dangerous=False)
    finish(dispatcher, pressed["incident_id"])
    promises.resolve(pressed["incident_id"])
    wait_for(lambda: not found(rows, district, promises, since, resident.id))

    nothing = found(rows, district, Promises(), since, resident.id)
    assert {"press", "payment", "ticket"} <= {line.split()[0] for lines in nothing.values() for line in lines}


def test_broken_promises_are_found(district: District, rows: psycopg.Connection[Any]) -> None:
    promises = Promises()
    promises.press(BUTTON, "never", str(uuid4()), str(uuid4()))
    promises.frame("1004", "0001")
    promises.pay("never", Paid(str(uuid4()), str(uuid4()), "success"))
    promises.report(str(uuid4()), is_dangerous=True)
    promises.breaks("a wrong answer")
    violated = found(rows, district, promises, datetime.now(UTC) + timedelta(hours=1))
    assert len(violated) == 7


def test_a_gap_in_a_stream_is_found(district: District, rows: psycopg.Connection[Any]) -> None:
    offsets = counting.offsets(rows)
    channel = max(offsets, key=lambda name: offsets[name])
    count = counting.Counting(rows, Promises(), datetime.now(UTC), [], [], district.home, offsets)
    assert list(count.streams()) == []
    count.offsets = {**offsets, channel: offsets[channel] - 2}
    assert list(count.streams()) == []
    with rows.transaction(force_rollback=True):
        rows.execute("UPDATE notifications_stream SET last_offset = last_offset + 1 WHERE channel = %s", [channel])
        (violation,) = count.streams()
        assert channel in violation


def test_the_plan_follows_from_the_seed() -> None:
    first, again, other = (killing.plan(random.Random(seed), 60, 20) for seed in (5, 5, 6))
    assert first == again != other
    assert len(first) == 20
    assert [moment for moment, _ in first] == sorted(moment for moment, _ in first)


def test_only_those_who_are_named_are_killed() -> None:
    planned = killing.plan(random.Random(5), 60, 20, among=("worker", "valkey"))
    assert {name for _, victims in planned for name in victims} == {"worker", "valkey"}


def test_pushes_that_nobody_queued_and_pushes_that_never_came_are_found(
    district: District, rows: psycopg.Connection[Any]
) -> None:
    outcome, stranger = deliveries.Deliveries(seed=1, seconds=1), str(uuid4())
    found = deliveries.counted(rows, {stranger: [0.0, 0.0, 1, "normal"]}, outcome, count=25)
    violated = {sentence: wrong for sentence, wrong in found.items() if wrong}
    assert violated == {
        "as many were queued as were told": ["0 instead of 25"],
        "each repeat carried the same delivery id": [f"{stranger} arrived and is no delivery"],
    }
