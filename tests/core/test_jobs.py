"""Long work: progress is committed, a killed worker's job is resumed where it stopped, a hopeless one says so."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from backend.core import jobs, vault
from backend.core.due import DueLoop
from backend.core.ids import uuid7
from backend.core.jobs import Job, JobFailed, LostLease, Run
from backend.core.verb import verb
from backend.people.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)


@verb("test.start")
def _start(actor: Actor, *, kind: str) -> Job:
    return jobs.start(kind, owner_id=uuid7(), total=3)


def start(kind: str) -> Job:
    return _start(Actor.system("test"), kind=kind)


def test_a_job_runs_to_its_end_and_keeps_its_result_sealed() -> None:
    @jobs.job("test.whole")
    def work(run: Run) -> None:
        for i in range(3):
            run.step(i + 1, 3, cursor=i)
        run.keep_result(b"secret result", name="a.txt", content_type="text/plain")

    made = start("test.whole")
    assert jobs.LOOP.drain() == 1
    made.refresh_from_db()
    assert (made.state, made.done, made.total, made.due_at) == (Job.State.DONE, 3, 3, None)
    assert jobs.result_of(made) == b"secret result"
    vault.destroy(made.owner_id)
    with pytest.raises(vault.KeyDestroyed):
        jobs.result_of(made)


def test_a_job_whose_worker_died_goes_on_where_it_stopped(moved_clock: Any) -> None:
    seen: list[Any] = []

    @jobs.job("test.killed")
    def work(run: Run) -> None:
        seen.append(run.cursor)
        for i in range((run.cursor or 0), 3):
            run.step(i + 1, 3, cursor=i + 1)
            if len(seen) == 1 and i == 1:
                raise KeyboardInterrupt

    made = start("test.killed")
    with pytest.raises(KeyboardInterrupt):
        jobs.LOOP.drain()
    assert jobs.LOOP.drain() == 0, "the lease of the dead worker still runs"
    with moved_clock(timedelta(minutes=2)):
        jobs.LOOP.drain()
    made.refresh_from_db()
    assert (made.state, made.done, seen) == (Job.State.DONE, 3, [None, 2])


def test_a_worker_that_lost_its_lease_writes_nothing_more(moved_clock: Any) -> None:
    outcome: list[str] = []

    @jobs.job("test.slow")
    def work(run: Run) -> None:
        if outcome:
            outcome.append("second")
            return
        outcome.append("first")
        with moved_clock(timedelta(minutes=2)):
            jobs.LOOP.drain()
        try:
            run.step(1, 1)
        except LostLease:
            outcome.append("stopped")
            raise

    made = start("test.slow")
    jobs.LOOP.drain()
    made.refresh_from_db()
    assert (outcome, made.state, made.done) == (["first", "second", "stopped"], Job.State.DONE, 0)


def test_a_hopeless_job_fails_with_a_code() -> None:
    @jobs.job("test.hopeless")
    def work(run: Run) -> None:
        raise JobFailed("no-such-thing")

    made = start("test.hopeless")
    jobs.LOOP.drain()
    made.refresh_from_db()
    assert (made.state, made.error, made.due_at) == (Job.State.FAILED, "no-such-thing", None)


def test_what_breaks_is_tried_again_and_fails_at_last(moved_clock: Any) -> None:
    tries: list[int] = []

    @jobs.job("test.broken")
    def work(run: Run) -> None:
        tries.append(1)
        raise ZeroDivisionError

    made = start("test.broken")
    for hour in range(jobs.MOST_ATTEMPTS + 2):
        with moved_clock(timedelta(hours=hour)):
            jobs.LOOP.drain(rounds=1)
    made.refresh_from_db()
    assert (made.state, made.error, len(tries)) == (Job.State.FAILED, "ZeroDivisionError", jobs.MOST_ATTEMPTS)


def test_results_are_forgotten_after_72_hours(moved_clock: Any) -> None:
    @jobs.job("test.kept")
    def work(run: Run) -> None:
        run.keep_result(b"x", name="a", content_type="text/plain")

    made = start("test.kept")
    jobs.LOOP.drain()
    assert jobs.forget_expired() == 0
    with moved_clock(timedelta(hours=73)):
        assert jobs.forget_expired() == 1
    made.refresh_from_db()
    assert made.result == ""


def test_a_long_job_holds_up_no_other() -> None:
    began, go_on = threading.Event(), threading.Event()
    ran: list[str] = []

    @jobs.job("test.long")
    def long_work(run: Run) -> None:
        began.set()
        go_on.wait(20)

    @jobs.job("test.short")
    def short_work(run: Run) -> None:
        ran.append("short")

    start("test.long")
    stop = threading.Event()

    def run_loop(loop: DueLoop) -> None:
        loop.run(stop)
        connection.close()

    loops = [threading.Thread(target=run_loop, args=(loop,)) for loop in (jobs.LOOPS[0], jobs.LOOPS[2])]
    for thread in loops:
        thread.start()
    try:
        assert began.wait(20)
        start("test.short")
        end = time.monotonic() + 20
        while not ran and time.monotonic() < end:
            time.sleep(0.05)
        assert ran == ["short"]
    finally:
        go_on.set()
        stop.set()
        for thread in loops:
            thread.join(20)


def test_a_broadcast_waits_in_a_line_of_its_own() -> None:
    made = start(jobs.BROADCAST)
    assert [row.id for row in jobs.LOOP.claim()] == []
    assert [row.id for row in jobs.BROADCASTS.claim()] == [made.id]
