"""Logging in, and what it costs to know who asks: p50 and p95, in this process, beside what the database and PyJWT take alone."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import jwt
import psycopg
from django.db import connection

from backend.core.ids import uuid7
from backend.people import login, tokens
from backend.people.token_cache import verified
from bench.load import percentile
from bench.recording import recorded
from notifications import outbox

DEVICE = {"key": "bench", "name": "Bench", "platform": "bench"}
WARM_UP = 3
WHO = "SELECT s.user_id, s.assurance, u.state FROM people_session s JOIN people_user u ON u.id = s.user_id WHERE s.id = %s"


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> Spread:
        return cls(statistics.median(seconds) * 1000, percentile(seconds, 0.95))

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f}, p95 {self.p95:.2f} ms"


@dataclass(frozen=True)
class Result:
    """`ask`, `enter`: the two requests of a login (their verbs). `bare_login`: as many round trips and commits as both.

    `cached`, `uncached`: finding the actor of a token. `bare`: PyJWT's decoding and one query.
    """

    logins: int
    statements: int
    ask: Spread
    enter: Spread
    bare_login: Spread
    cached: Spread
    uncached: Spread
    bare: Spread


def measure(seconds: float, most: int = 300) -> Result:
    """People who were never here log in one after another for half of `seconds`; then one token is asked about again and again."""
    ask, enter, bare = list[float](), list[float](), list[float]()
    statements, opened = _counted()
    ends = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_SYSTEM_URL"], autocommit=True) as aside:
        aside.execute("CREATE TEMP TABLE bench_login (id uuid PRIMARY KEY)")
        for turn in range(most + WARM_UP):
            if turn == WARM_UP:
                ends = time.monotonic() + seconds / 2
            if turn > WARM_UP and time.monotonic() > ends:
                break
            phone = _phone()
            asking = _timed(lambda phone=phone: login.ask_code(phone=phone))  # type: ignore[misc]
            code = outbox.recent(phone, 1)[0].code or ""
            entering = _timed(lambda phone=phone, code=code: login.log_in(phone=phone, code=code, device=DEVICE))  # type: ignore[misc]
            trips = _timed(lambda: _round_trips(aside, statements))
            if turn >= WARM_UP:
                ask.append(asking)
                enter.append(entering)
                bare.append(trips)
        rounds = int(min(2000, max(200, seconds * 100)))
        cached = [_timed(lambda: login.token_actor(opened.access_token)) for _ in range(rounds)]
        uncached = [_timed(lambda: _uncached(opened.access_token)) for _ in range(rounds)]
        alone = [_timed(lambda: _bare(aside, opened.access_token)) for _ in range(rounds)]
    return Result(
        len(ask), statements, Spread.of(ask), Spread.of(enter), Spread.of(bare), Spread.of(cached), Spread.of(uncached),
        Spread.of(alone),
    )  # fmt: skip


def _phone() -> str:
    return f"+861{random.randint(3, 9)}{random.randint(0, 999_999_999):09d}"  # noqa: S311 - of nobody


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _counted() -> tuple[int, login.LoggedIn]:
    """How many statements one login is, and a login."""
    phone = _phone()
    with recorded() as asking:
        login.ask_code(phone=phone)
    code = outbox.recent(phone, 1)[0].code or ""
    with recorded() as entering:
        opened = login.log_in(phone=phone, code=code, device=DEVICE)
    connection.ensure_connection()
    return len(asking) + len(entering), opened


def _round_trips(aside: psycopg.Connection[tuple[object, ...]], statements: int) -> None:
    """Two transactions that write, and as many statements as a login has."""
    for _ in range(2):
        with aside.transaction():
            aside.execute("INSERT INTO bench_login VALUES (%s)", [uuid7()])
            for _ in range(max(0, statements // 2 - 1)):
                aside.execute("SELECT 1")


def _uncached(token: str) -> object:
    verified.clear()
    return login.token_actor(token)


def _bare(aside: psycopg.Connection[tuple[object, ...]], token: str) -> object:
    claims = jwt.decode(
        token,
        tokens.keys()[0].private.public_key(),
        algorithms=["EdDSA"],
        audience=tokens.AUDIENCE,
        issuer=tokens.ISSUER,
    )
    return aside.execute(WHO, [UUID(claims["sid"])]).fetchone()
