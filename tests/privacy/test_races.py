"""Many at once: one copy, one erasure, and as many looks as are allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from backend.core.errors import TooMany
from backend.core.jobs import Job
from backend.people import consents, erasure, export, reveal
from backend.people.models import Consent, PrivacyRequest
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
Barrier = Callable[[int, Callable[[int], Any]], list[Any]]


def test_a_hundred_askings_begin_one_copy(cast: Cast, barrier: Barrier) -> None:
    actor = cast.wang.actor
    made = barrier(100, lambda _: export.ask(actor).id)
    assert len(set(made)) == 1
    assert Job.objects.filter(kind=export.KIND).count() == 1


def test_a_hundred_askings_begin_one_erasure(cast: Cast, barrier: Barrier) -> None:
    actor = cast.wang.actor
    made = barrier(100, lambda _: erasure.ask(actor))
    assert {one.job_id for one in made} == {made[0].job_id}
    assert Counter(one.is_repeat for one in made) == {True: 99, False: 1}
    assert PrivacyRequest.objects.filter(kind="erasure").count() == 1


def test_a_hundred_looks_at_once_are_ten(cast: Cast, barrier: Barrier) -> None:
    actor = cast.manager.actor

    def look(_: int) -> str:
        try:
            reveal.reveal(actor, person_id=cast.wang.id, fields=["phone"], reason="call_back")
        except TooMany:
            return "wait"
        return "seen"

    assert Counter(barrier(100, look)) == {"seen": 10, "wait": 90}


def test_answers_at_once_leave_one_that_holds(cast: Cast, barrier: Barrier) -> None:
    actor = cast.wang.actor
    barrier(100, lambda i: consents.answer(actor, purpose="health", given=i % 2 == 0, version="2026-11"))
    rows = list(Consent.objects.filter(user=cast.wang.user, purpose="health").order_by("-id"))
    assert len(rows) == 100
    assert consents.holds(cast.wang.id, "health") == rows[0].is_given
