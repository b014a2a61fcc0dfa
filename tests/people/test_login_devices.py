"""Devices: seen, ended one by one or all at once, and told of when they are new or when an old token comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.people import login, login_proof
from backend.people.actor import ReauthenticationRequired
from backend.people.models import Session
from notifications import addresses, devices
from notifications.notice import Notice
from notifications.streams import StreamEvent
from tests.cast import Cast, Http
from tests.people.logins import DEVICE, PHONE, asked_code, last_code, last_text, logged_in, texts


def with_token(token: str) -> Http:
    return Http(None, Authorization=f"Bearer {token}")


def told(person_id: Any, topic: str) -> int:
    return Notice.objects.filter(person_id=person_id, topic=topic).count()


@pytest.fixture
def three(moved_clock: Any) -> list[login.LoggedIn]:
    """One person's three devices."""
    found = []
    for i in range(3):
        with moved_clock(timedelta(minutes=2 * i - 5)):
            found.append(logged_in(key=f"device-{i}"))
    return found


@pytest.mark.django_db
def test_the_list_shows_each_device_and_which_one_asks(three: list[login.LoggedIn]) -> None:
    items = with_token(three[0].access_token).get("/auth/sessions").json()["items"]
    assert [item["id"] for item in items] == [str(one.session.id) for one in reversed(three)]
    assert items[2] | {"id": "", "created_at": "", "last_seen_at": ""} == {
        "id": "", "device_name": "test", "platform": "android", "created_at": "", "last_seen_at": "", "assurance": "otp",
        "is_current": True,
    }  # fmt: skip
    assert [item["is_current"] for item in items] == [False, False, True]


@pytest.mark.django_db
def test_a_device_that_was_not_seen_for_sixty_days_is_not_listed(three: list[login.LoggedIn], moved_clock: Any) -> None:
    with moved_clock(timedelta(days=40)):
        login.refresh(refresh_token=three[1].refresh_token)
    with moved_clock(timedelta(days=70)):
        actor = login.session_actor(three[1].session.id)
        assert actor is not None
        items = Http(None, Authorization=f"Bearer {fresh_token(three[1])}").get("/auth/sessions").json()["items"]
    assert [item["id"] for item in items] == [str(three[1].session.id)]


def fresh_token(one: login.LoggedIn) -> str:
    from backend.people import tokens

    return tokens.access_token(one.user.id, one.session.id)


@pytest.mark.django_db
def test_ending_all_others_leaves_this_one_alone(three: list[login.LoggedIn]) -> None:
    assert with_token(three[1].access_token).delete("/auth/sessions").status_code == 204
    assert [login.token_actor(one.access_token) is not None for one in three] == [False, True, False]
    assert login.sos_actor(f"SOS {three[0].sos_key}") is None
    with pytest.raises(login.RefreshInvalid):
        login.refresh(refresh_token=three[2].refresh_token)


@pytest.mark.django_db
def test_ending_a_login_ends_pushes_to_its_device_and_tells_the_sockets(three: list[login.LoggedIn]) -> None:
    person = three[0].user.id
    for one in three:
        actor = login.token_actor(one.access_token)
        assert actor is not None
        devices.register_push(
            actor, device_key=one.session.device_key, token=f"token-{one.session.device_key}", platform="ios"
        )
    with_token(three[0].access_token).delete(f"/auth/sessions/{three[1].session.id}")
    assert set(addresses.live_pushes(person).values_list("device_key", flat=True)) == {"device-0", "device-2"}
    assert StreamEvent.objects.filter(channel=f"person:{person}", event="login.ended").count() == 1


@pytest.mark.django_db
def test_a_push_token_stays_while_another_login_of_the_device_holds(moved_clock: Any) -> None:
    first = logged_in()
    with moved_clock(timedelta(minutes=2)):
        second = logged_in()
    actor = login.token_actor(second.access_token)
    assert actor is not None
    devices.register_push(actor, device_key="phone-1", token="token-1", platform="ios")
    login.end_session(actor, session_id=first.session.id)
    assert addresses.live_pushes(second.user.id).count() == 1
    login.end_session(actor, session_id=second.session.id)
    assert addresses.live_pushes(second.user.id).count() == 0


@pytest.mark.django_db
def test_a_person_is_told_of_a_new_device_but_not_of_the_first_or_a_known_one(moved_clock: Any) -> None:
    first = logged_in(key="a")
    assert told(first.user.id, "login.new-device") == 0
    with moved_clock(timedelta(minutes=2)):
        logged_in(key="b")
    assert told(first.user.id, "login.new-device") == 1
    with moved_clock(timedelta(minutes=4)):
        logged_in(key="a")
    assert told(first.user.id, "login.new-device") == 1


@pytest.mark.django_db
def test_a_replayed_token_is_told_by_notice_and_by_sms_without_any_secret(moved_clock: Any) -> None:
    mine = logged_in()
    login.refresh(refresh_token=mine.refresh_token)
    with moved_clock(timedelta(seconds=11)):
        with pytest.raises(login.RefreshInvalid):
            login.refresh(refresh_token=mine.refresh_token)
        with pytest.raises(login.RefreshInvalid):
            login.refresh(refresh_token=mine.refresh_token)
    notice = Notice.objects.get(person_id=mine.user.id, topic="login.reuse")
    assert notice.params == {}
    assert "异常" in notice.text("zh-CN")
    assert texts("login.reuse.text") == 1
    phone, text = last_text("login.reuse.text")
    assert phone == f"+86{PHONE}"
    assert not any(c.isdigit() for c in text)


@pytest.mark.django_db
def test_a_code_to_ones_own_phone_makes_the_proof_fresh(moved_clock: Any) -> None:
    cast = Cast()
    cast.wang.actor.must_be_fresh()
    with moved_clock(timedelta(minutes=16)):
        stale = cast.wang.actor
        with pytest.raises(ReauthenticationRequired):
            stale.must_be_fresh()
        assert Http(cast.wang).post("/auth/proof-codes").status_code == 202
        assert last_text()[0] == cast.wang.phone
        code = last_code()
        with pytest.raises(login.CodeExpired):
            login_proof.prove(cast.neighbour.actor, code=code)
        assert login_proof.prove(stale, code=code).id == cast.wang.session.id
        found = login.session_actor(cast.wang.session.id)
        assert found is not None
        found.must_be_fresh()


@pytest.mark.django_db
def test_a_login_code_proves_nothing_and_a_proof_opens_no_login() -> None:
    cast = Cast()
    login.ask_code(phone=cast.wang.phone)
    code = last_code()
    with pytest.raises(login.CodeExpired):
        login_proof.prove(cast.wang.actor, code=code)
    login_proof.ask_code(cast.wang.actor)
    proof = last_code()
    with pytest.raises(login.CodeWrong if proof != code else Exception):
        login.log_in(phone=cast.wang.phone, code=proof, device=DEVICE)


@pytest.mark.django_db
def test_a_proof_of_one_login_is_no_proof_of_another() -> None:
    cast = Cast()
    login_proof.ask_code(cast.wang.actor)
    code = last_code()
    second = Session.objects.create(user=cast.wang.user, device_key="other", expires_at=cast.wang.session.expires_at)
    other = login.session_actor(second.id)
    assert other is not None
    with pytest.raises(login.CodeExpired):
        login_proof.prove(other, code=code)


@pytest.mark.django_db
def test_somebody_without_a_phone_is_sent_to_the_desk(client_for: Callable[..., Http]) -> None:
    cast = Cast()
    addresses.Address.objects.filter(person_id=cast.wang.id).delete()
    answer = client_for(cast.wang).post("/auth/proof-codes")
    assert (answer.status_code, answer.json()["code"]) == (409, "no-phone")


@pytest.mark.django_db
def test_another_login_at_the_same_minute_needs_no_waiting_for_a_proof() -> None:
    mine = login.log_in(phone=PHONE, code=asked_code(), device=DEVICE)
    actor = login.token_actor(mine.access_token)
    assert actor is not None
    login_proof.ask_code(actor)
