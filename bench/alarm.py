"""The alarm verb beside psycopg executing the same statements: p50 and p99 of both, in pairs, on one connection."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from backend.core.ids import uuid7
from backend.emergency import actions
from backend.people.actor import Actor
from backend.people.models import Residency
from bench.load import percentile
from bench.recording import Replay, Statement, recorded

WARM_UP = 20


@dataclass(frozen=True)
class Result:
    """Milliseconds, and how many statements an alarm is (its BEGIN and COMMIT not counted)."""

    verb_p50: float
    verb_p99: float
    bare_p50: float
    bare_p99: float
    alarms: int
    statements: int

    @property
    def ratio(self) -> float:
        """p99 of the verb over p99 of its statements; the budget is 3."""
        return self.verb_p99 / self.bare_p99


def measure(seconds: float, most: int = 600) -> Result:
    """Raise alarms of one person, each followed by its own statements once more under fresh ids, for `seconds` at most.

    Every alarm opens a new incident: what was opened is resolved between the measurements, by another connection.
    """
    actor = _somebody_at_home()
    verb, bare, count = list[float](), list[float](), 0
    ends = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_SYSTEM_URL"], autocommit=True) as aside:
        for turn in range(most + WARM_UP):
            if turn == WARM_UP:
                ends = time.monotonic() + seconds
            if turn > WARM_UP and time.monotonic() > ends:
                break
            statements, since = _recorded(actor)
            _resolve(aside, actor.person_id)
            bare_seconds = _again(statements, since)
            _resolve(aside, actor.person_id)
            verb_seconds = _raise(actor)
            _resolve(aside, actor.person_id)
            if turn >= WARM_UP:
                verb.append(verb_seconds)
                bare.append(bare_seconds)
            count = len(statements)
    return Result(
        statistics.median(verb) * 1000,
        percentile(verb, 0.99),
        statistics.median(bare) * 1000,
        percentile(bare, 0.99),
        len(verb),
        count,
    )


def _somebody_at_home() -> Actor:
    residency = Residency.objects.filter(state=Residency.State.CONFIRMED).order_by("created_at", "id")
    from backend.core.queries import looking_up

    with looking_up("bench"):
        return Actor.of(residency.select_related("user")[0].user)


def _raise(actor: Actor) -> float:
    id = uuid7()  # noqa: A001 - the verb's own keyword
    begun = time.perf_counter()
    actions.raise_alarm(actor, id=id, kind="sos")
    return time.perf_counter() - begun


def _recorded(actor: Actor) -> tuple[list[Statement], UUID]:
    since = uuid7()
    with recorded() as statements:
        _raise(actor)
    return list(statements), since


def _again(statements: list[Statement], since: UUID) -> float:
    """Seconds from BEGIN to the end of COMMIT, preparing the values included: a program in plain psycopg has to make them too."""
    connection.ensure_connection()
    raw: Any = connection.connection
    raw.autocommit = False
    try:
        begun = time.perf_counter()
        with raw.cursor() as cursor:
            Replay(since).run(statements, cursor)
        raw.commit()
        return time.perf_counter() - begun
    finally:
        raw.rollback()
        raw.autocommit = True


def _resolve(aside: psycopg.Connection[Any], person: UUID | None) -> None:
    aside.execute(
        "UPDATE emergency_incident SET state = 'resolved', disposition = 'test', resolved_at = now(), due_at = NULL"
        " WHERE person_id = %s AND state <> 'resolved'",
        [person],
    )
