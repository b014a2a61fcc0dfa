"""A change of the phone at the desk: it waits a day, the old phone may refuse, and the desk learns nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core import due
from backend.core.errors import Forbidden, NotFound
from backend.people import phone_change_desk
from backend.people.login_sessions import sos_actor
from backend.people.models import PhoneChange, RoleGrant, Session
from backend.people.reading import phone_of
from notifications.notice import Notice
from tests.cast import Cast, Http
from tests.people.logins import last_text
from tests.people.test_login_phone import NEW, NUMBER, asked, change, owner_of

LATER = timedelta(hours=24, minutes=1)


def ask_desk(cast: Cast, **changes: Any) -> PhoneChange:
    given = {"person_id": cast.wang.id, "phone": NEW, "reason": "手机丢失"} | changes
    return phone_change_desk.ask_at_desk(cast.community_worker.actor, **given)


def run_due() -> int:
    return due.loops()["phone-changes"].drain()


@pytest.mark.django_db
def test_a_change_at_the_desk_waits_a_day_and_tells_the_old_phone(moved_clock: Any) -> None:
    cast = Cast()
    _ = cast.wang.session
    row = ask_desk(cast)
    assert NEW.encode() not in bytes(row.phone_sealed)
    assert "丢失".encode() not in bytes(row.reason_sealed or b"")
    assert last_text("phone.change-asked.text")[0] == cast.wang.phone
    with moved_clock(timedelta(hours=23)):
        assert run_due() == 0
    with moved_clock(LATER):
        assert run_due() == 1
        assert run_due() == 0
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("done", None)
    assert owner_of(NUMBER) == cast.wang.id
    assert not Session.objects.filter(user=cast.wang.user, revoked_at=None).exists()


@pytest.mark.django_db
def test_the_old_phone_refuses_and_nothing_happens(moved_clock: Any) -> None:
    cast = Cast()
    ask_desk(cast)
    answer = Http(cast.wang).post("/me/phone-change/refuse")
    assert (answer.status_code, answer.json()["state"]) == (200, "refused")
    again = Http(cast.wang).post("/me/phone-change/refuse")
    assert (again.status_code, again.json()["code"]) == (404, "no-phone-change")
    with moved_clock(LATER):
        assert run_due() == 0
    assert phone_of(cast.wang.id) == cast.wang.phone
    ask_desk(cast)


@pytest.mark.django_db
def test_the_desk_never_learns_whose_phone_it_is_and_a_taken_one_is_not_given(moved_clock: Any) -> None:
    cast = Cast()
    ask_desk(cast, phone=cast.neighbour.phone)
    with moved_clock(LATER):
        Session.objects.create(user=cast.neighbour.user, device_key="n", expires_at=cast.wang.session.expires_at)
        run_due()
    assert PhoneChange.objects.get().state == "refused"
    assert owner_of(cast.neighbour.phone) == cast.neighbour.id
    assert phone_of(cast.wang.id) == cast.wang.phone
    assert Notice.objects.filter(person_id=cast.wang.id, topic="phone.change-ended").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["other_community_worker", "other_company_manager", "ended_company_manager"])
def test_a_desk_changes_phones_of_its_own_people_only(who: str) -> None:
    cast = Cast()
    with pytest.raises(NotFound):
        phone_change_desk.ask_at_desk(cast[who].actor, person_id=cast.wang.id, phone=NEW, reason="x")
    for pending in (cast.pending, cast.ended_tenant):  # a claim is no home
        with pytest.raises(NotFound):
            ask_desk(cast, person_id=pending.id)


@pytest.mark.django_db
def test_staff_change_nobodys_phone_by_a_phone_login_nor_their_own() -> None:
    cast = Cast()
    cast.community_worker.assurance = "otp"
    with pytest.raises(Forbidden):
        ask_desk(cast)
    RoleGrant.objects.create(
        user=cast.wang.user, role="community_worker", scope_kind="community", scope_id=cast.community.id
    )
    with pytest.raises(Forbidden):
        phone_change_desk.ask_at_desk(cast.wang.actor, person_id=cast.wang.id, phone=NEW, reason="x")


@pytest.mark.django_db
def test_a_change_of_ones_own_ends_what_waits_at_the_desk(moved_clock: Any) -> None:
    cast = Cast()
    ask_desk(cast, phone="13700009999")
    assert change(cast.wang, asked(cast.wang)).status_code == 200
    with moved_clock(LATER):
        assert run_due() == 0
    assert phone_of(cast.wang.id) == NUMBER


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_desks_at_once_one_asks_and_a_refusal_meets_the_change_only_once(
    barrier: Any, moved_clock: Any
) -> None:
    cast = Cast()
    actor, own = cast.community_worker.actor, cast.wang.actor
    ask = {"person_id": cast.wang.id, "phone": NEW, "reason": "x"}
    results = barrier(100, lambda i: phone_change_desk.ask_at_desk(actor, **ask))
    assert sum(isinstance(r, PhoneChange) for r in results) == 1
    assert sum(isinstance(r, phone_change_desk.ChangeWaiting) for r in results) == 99
    row = PhoneChange.objects.get()
    with moved_clock(LATER):
        mixed = barrier(100, lambda i: phone_change_desk.execute(row) if i % 2 else phone_change_desk.refuse(own))
    row.refresh_from_db()
    refused = sum(isinstance(r, PhoneChange) for r in mixed)
    assert (row.state, refused) in {("done", 0), ("refused", 1)}
    assert phone_of(cast.wang.id) == (NUMBER if row.state == "done" else cast.wang.phone)


@pytest.mark.django_db
def test_a_change_that_no_code_proved_takes_no_number_however_long_its_account_was_silent(moved_clock: Any) -> None:
    cast = Cast()
    silent = cast.neighbour
    key = silent.sos_key()
    with moved_clock(timedelta(days=91)):
        ask_desk(cast, phone=silent.phone)
    with moved_clock(timedelta(days=92, minutes=1)):
        assert run_due() == 1
    assert PhoneChange.objects.get().state == "refused"
    assert (owner_of(silent.phone), phone_of(silent.id)) == (silent.id, silent.phone)
    assert sos_actor(f"SOS {key}") is not None
    assert phone_of(cast.wang.id) == cast.wang.phone
    told = Notice.objects.filter(topic__in=["phone.change-ended", "phone.change-not-made"])
    assert {one.person_id for one in told} == {cast.wang.id, cast.community_worker.id}


@pytest.mark.django_db
def test_the_desk_hears_the_same_of_a_refusal_as_of_a_phone_that_is_taken() -> None:
    cast = Cast()
    ask_desk(cast)
    phone_change_desk.refuse(cast.wang.actor)
    notice = Notice.objects.get(person_id=cast.community_worker.id, topic="phone.change-not-made")
    assert notice.params == {}
