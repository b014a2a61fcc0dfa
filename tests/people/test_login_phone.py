"""A person's phone changes: by themselves with both numbers proved, or at the desk after a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.people import login, phone_change, phones
from backend.people.models import Session, User
from backend.people.reading import phone_of
from notifications import addresses
from notifications.notice import Notice
from tests.cast import Cast, Http, Member
from tests.people.logins import DEVICE, last_code, last_text, logged_in, texts

NEW = "13700001111"
NUMBER = phones.normalise(NEW)


def asked(member: Member, phone: str = NEW) -> str:
    """The code that came to the new phone."""
    assert Http(member).post("/auth/phone-codes", {"phone": phone}).status_code == 202
    assert last_text("code.phone")[0] == phones.normalise(phone)
    return last_code()


def change(member: Member, code: str, phone: str = NEW) -> Any:
    return Http(member).post("/me/phone", {"phone": phone, "code": code})


def owner_of(number: str) -> Any:
    return User.objects.filter(phone_blind=phones.blind(number)).values_list("id", flat=True).first()


@pytest.mark.django_db
def test_both_phones_proved_the_new_one_logs_in_and_the_old_one_is_told() -> None:
    cast = Cast()
    other = Session.objects.create(user=cast.wang.user, device_key="x", expires_at=cast.wang.session.expires_at)
    answer = change(cast.wang, asked(cast.wang))
    assert (answer.status_code, answer.json()["phone"]) == (200, "137****1111")
    assert owner_of(NUMBER) == cast.wang.id
    assert owner_of(cast.wang.phone) is None
    assert phone_of(cast.wang.id) == NUMBER
    assert list(Session.objects.filter(user=cast.wang.user, revoked_at=None)) == [cast.wang.session]
    assert Session.objects.get(id=other.id).revoked_why == "phone-changed"
    to, text = last_text("phone.changed.text")
    assert to == cast.wang.phone
    assert "137****1111" in text
    assert NEW not in text
    assert Notice.objects.get(person_id=cast.wang.id, topic="phone.changed").params == {}


@pytest.mark.django_db
def test_the_change_may_be_repeated_and_changes_nothing_more() -> None:
    cast = Cast()
    code = asked(cast.wang)
    assert [change(cast.wang, code).status_code for _ in range(2)] == [200, 200]
    assert texts("phone.changed.text") == 1


@pytest.mark.django_db
def test_a_stale_proof_changes_no_phone(moved_clock: Any) -> None:
    cast = Cast()
    cast.wang.actor.must_be_fresh()
    with moved_clock(timedelta(minutes=16)):
        answer = change(cast.wang, asked(cast.wang))
    assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication-required")


@pytest.mark.django_db
def test_the_code_of_somebody_else_or_of_a_login_makes_no_phone_mine(moved_clock: Any) -> None:
    cast = Cast()
    code = asked(cast.neighbour)
    assert change(cast.wang, code).json()["code"] == "code-expired"
    login.ask_code(phone="13700002222")
    assert change(cast.wang, last_code(), "13700002222").json()["code"] == "code-expired"
    assert phone_of(cast.wang.id) == cast.wang.phone


@pytest.mark.django_db
def test_a_taken_phone_is_named_only_after_it_was_proved() -> None:
    cast = Cast()
    _ = cast.neighbour.session
    assert Http(cast.wang).post("/auth/phone-codes", {"phone": cast.neighbour.phone}).status_code == 202
    code = last_code()
    assert change(cast.wang, "000000" if code != "000000" else "1", cast.neighbour.phone).json()["code"] == "code-wrong"
    answer = change(cast.wang, code, cast.neighbour.phone)
    assert (answer.status_code, answer.json()["code"]) == (409, "phone-taken")
    assert owner_of(cast.neighbour.phone) == cast.neighbour.id
    assert texts("phone.changed.text") == 0


@pytest.mark.django_db
def test_a_phone_of_a_silent_account_moves_and_the_account_stays_without(moved_clock: Any) -> None:
    cast = Cast()
    _ = cast.neighbour.session
    with moved_clock(timedelta(days=91)):
        mine = login.session_actor(logged_in(cast.wang.phone, key="phone-of-wang").session.id)
        Session.objects.filter(user=cast.wang.user).update(is_limited=False)
        mine = login.session_actor(Session.objects.filter(user=cast.wang.user).latest("created_at").id)
        assert mine is not None
        phone_change.ask_code(mine, phone=cast.neighbour.phone)
        phone_change.change(mine, phone=cast.neighbour.phone, code=last_code())
    assert owner_of(cast.neighbour.phone) == cast.wang.id
    silent = User.objects.get(id=cast.neighbour.id)
    assert (silent.phone_blind, silent.state) == (None, "active")
    assert silent.name_sealed is not None
    assert phone_of(silent.id) == ""
    assert not Session.objects.filter(user=silent, revoked_at=None).exists()


@pytest.mark.django_db
def test_one_change_waits_at_a_time(client_for: Callable[..., Http]) -> None:
    cast = Cast()
    path, body = f"/people/{cast.wang.id}/phone", {"phone": NEW, "reason": "丢失"}
    answers = [client_for(cast.manager).post(path, body) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 409]
    assert answers[1].json()["code"] == "phone-change-waiting"
    assert NEW not in answers[0].content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_changes_at_once_one_is_made(barrier: Any) -> None:
    cast = Cast()
    actor = cast.wang.actor
    phone_change.ask_code(actor, phone=NEW)
    code = last_code()
    results = barrier(100, lambda i: phone_change.change(actor, phone=NEW, code=code))
    assert sum(isinstance(r, User) for r in results) >= 1
    assert {type(r) for r in results} <= {User, login.CodeExpired}
    assert texts("phone.changed.text") == 1
    assert addresses.live(cast.wang.id, addresses.SMS).count() == 1


@pytest.mark.django_db
def test_the_new_phone_logs_in_to_the_same_account(moved_clock: Any) -> None:
    cast = Cast()
    change(cast.wang, asked(cast.wang))
    with moved_clock(timedelta(minutes=2)):
        login.ask_code(phone=NEW)
        assert login.log_in(phone=NEW, code=last_code(), device=DEVICE).user.id == cast.wang.id
