"""The worker's signs of life do not wait for what it does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from backend.core import cron, due, worker
from backend.core.worker import Heartbeat


@pytest.mark.django_db(transaction=True)
def test_recurring_work_that_hangs_does_not_make_the_worker_seem_dead(monkeypatch: Any) -> None:
    let_go, stop, hung = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        hung.set()
        let_go.wait(30)

    monkeypatch.setattr(worker, "BEAT", timedelta(seconds=0.05))
    monkeypatch.setattr(due, "_loops", {})
    monkeypatch.setattr(cron, "_known", {"test.hangs": cron.Recurring("test.hangs", timedelta(hours=1), hang)})
    running = threading.Thread(target=worker.run, args=(stop,))
    running.start()
    try:
        assert hung.wait(10)
        while not Heartbeat.objects.filter(kind="worker").exists():
            time.sleep(0.05)
        before = Heartbeat.objects.get(kind="worker").at
        deadline = time.monotonic() + 10
        while Heartbeat.objects.get(kind="worker").at <= before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert Heartbeat.objects.get(kind="worker").at > before
    finally:
        let_go.set()
        stop.set()
        running.join(20)


def test_what_somebody_waits_for_has_a_worker_of_its_own() -> None:
    urgent, rest = set(worker.loops_of(worker.EMERGENCY)), set(worker.loops_of(worker.OTHER))
    assert {"escalation", "signal-retry", "handoff", "ladder"} <= urgent
    lanes = {name.rpartition(".")[2]: name in urgent for name in urgent | rest if name.startswith("courier.sms")}
    assert lanes == {"emergency": True, "code": True, "normal": False}
    assert {"jobs", "jobs.broadcasts", "attempts", "refunds", "stripe-inbox"} <= rest
    assert urgent.isdisjoint(rest)
    assert urgent | rest == set(worker.loops_of(worker.ALL)) == set(due.loops())
