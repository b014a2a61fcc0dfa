"""A hundred threads at once on every code, token and login: what may happen once happens once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from backend.core.errors import NotFound, TooMany
from backend.people import login, login_alarm, login_proof
from backend.people.login_sessions import with_tokens
from backend.people.models import CodeBreaker, LoginCode, RefreshToken, Session, User
from notifications.deliveries import Delivery
from notifications.notice import Notice
from tests.cast import Cast
from tests.people.logins import DEVICE, PHONE, asked_code, last_code, logged_in, texts
from tests.people.test_login_codes import sent

pytestmark = pytest.mark.django_db(transaction=True)
ALL = 100


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def test_a_phone_gets_one_code_and_its_hour_loses_one(barrier: Any, moved_clock: Any) -> None:
    results = barrier(ALL, lambda i: login.ask_code(phone=PHONE, ip=f"10.0.0.{i}", device=f"d{i}"))
    assert kinds(results) == {"dict": 1, "TooMany": ALL - 1}
    assert (LoginCode.objects.count(), texts("login.code")) == (1, 1)
    for minutes in (2, 4, 6, 8):
        with moved_clock(timedelta(minutes=minutes)):
            login.ask_code(phone=PHONE, ip="10.1.0.1", device=f"e{minutes}")


def test_five_wrong_codes_are_compared(barrier: Any) -> None:
    code = asked_code()
    results = barrier(ALL, lambda i: login.log_in(phone=PHONE, code=f"x{i}", device=DEVICE))
    assert kinds(results) == {"CodeWrong": 5, "CodeExpired": ALL - 5}
    with pytest.raises(login.CodeExpired):
        login.log_in(phone=PHONE, code=code, device=DEVICE)


def test_the_right_code_opens_one_login_of_one_person(barrier: Any) -> None:
    code = asked_code()
    results = barrier(ALL, lambda i: login.log_in(phone=PHONE, code=code, device=DEVICE | {"key": f"d{i}"}))
    assert kinds(results) == {"LoggedIn": 1, "CodeExpired": ALL - 1}
    assert (User.objects.count(), Session.objects.count(), RefreshToken.objects.count()) == (1, 1, 1)


def test_the_tries_of_a_day_are_counted_exactly_over_many_codes(barrier: Any, moved_clock: Any) -> None:
    wrong = 0
    for hour in range(5):
        with moved_clock(timedelta(hours=hour * 1.2)):
            if hour < 4:
                asked_code()
            else:
                with pytest.raises((login.CodesUsedUp, TooMany)):
                    asked_code()
            found = kinds(barrier(ALL, lambda i: login.log_in(phone=PHONE, code="x", device=DEVICE)))
            wrong += found["CodeWrong"]
    assert wrong == 20


def test_one_proof_is_noted(barrier: Any) -> None:
    actor = Cast().wang.actor
    login_proof.ask_code(actor)
    code = last_code()
    results = barrier(ALL, lambda i: login_proof.prove(actor, code=code))
    assert kinds(results) == {"Session": 1, "CodeExpired": ALL - 1}


def test_parallel_refreshes_rotate_once_and_all_get_the_same_successor(barrier: Any) -> None:
    first = logged_in()
    results = barrier(ALL, lambda i: login.refresh(refresh_token=first.refresh_token))
    assert kinds(results) == {"LoggedIn": ALL}
    assert len({r.refresh_token for r in results}) == 1
    assert RefreshToken.objects.count() == 2


def test_a_replay_by_many_ends_the_login_once_and_is_told_once(barrier: Any, moved_clock: Any) -> None:
    first = logged_in()
    second = login.refresh(refresh_token=first.refresh_token)
    with moved_clock(timedelta(seconds=11)):
        results = barrier(ALL, lambda i: login.refresh(refresh_token=(first, second)[i % 2].refresh_token))
    assert kinds(results)["RefreshInvalid"] >= ALL // 2
    assert Session.objects.get().revoked_why == "reuse"
    assert Notice.objects.filter(topic="login.reuse").count() == 1
    assert Delivery.objects.filter(topic="login.reuse.text").count() == 1
    with pytest.raises(login.RefreshInvalid):
        login.refresh(refresh_token=second.refresh_token)


def test_ending_and_refreshing_at_once_never_leaves_a_living_token(barrier: Any) -> None:
    first = logged_in()
    actor = login.session_actor(first.session.id)
    assert actor is not None

    def work(i: int) -> Any:
        if i % 2:
            return login.end_session(actor, session_id=first.session.id)
        return login.refresh(refresh_token=first.refresh_token)

    results = barrier(ALL, work)
    assert kinds(results)["Session"] == 1
    assert {type(r) for r in results} <= {Session, NotFound, login.LoggedIn, login.RefreshInvalid}
    for one in (r for r in results if isinstance(r, login.LoggedIn)):
        assert login.token_actor(one.access_token) is None
        with pytest.raises(login.RefreshInvalid):
            login.refresh(refresh_token=one.refresh_token)


def test_all_devices_that_end_all_others_end_in_peace(barrier: Any) -> None:
    first = logged_in()
    actors = []
    for i in range(ALL):
        session = Session.objects.create(user=first.user, device_key=f"d{i}", expires_at=first.session.expires_at)
        actors.append(login.token_actor(with_tokens(session, "").access_token))
    results = barrier(ALL, lambda i: login.end_others(actors[i]))
    assert kinds(results) == {"int": ALL}
    assert Session.objects.filter(user=first.user, revoked_at=None).count() == 0


def test_the_breaker_is_opened_once_for_each_range(barrier: Any) -> None:
    sent(25, verified=0, prefix=b"a")
    sent(25, verified=0, prefix=b"b")
    results = barrier(ALL, lambda i: login_alarm.check_conversion())
    assert all(isinstance(r, list) for r in results)
    assert CodeBreaker.objects.count() == 2
