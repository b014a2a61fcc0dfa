"""Circuit breakers: shared by all, opened once, tried by one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import moved, now
from notifications import breaker
from notifications.breaker import ProviderCircuit, Stand

pytestmark = pytest.mark.django_db(transaction=True)


def pause_left(name: str = "p") -> float:
    retry_at = ProviderCircuit.objects.get(name=name).retry_at
    assert retry_at is not None
    return (retry_at - now()).total_seconds()


def test_five_failures_running_open_it_and_a_success_between_does_not_count() -> None:
    for _ in range(4):
        breaker.failed("p")
    breaker.succeeded("p")
    for _ in range(4):
        breaker.failed("p", error="http-503")
    assert breaker.admit("p") == (Stand.CLOSED, None)
    breaker.failed("p", error="http-503")
    stand, until = breaker.admit("p")
    assert stand is Stand.OPEN
    assert until is not None
    assert 28 < (until - now()).total_seconds() <= 30
    assert [(c.name, c.last_error) for c in breaker.circuits()] == [("p", "http-503")]


def test_a_batch_that_fails_altogether_opens_it_at_once() -> None:
    breaker.failed("p", count=500)
    assert breaker.admit("p")[0] is Stand.OPEN


def test_a_hundred_workers_that_fail_together_open_it_once(barrier: Any) -> None:
    barrier(100, lambda _: breaker.failed("p"))
    circuit = ProviderCircuit.objects.get(name="p")
    assert (circuit.failures, circuit.opened) == (100, 1)
    assert 25 < pause_left() <= 30


def test_one_of_a_hundred_workers_gets_the_trial(barrier: Any) -> None:
    breaker.failed("p", count=5)
    with moved(timedelta(seconds=31)):
        stands = Counter(barrier(100, lambda _: breaker.admit("p")[0]))
    assert stands == {Stand.TRIAL: 1, Stand.OPEN: 99}


def test_a_trial_that_fails_doubles_the_pause_up_to_ten_minutes_and_one_that_succeeds_closes_it() -> None:
    breaker.failed("p", count=5)
    after = timedelta()
    for pause in (60, 120, 240, 480, 600, 600):
        after += timedelta(seconds=601)
        with moved(after):
            assert breaker.admit("p")[0] is Stand.TRIAL
            breaker.failed("p", is_trial=True)
            assert pause - 2 < pause_left() <= pause
    with moved(after + timedelta(seconds=601)):
        assert breaker.admit("p")[0] is Stand.TRIAL
        breaker.succeeded("p")
        assert breaker.admit("p") == (Stand.CLOSED, None)


def test_a_trial_whose_worker_died_is_given_to_another_half_a_minute_later() -> None:
    breaker.failed("p", count=5)
    with moved(timedelta(seconds=31)):
        assert breaker.admit("p")[0] is Stand.TRIAL
        assert breaker.admit("p")[0] is Stand.OPEN
    with moved(timedelta(seconds=62)):
        assert breaker.admit("p")[0] is Stand.TRIAL
