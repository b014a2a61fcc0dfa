"""A number that was silent for 90 days on a device never seen: nothing of the former owner is shown until it is proved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.app import api
from backend.core.ids import uuid7
from backend.core.verb import in_a_verb, verb
from backend.emergency.actions import raise_alarm
from backend.people import login, phones, reproof, tokens, web_login
from backend.people.actor import Actor
from backend.people.models import Residency, Session, User
from backend.people.phone_change import detach
from backend.people.reading import phone_of
from notifications.deliveries import Delivery
from notifications.notice import Notice
from tests.cast import Cast, Http
from tests.people.logins import DEVICE, asked_code, logged_in

SILENCE = timedelta(days=91)


@pytest.fixture
def cast(db: None) -> Cast:
    made = Cast()
    made.wang.assurance = "otp"
    _ = made.wang.session
    return made


@pytest.fixture
def limited(cast: Cast, moved_clock: Any) -> Iterator[login.LoggedIn]:
    """王奶奶's number on a device never seen, after 91 days of silence; the clock stays there."""
    with moved_clock(SILENCE):
        yield logged_in(cast.wang.phone, key="a stranger's phone")


def http(one: login.LoggedIn) -> Http:
    return Http(None, Authorization=f"Bearer {tokens.access_token(one.user.id, one.session.id)}")


def test_a_known_device_or_a_shorter_silence_is_not_doubted(cast: Cast, moved_clock: Any) -> None:
    with moved_clock(timedelta(days=89)):
        assert not logged_in(cast.wang.phone, key="new").session.is_limited
    with moved_clock(timedelta(days=200)):
        assert not logged_in(cast.wang.phone, key="phone-of-wang").session.is_limited


def test_a_second_try_from_the_same_strange_device_is_doubted_again(
    cast: Cast, limited: login.LoggedIn, moved_clock: Any
) -> None:
    assert limited.session.is_limited
    with moved_clock(SILENCE + timedelta(minutes=2)):
        assert logged_in(cast.wang.phone, key="a stranger's phone").session.is_limited


def test_somebody_enrolled_long_ago_who_never_logged_in_is_doubted(cast: Cast, moved_clock: Any) -> None:
    with moved_clock(SILENCE):
        assert logged_in(cast.outsider.phone, key="first").session.is_limited


def test_a_limited_login_sees_nothing_and_may_do_nothing(cast: Cast, limited: login.LoggedIn) -> None:
    me = http(limited).get("/me")
    assert me.status_code == 200
    said = {key for key, value in me.json().items() if value}
    assert said == {"id", "language", "assurance", "is_limited"}
    assert me.json()["language"] == "zh-CN"
    for path in ("/tickets", "/bills", "/inbox", "/auth/sessions", "/accounts", "/preferences"):
        answer = http(limited).get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "reproof-required"), path
    for method, path in (
        ("patch", "/me"),
        ("post", "/auth/phone-codes"),
        ("post", "/auth/proof-codes"),
        ("post", "/me/phone"),
    ):
        assert http(limited).request(method, path, {}).status_code == 403
    assert "王" not in me.content.decode()


def test_only_the_ways_out_are_open_to_a_limited_login() -> None:
    from api.access import Rule

    opened = set()
    for path, item in {p: v for _, r in api._routers for p, v in r.path_operations.items()}.items():
        for operation in item.operations:
            rule = getattr(operation.view_func, "access", None) or getattr(
                operation.view_func.__wrapped__, "access", None
            )
            if isinstance(rule, Rule) and rule.kind in {"person", "staff"} and rule.limited:
                opened |= {f"{method} {path}" for method in operation.methods}
    assert opened == {
        "GET /me", "POST /auth/reproof", "POST /auth/reauthentication", "DELETE /auth/sessions/{session_id}",
    }  # fmt: skip


def test_the_answer_to_a_limited_login_names_nobody(cast: Cast, moved_clock: Any) -> None:
    from tests.people.logins import last_code

    with moved_clock(SILENCE):
        login.ask_code(phone=cast.wang.phone)
        opened = Http(None).post("/auth/sessions", {"phone": cast.wang.phone, "code": last_code(), "device": DEVICE})
        assert opened.status_code == 201
        body = opened.json()
        assert (body["is_limited"], body["person"]["name"]) == (True, "")
        again = Http(None).post("/auth/refresh", {"refresh_token": body["refresh_token"]}).json()
    assert (again["is_limited"], again["person"]["name"]) == (True, "")
    assert Session.objects.get(device_key="phone-1").is_limited


def test_a_call_for_help_is_heard_but_not_verified(cast: Cast, limited: login.LoggedIn) -> None:
    for credential in (f"Bearer {tokens.access_token(limited.user.id, limited.session.id)}", f"SOS {limited.sos_key}"):
        actor = login.sos_actor(credential)
        assert actor is not None
        raised = raise_alarm(actor, id=uuid7(), kind="sos", home_id=cast.home.id)
        assert raised.incident.identity == "unverified"
    answer = Http(None, Authorization=f"SOS {limited.sos_key}").post(
        "/emergency/alarms", {"id": str(uuid7()), "kind": "sos"}
    )
    assert answer.status_code in {200, 201}
    assert "王" not in answer.content.decode()


def test_whoever_is_new_gets_a_fresh_account_and_the_old_one_keeps_its_home(
    cast: Cast, limited: login.LoggedIn
) -> None:
    answer = http(limited).post("/auth/reproof", {"choice": "new-person"})
    assert answer.status_code == 201
    body = answer.json()
    assert body["person"]["id"] != str(cast.wang.id)
    assert body["is_limited"] is False
    assert "王" not in answer.content.decode()
    former, fresh = User.objects.get(id=cast.wang.id), User.objects.get(id=body["person"]["id"])
    assert former.phone_blind is None
    assert former.name_sealed is not None
    assert Residency.objects.filter(user=former, state="confirmed").count() == 1
    assert bytes(fresh.phone_blind or b"") == phones.blind(cast.wang.phone)
    assert (phone_of(former.id), phone_of(fresh.id)) == ("", cast.wang.phone)
    assert login.session_actor(limited.session.id) is None
    assert login.session_actor(cast.wang.session.id, sos=True) is None
    me = Http(None, Authorization=f"Bearer {body['access_token']}").get("/me").json()
    assert (me["homes"], me["contacts"], me["is_limited"]) == ([], [], False)


def test_the_desk_confirms_the_login_that_was_made_before_its_eyes(cast: Cast, limited: login.LoggedIn) -> None:
    answer = Http(None, Authorization=f"Bearer {_staff_token(cast)}").post(f"/people/{cast.wang.id}/reproof")
    assert (answer.status_code, answer.json()) == (200, {"person_id": str(cast.wang.id)})
    me = http(limited).get("/me").json()
    assert (me["is_limited"], len(me["homes"])) == (False, 1)


def _staff_token(cast: Cast) -> str:
    return cast.community_worker.token()


def test_an_older_strange_login_is_not_confirmed_with_it_but_ends(
    cast: Cast, limited: login.LoggedIn, moved_clock: Any
) -> None:
    with moved_clock(SILENCE + timedelta(hours=2)):
        with pytest.raises(reproof.NoLoginToConfirm):
            reproof.confirm_at_desk(cast.community_worker.actor, person_id=cast.wang.id)
        mine = logged_in(cast.wang.phone, key="her new phone")
        reproof.confirm_at_desk(cast.community_worker.actor, person_id=cast.wang.id)
    assert not Session.objects.get(id=mine.session.id).is_limited
    assert Session.objects.get(id=limited.session.id).revoked_why == "reproof"


def test_a_full_login_has_nothing_to_prove(cast: Cast) -> None:
    answer = Http(cast.wang).post("/auth/reproof", {"choice": "new-person"})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-prove")


def test_the_pages_of_a_limited_login_are_those_of_nobody(cast: Cast, limited: login.LoggedIn) -> None:
    assert web_login.actor_of({web_login.KEY: str(limited.session.id)}).kind == "anonymous"
    holder = web_login.holder_of({web_login.KEY: str(limited.session.id)})
    assert holder is not None
    assert holder.is_limited
    assert not in_a_verb()


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_choices_at_once_one_makes_a_new_person(barrier: Any, moved_clock: Any) -> None:
    cast = Cast()
    _ = cast.wang.session
    with moved_clock(SILENCE):
        limited = logged_in(cast.wang.phone, key="strange")
        actor = login.session_actor(limited.session.id)
        assert actor is not None
        before = User.objects.count()
        results = barrier(100, lambda i: reproof.as_new_person(actor))
    assert sum(isinstance(r, login.LoggedIn) for r in results) == 1
    assert sum(isinstance(r, reproof.NothingToProve) for r in results) == 99
    assert User.objects.count() == before + 1
    assert Notice.objects.filter(person_id=cast.wang.id, topic="phone.detached").count() == 1
    assert not Delivery.objects.filter(topic="phone.detached", channel="sms").exclude(state="skipped").exists()


def test_a_staff_login_in_some_browser_makes_no_phone_known(cast: Cast, moved_clock: Any) -> None:
    assert cast.manager.session.assurance == "mfa"
    Session.objects.filter(id=cast.manager.session.id).update(device_key="web")
    with moved_clock(SILENCE):
        assert logged_in(cast.manager.phone, key="web").session.is_limited


@pytest.mark.django_db(transaction=True)
def test_a_login_waits_for_a_phone_that_is_being_taken_away(barrier: Any) -> None:
    cast = Cast()
    code = asked_code(cast.wang.phone)

    @verb("test.detached")
    def take_away(actor: Actor) -> None:
        detach(User.objects.select_for_update().get(id=cast.wang.id), why="new-person")
        time.sleep(0.6)

    def log_in() -> login.LoggedIn:
        time.sleep(0.3)
        return login.log_in(phone=cast.wang.phone, code=code, device=DEVICE)

    _, opened = barrier(2, lambda i: log_in() if i else take_away(Actor.anonymous()))
    assert opened.user.id != cast.wang.id
    assert not Session.objects.filter(user_id=cast.wang.id, revoked_at=None).exists()
