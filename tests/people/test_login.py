"""Login by phone code: one flow, counted before compared, rotated, revoked on reuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.errors import TooMany
from backend.people import forgetting, login, phones, tokens
from backend.people.models import LoginCode, RefreshToken, Session, User
from tests.cast import Cast, Http
from tests.people.logins import DEVICE, PHONE, asked_code, logged_in


@pytest.mark.django_db
def test_a_new_phone_registers_and_a_known_one_logs_in(moved_clock: Any) -> None:
    first = logged_in()
    with moved_clock(timedelta(seconds=61)):
        second = logged_in()
    assert first.user.id == second.user.id
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_answer_is_the_same_for_known_and_unknown_phones(client_for: Callable[..., Http]) -> None:
    cast = Cast()
    known = client_for(None).post("/auth/codes", {"phone": cast.wang.phone})
    unknown = client_for(None).post("/auth/codes", {"phone": PHONE})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, unknown.json())


@pytest.mark.django_db
def test_a_second_code_within_a_minute_is_refused_with_the_time_to_wait(client_for: Callable[..., Http]) -> None:
    client_for(None).post("/auth/codes", {"phone": PHONE})
    again = client_for(None).post("/auth/codes", {"phone": PHONE})
    assert again.status_code == 429
    assert 1 <= int(again["Retry-After"]) <= 60


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["12", "not a phone", "", "12345", "1380013800", "138001380001", "95588"])
def test_a_bad_phone_is_named(client_for: Callable[..., Http], phone: str) -> None:
    answer = client_for(None).post("/auth/codes", {"phone": phone})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/phone"


@pytest.mark.django_db
def test_a_wrong_code_and_an_old_code_are_told_apart(client_for: Callable[..., Http], moved_clock: Any) -> None:
    code = asked_code()
    wrong = {"phone": PHONE, "code": f"{(int(code) + 1) % 1_000_000:06d}", "device": DEVICE}
    assert client_for(None).post("/auth/sessions", wrong).json()["code"] == "code-wrong"
    with moved_clock(timedelta(minutes=6)):
        late = client_for(None).post("/auth/sessions", wrong | {"code": code})
    assert (late.status_code, late.json()["code"]) == (410, "code-expired")


@pytest.mark.django_db
def test_a_code_works_once() -> None:
    code = asked_code()
    login.log_in(phone=PHONE, code=code, device=DEVICE)
    with pytest.raises(login.CodeExpired):
        login.log_in(phone=PHONE, code=code, device=DEVICE)


@pytest.mark.django_db
def test_a_code_is_not_kept_in_the_clear() -> None:
    code = asked_code()
    row = LoginCode.objects.get()
    assert code.encode() not in bytes(row.code_mac)
    assert bytes(row.phone_blind) == phones.blind("+8613800138000")


@pytest.mark.django_db
def test_a_replayed_old_token_ends_the_login(moved_clock: Any) -> None:
    first = logged_in()
    second = login.refresh(refresh_token=first.refresh_token)
    with moved_clock(timedelta(seconds=11)):
        with pytest.raises(login.RefreshInvalid):
            login.refresh(refresh_token=first.refresh_token)
        with pytest.raises(login.RefreshInvalid):
            login.refresh(refresh_token=second.refresh_token)
    assert login.token_actor(second.access_token) is None
    assert Session.objects.get().revoked_why == "reuse"


@pytest.mark.django_db
def test_an_expired_token_opens_nothing_but_an_alarm(moved_clock: Any) -> None:
    mine = logged_in()
    with moved_clock(timedelta(minutes=11)):
        assert login.token_actor(mine.access_token) is None
        actor = login.sos_actor(f"Bearer {mine.access_token}")
        assert actor is not None
        assert actor.assurance == "sos"
    actor = login.sos_actor(f"SOS {mine.sos_key}")
    assert actor is not None
    assert actor.person_id == mine.user.id


@pytest.mark.django_db
def test_a_revoked_login_opens_nothing_at_all() -> None:
    mine = logged_in()
    actor = login.token_actor(mine.access_token)
    assert actor is not None
    login.end_session(actor, session_id=mine.session.id)
    assert login.token_actor(mine.access_token) is None
    assert login.sos_actor(f"Bearer {mine.access_token}") is None
    assert login.sos_actor(f"SOS {mine.sos_key}") is None


@pytest.mark.django_db
@pytest.mark.parametrize("forged", ["", "x.y.z", "SOS", "Bearer", "Bearer a.b.c", "SOS AAAA", "Basic abc"])
def test_a_forged_credential_is_nobody(forged: str) -> None:
    assert login.sos_actor(forged) is None
    assert login.token_actor(forged) is None


@pytest.mark.django_db
def test_a_token_of_another_key_is_nobody() -> None:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    mine = logged_in()
    claims = jwt.decode(mine.access_token, options={"verify_signature": False})
    forged = jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA")
    assert tokens.session_of(forged) is None
    assert tokens.session_of(jwt.encode(claims, "x" * 32, algorithm="HS256")) is None


@pytest.mark.django_db
def test_pressing_the_button_again_uses_up_none_of_the_codes_of_the_hour(moved_clock: Any) -> None:
    login.ask_code(phone=PHONE)
    for _ in range(20):
        with pytest.raises(TooMany) as refused:
            login.ask_code(phone=PHONE)
        assert refused.value.retry_after is not None
        assert refused.value.retry_after <= 60
    with moved_clock(timedelta(seconds=61)):
        login.ask_code(phone=PHONE)


@pytest.mark.django_db
def test_codes_and_dead_tokens_are_forgotten_and_living_logins_are_not(moved_clock: Any) -> None:
    old = logged_in()
    with moved_clock(timedelta(hours=23)):
        assert forgetting.forget_old_logins() == 0
    with moved_clock(timedelta(days=59)):
        assert forgetting.forget_old_logins() == 1
        assert not LoginCode.objects.exists()
        assert login.refresh(refresh_token=old.refresh_token).session == old.session
    with moved_clock(timedelta(days=61)):
        assert forgetting.forget_old_logins() == 1
        assert RefreshToken.objects.count() == 1
