"""A program's staff login: a password alone gives nothing, a second factor is exchanged once for our tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection

from backend.core import vault
from backend.env import env
from backend.people import login_proof
from backend.people.models import LoginCode, Session
from backend.people.staff.login import StaffProofMissing
from tests.cast import Cast, Http
from tests.people.staff import PASSWORD, Program, code_of, recovery_codes, with_app, with_password
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
DEVICE = {"key": "desk-1", "name": "Desk", "platform": "linux"}


def exchange(token: str, **whence: str) -> Any:
    return Http().post("/auth/staff/sessions", {"session_token": token, "device": DEVICE}, **whence)


def test_a_password_alone_opens_no_session(cast: Cast) -> None:
    name = with_password(cast.manager)
    with_app(cast.manager)
    program = Program()
    answer = program.post("/auth/login", {"username": name, "password": PASSWORD})
    assert answer.status_code == 401
    assert program.token
    assert exchange(program.token).status_code == 401
    assert not Session.objects.filter(user=cast.manager.user, device_key="desk-1").exists()


def test_a_password_of_somebody_without_a_factor_opens_no_session(cast: Cast) -> None:
    program = Program().logs_in(with_password(cast.manager))
    answer = exchange(program.token)
    assert answer.status_code == 401
    assert answer.json()["code"] == "staff-proof-missing"


def test_a_code_after_the_password_is_exchanged_once_for_tokens_with_mfa(cast: Cast) -> None:
    name, secret = with_password(cast.manager), with_app(cast.manager)
    program = Program().logs_in(name, secret)
    answer = exchange(program.token)
    assert answer.status_code == 201, answer.content
    assert answer.json()["assurance"] == "mfa"
    assert answer.json()["person"]["id"] == str(cast.manager.id)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert Http().get("/tickets", headers=headers).status_code == 200
    listed = Http().get("/auth/sessions", headers=headers).json()["items"]
    assert "Desk" in [one["device_name"] for one in listed]
    assert exchange(program.token).status_code == 401
    assert program.get("/auth/session").status_code in {401, 410}


def test_a_login_is_exchanged_by_one_of_a_hundred_at_once(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    name, secret = with_password(cast.manager), with_app(cast.manager)
    program = Program().logs_in(name, secret)
    answers = [
        answer.status_code for answer in barrier(100, lambda i: exchange(program.token, REMOTE_ADDR=f"10.0.{i}.1"))
    ]
    assert sorted(set(answers)) == [201, 401]
    assert answers.count(201) == 1
    assert Session.objects.filter(user=cast.manager.user, device_key="desk-1").count() == 1


def test_a_first_factor_set_up_by_a_program_completes_its_login(cast: Cast) -> None:
    program = Program().logs_in(with_password(cast.manager))
    offered = program.get("/account/authenticators/totp")
    secret = offered.json()["meta"]["secret"]
    assert program.post("/account/authenticators/totp", {"code": code_of(secret)}).status_code == 200
    assert exchange(program.token).status_code == 201


def test_one_code_works_once_even_for_a_hundred_at_once(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    name, secret = with_password(cast.manager), with_app(cast.manager)
    programs = []
    for _ in range(6):
        programs.append(Program())
        programs[-1].post("/auth/login", {"username": name, "password": PASSWORD})
    code = code_of(secret)
    answers = barrier(
        100, lambda i: programs[i % 6].http.request(
            "post", "/staff/api/app/v1/auth/2fa/authenticate", {"code": code}, headers={"X-Session-Token": programs[i % 6].token}
        ).status_code
    )  # fmt: skip
    assert answers.count(200) == 1
    assert answers.count(429) == 95


def test_a_hundred_wrong_codes_at_once_are_five_guesses(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    name = with_password(cast.manager)
    with_app(cast.manager)
    program = Program().logs_in(name)
    answers = barrier(
        100, lambda i: program.http.request(
            "post", "/staff/api/app/v1/auth/2fa/authenticate", {"code": f"{i:06d}"}, headers={"X-Session-Token": program.token}
        ).status_code
    )  # fmt: skip
    assert answers.count(400) == 5
    assert answers.count(429) == 95


def test_passwords_are_counted_before_they_are_looked_at(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    name = with_password(cast.manager)
    answers = barrier(
        100, lambda i: Http().request(
            "post", "/staff/api/app/v1/auth/login", {"username": name, "password": f"wrong {i}"}
        ).status_code
    )  # fmt: skip
    assert answers.count(400) == 20
    assert answers.count(429) == 80


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(cast: Cast) -> None:
    name = with_password(cast.manager)
    wrong = Program().post("/auth/login", {"username": name, "password": "not this one"})
    unknown = Program().post("/auth/login", {"username": "nobody.here", "password": "not this one"})
    assert (wrong.status_code, wrong.json()["errors"]) == (unknown.status_code, unknown.json()["errors"])


def test_a_resident_has_no_staff_login_even_with_a_password(cast: Cast) -> None:
    cast.wang.user.set_password(PASSWORD)
    cast.wang.user.save()
    assert Program().post("/auth/login", {"username": str(cast.wang.id), "password": PASSWORD}).status_code == 400


def test_a_suspended_person_cannot_begin_nor_finish(cast: Cast) -> None:
    name, secret = with_password(cast.manager), with_app(cast.manager)
    program = Program().logs_in(name, secret)
    cast.manager.user.state = "suspended"
    cast.manager.user.save()
    assert exchange(program.token).status_code == 401
    assert Program().post("/auth/login", {"username": name, "password": PASSWORD}).status_code == 400


def test_a_recovery_code_stands_in_once(cast: Cast) -> None:
    name = with_password(cast.manager)
    with_app(cast.manager)
    code = recovery_codes(cast.manager)[0]
    program = Program().logs_in(name)
    assert program.post("/auth/2fa/authenticate", {"code": code}).status_code == 200
    assert exchange(program.token).status_code == 201
    again = Program().logs_in(name)
    assert again.post("/auth/2fa/authenticate", {"code": code}).status_code == 400


def test_a_finished_login_grows_old_within_minutes(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    program = Program().logs_in(with_password(cast.manager), with_app(cast.manager))
    with moved_clock(timedelta(minutes=6)):
        assert exchange(program.token).status_code == 401


def test_secrets_lie_sealed_and_an_erased_person_has_none(cast: Cast) -> None:
    name, secret = with_password(cast.manager), with_app(cast.manager)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    vault.destroy(cast.manager.id)
    program = Program().logs_in(name)
    program.http.client.raise_request_exception = False
    assert program.post("/auth/2fa/authenticate", {"code": code_of(secret)}).status_code != 200
    assert exchange(program.token).status_code == 401


def test_another_finished_login_makes_this_one_fresh(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    name, secret = with_password(cast.admin), with_app(cast.admin)
    session = cast.admin.session
    Session.objects.filter(id=session.id).update(authenticated_at=session.authenticated_at - timedelta(hours=1))
    body = {"reason": "left"}
    refused = Http(cast.admin).post(f"/people/{cast.manager.id}/suspend", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication-required")
    program = Program().logs_in(name, secret)
    proved = Http(cast.admin).post("/auth/reauthentication", {"session_token": program.token})
    assert proved.status_code == 200, proved.content
    assert Http(cast.admin).post(f"/people/{cast.manager.id}/suspend", body).status_code == 200


def test_nobody_proves_themselves_with_anothers_login(cast: Cast) -> None:
    program = Program().logs_in(with_password(cast.manager), with_app(cast.manager))
    answer = Http(cast.admin).post("/auth/reauthentication", {"session_token": program.token})
    assert (answer.status_code, answer.json()["code"]) == (403, "proof-not-yours")


def test_the_remembered_values_are_rows() -> None:
    cache.set("staff-test", "here", 30)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_cache")
        assert cursor.fetchone() == (1,)


def test_a_person_of_the_demo_has_no_staff_login_where_no_demo_runs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, secret = with_password(cast.manager), with_app(cast.manager)
    cast.manager.user.is_demo = True
    cast.manager.user.save()
    login = {"username": name, "password": PASSWORD}
    assert Program().post("/auth/login", login).status_code == 400
    monkeypatch.setattr(env, "demo", True)
    assert Program().logs_in(name, secret).get("/auth/session").status_code == 200


def test_a_program_cannot_remove_a_factor(cast: Cast) -> None:
    program = Program().logs_in(with_password(cast.manager), with_app(cast.manager))
    for kind in ("totp", "webauthn"):
        answer = program.http.request(
            "delete", f"/staff/api/app/v1/account/authenticators/{kind}", headers={"X-Session-Token": program.token}
        )
        assert answer.status_code == 405
    assert Authenticator.objects.filter(user=cast.manager.user, type="totp").exists()


@pytest.mark.parametrize("who", ["manager", "wang"])
def test_an_sms_freshens_no_staff_login_neither_here_nor_on_the_page(cast: Cast, who: str) -> None:
    member = cast[who]
    with_password(member)  # wang: a login with a second factor, but no role any more
    assert Http(member).post("/auth/proof-codes").json()["code"] == "staff-proof-missing"
    assert Http(member).post("/auth/reauthentication", {"code": "123456"}).json()["code"] == "staff-proof-missing"
    page, away = Browser(member), "/staff/prove?next=%2Fdesk"
    page.get("/app/privacy")
    assert page.get("/app/proof?next=/desk")["Location"] == away
    for act in ("send", "prove"):
        assert page.post("/app/proof", {"act": act, "code": "123456", "next": "/desk"})["Location"] == away
    assert not LoginCode.objects.exists()


def test_a_staff_login_is_not_freshened_while_it_acts_for_somebody(cast: Cast) -> None:
    standing = cast.manager.actor.standing_in_for(cast.wang.user, frozenset())
    with pytest.raises(StaffProofMissing):
        login_proof.ask_code(standing)
