"""Token keys: named, several at once, changed without logging anybody out; and what a process remembers of a token."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest

from backend.env import env
from backend.people import login, token_cache, tokens
from backend.people.models import RoleGrant, Session
from backend.people.roles import Can
from backend.people.token_cache import Claims, TokenCache
from tests.cast import Cast, Http
from tests.people.logins import DEVICE, PHONE, asked_code, logged_in


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


OLD, NEW = key(), key()


@pytest.fixture
def set_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def to(several: str, single: str = "") -> None:
        monkeypatch.setattr(env, "token_keys", several)
        monkeypatch.setattr(env, "token_key", single)
        tokens.forget_keys()

    yield to
    monkeypatch.undo()
    tokens.forget_keys()


@pytest.mark.django_db
def test_a_token_names_its_key_and_the_first_key_signs(set_keys: Any) -> None:
    set_keys(f"new:{NEW},old:{OLD}")
    assert jwt.get_unverified_header(logged_in().access_token)["kid"] == "new"
    set_keys("", OLD)
    assert tokens.keys()[0].id == "main"


@pytest.mark.django_db
@pytest.mark.parametrize("after", [f"new:{NEW},old:{OLD}", f"new:{NEW},main:{OLD}"], ids=["old", "main"])
def test_everything_made_under_the_old_key_holds_while_it_is_listed(
    set_keys: Any, after: str, moved_clock: Any
) -> None:
    set_keys("", OLD) if "main" in after else set_keys(f"old:{OLD}")
    mine = logged_in()
    login.refresh(refresh_token=mine.refresh_token)
    with moved_clock(timedelta(seconds=61)):
        code = asked_code()
    set_keys(after)
    assert login.token_actor(mine.access_token) is not None
    assert login.sos_actor(f"SOS {mine.sos_key}") is not None
    assert login.refresh(refresh_token=mine.refresh_token).session == mine.session  # the sealed successor opens
    with moved_clock(timedelta(seconds=62)):
        assert login.log_in(phone=PHONE, code=code, device=DEVICE).user == mine.user


@pytest.mark.django_db
def test_the_former_single_key_is_believed_beside_the_new_list(set_keys: Any) -> None:
    set_keys("", OLD)
    mine = logged_in()
    set_keys(f"new:{NEW}", OLD)
    assert login.token_actor(mine.access_token) is not None
    assert login.sos_actor(f"SOS {mine.sos_key}") is not None


@pytest.mark.django_db
def test_nothing_of_a_key_that_was_taken_away_is_believed(set_keys: Any, moved_clock: Any) -> None:
    set_keys(f"old:{OLD}")
    mine = logged_in()
    with moved_clock(timedelta(seconds=61)):
        code = asked_code()
        set_keys(f"new:{NEW}")
        assert login.token_actor(mine.access_token) is None
        assert login.sos_actor(f"Bearer {mine.access_token}") is None
        assert login.sos_actor(f"SOS {mine.sos_key}") is None
        with pytest.raises(login.CodeWrong):
            login.log_in(phone=PHONE, code=code, device=DEVICE)


@pytest.mark.django_db
def test_a_token_without_a_key_id_is_tried_with_every_key_and_a_strange_id_with_none(set_keys: Any) -> None:
    set_keys(f"new:{NEW},old:{OLD}")
    mine = logged_in()
    claims = jwt.decode(mine.access_token, options={"verify_signature": False})
    old = tokens.keys()[1].private
    assert tokens.session_of(jwt.encode(claims, old, algorithm="EdDSA")) == mine.session.id
    assert tokens.session_of(jwt.encode(claims, old, algorithm="EdDSA", headers={"kid": "old"})) == mine.session.id
    assert tokens.session_of(jwt.encode(claims, old, algorithm="EdDSA", headers={"kid": "new"})) is None
    assert tokens.session_of(jwt.encode(claims, old, algorithm="EdDSA", headers={"kid": "../x"})) is None


@pytest.mark.parametrize(
    "mistake", ["new", f":{NEW}", "new:c2hvcnQ", f"new:{NEW[:-4]}"], ids=["no key", "no name", "short", "cut"]
)
def test_a_key_that_is_none_ends_the_start(set_keys: Any, mistake: str) -> None:
    set_keys(mistake)
    with pytest.raises(ValueError, match="YIKE_TOKEN_KEYS"):
        tokens.keys()


@pytest.mark.parametrize("claim", [{"aud": "other"}, {"iss": "other"}, {"typ": "refresh"}, {"sid": "no id"}])
def test_a_token_for_something_else_is_nobody(claim: dict[str, str]) -> None:
    token = tokens.access_token(os.urandom(16).hex(), os.urandom(16).hex())  # type: ignore[arg-type]
    claims = jwt.decode(token, options={"verify_signature": False}) | claim
    assert tokens.session_of(jwt.encode(claims, tokens.keys()[0].private, algorithm="EdDSA")) is None


@pytest.mark.parametrize("junk", ["", ".", "a.b.c", "\ud800.x.y", "é" * 9, "eyJ" * 999])
def test_junk_is_nobody(junk: str) -> None:
    assert tokens.session_of(junk) is None
    assert tokens.session_of_sos_key(junk) is None


@pytest.mark.django_db
def test_a_remembered_signature_gives_no_right_that_ended_meanwhile(moved_clock: Any) -> None:
    cast = Cast()
    token = cast.manager.token()

    def manages() -> bool:
        actor = login.token_actor(token)
        return actor is not None and actor.may(Can.HOME_CONFIRM)

    assert manages()
    assert token_cache.verified.get(token) is not None
    RoleGrant.objects.filter(user=cast.manager.user).delete()
    assert not manages()
    type(cast.manager.user).objects.filter(id=cast.manager.id).update(state="suspended")
    assert Http(None, Authorization=f"Bearer {token}").get("/me").status_code == 401
    Session.objects.filter(id=cast.manager.session.id).update(revoked_at=cast.manager.session.created_at)
    assert login.token_actor(token) is None
    with moved_clock(timedelta(minutes=11)):
        assert tokens.session_of(token) is None
        assert tokens.session_of(token, even_expired=True) == cast.manager.session.id


def test_the_cache_forgets_the_least_used_and_the_old_and_keeps_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = TokenCache(most=3)
    claims = Claims(os.urandom(16), 0.0)  # type: ignore[arg-type]
    for name in "abc":
        cache.keep(name, claims)
    assert cache.get("a") is claims
    cache.keep("d", claims)
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]
    assert len(cache) == 3
    assert b"a" not in cache._kept
    later = time.monotonic() + 61
    monkeypatch.setattr(token_cache.time, "monotonic", lambda: later)
    assert cache.get("a") is None


def test_a_forged_token_is_never_remembered() -> None:
    before = len(token_cache.verified)
    for i in range(50):
        assert tokens.session_of(f"eyJhbGciOiJFZERTQSJ9.e30.{i:x}") is None
    assert len(token_cache.verified) == before
