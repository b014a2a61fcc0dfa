"""Due tables and handoffs: taken once, never lost, fenced by a lease."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core import handoff as handoffs
from backend.core.clock import now
from backend.core.due import DueLoop
from backend.core.handoff import Handoff

pytestmark = pytest.mark.django_db


def waiting(key: str, **options: Any) -> Handoff:
    return Handoff.objects.create(kind="test.kind", key=key, **({"due_at": now()} | options))


def looping(work: Any, **options: Any) -> DueLoop:
    return DueLoop("test", Handoff, work, **options)


def test_what_is_due_runs_and_what_is_not_waits() -> None:
    waiting("due")
    waiting("later", due_at=now() + timedelta(minutes=1))
    seen: list[str] = []
    assert looping(lambda row: seen.append(row.key)).drain() == 1
    assert seen == ["due"]
    assert Handoff.objects.get(key="due").due_at is None


def test_work_that_raises_stays_due_and_says_why_without_data() -> None:
    waiting("bad")

    def fail(row: Handoff) -> None:
        raise ValueError("13800138000")

    looping(fail).drain(rounds=1)
    row = Handoff.objects.get(key="bad")
    assert row.last_error == "ValueError"
    assert row.due_at is not None
    assert row.due_at > now()


def test_a_worker_that_died_leaves_the_row_to_the_next(moved_clock: Any) -> None:
    waiting("orphan")
    dead = looping(lambda row: None, lease=timedelta(seconds=30))
    assert len(dead.claim()) == 1
    assert dead.drain() == 0
    with moved_clock(timedelta(seconds=31)):
        assert dead.drain() == 1


def test_a_worker_whose_lease_was_taken_over_cannot_settle_the_row(moved_clock: Any) -> None:
    waiting("slow")
    loop = looping(lambda row: None, lease=timedelta(seconds=30))
    (slow,) = loop.claim()
    with moved_clock(timedelta(seconds=31)):
        (taken,) = loop.claim()
        loop.run_one(slow)
        assert Handoff.objects.get(key="slow").lease == taken.lease


def test_work_may_say_itself_when_it_is_due_again() -> None:
    waiting("again")
    later = now() + timedelta(hours=1)
    looping(lambda row: Handoff.objects.filter(pk=row.pk).update(due_at=later)).drain(rounds=1)
    assert Handoff.objects.get(key="again").due_at == later


@pytest.mark.django_db(transaction=True)
def test_sixteen_workers_take_each_row_once(barrier: Any) -> None:
    for i in range(100):
        waiting(f"row-{i}")
    taken: list[str] = []
    loop = looping(lambda row: taken.append(row.key), batch=7)
    barrier(16, lambda i: loop.drain())
    assert sorted(taken) == sorted(f"row-{i}" for i in range(100))


def test_a_handoff_nobody_follows_stays_due() -> None:
    waiting("unknown")
    handoffs.loop.drain(rounds=1)
    assert Handoff.objects.get(key="unknown").due_at is not None
