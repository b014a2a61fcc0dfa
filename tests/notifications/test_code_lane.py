"""Codes to log in with go out by lanes of their own: no number of them holds up an alarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from backend.core.clock import moved, now
from backend.core.due import loops
from backend.core.verb import verb
from backend.people.actor import Actor
from backend.people.texting import text_phone
from notifications import addresses, courier, lanes, sms
from notifications.deliveries import Delivery
from notifications.preferences import Preference
from tests.cast import Cast
from tests.notifications.letters import text
from tests.notifications.sms_fake import FakeSms

pytestmark = pytest.mark.django_db(transaction=True)


@verb("test.codes", audited=False)
def ask(actor: Actor, *, count: int) -> None:
    for number in range(count):
        sms.send_code(f"+86139000{number:05}", "424242")
    text_phone("+8613900099999", sms.PROOF, {}, code="424242")


def test_an_alarm_goes_out_though_many_log_in_before_it(cast: Cast, provider: FakeSms) -> None:
    courier.register_loops()
    with moved(timedelta(minutes=-1)):
        ask(Actor.anonymous(), count=40)
    alarm = text(addresses.add(cast.wang.id, "sms", "+8613700000000", is_own=False).id)
    urgent, codes = loops()["courier.sms.emergency"], loops()["courier.sms.code"]
    assert [row.id for row in urgent.claim(limit=100)] == [alarm.id]
    assert urgent.next_due() > now()
    assert codes.drain() == 41
    assert len(provider.taken) == 41
    assert loops()["courier.sms.normal"].drain() == 0


def test_a_code_waits_for_no_quiet_hours(
    cast: Cast, provider: FakeSms, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier.env, "sms_daily_count", 0)
    monkeypatch.setattr(Preference, "quiet_end", lambda self, moment: moment + timedelta(hours=8))
    ask(Actor.anonymous(), count=1)
    Delivery.objects.update(person_id=cast.wang.id)
    assert deliver() == 2
    assert {row.state for row in Delivery.objects.all()} == {"sent"}


@pytest.mark.parametrize(("lane", "index"), [("emergency", "delivery_due_emergency"), ("code", "delivery_due_code")])
def test_the_small_index_serves_the_claim(lane: str, index: str) -> None:
    """A partial index is of use only where the claim says its condition: without all others the planner takes this one."""
    moment, sql = now(), lanes._CLAIM.format(urgency=lanes._MINE[lane])
    with transaction.atomic(), connection.cursor() as cursor:
        for other in {"delivery_due", "delivery_due_emergency", "delivery_due_code"} - {index}:
            cursor.execute(f"DROP INDEX {other}")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql, [moment, None, moment, ["sms"], 1])
        plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    assert "Index Cond: (((channel)::text" in plan, plan
