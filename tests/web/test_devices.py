"""The page of devices: seen, ended, and a phone that the desk wants to change is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.people import phone_change_desk
from backend.people.models import PhoneChange, Session
from tests.cast import Cast
from tests.web.conftest import Browser
from web.resident.inbox import page_of

pytestmark = pytest.mark.django_db(transaction=True)


def another(cast: Cast, name: str) -> Session:
    return Session.objects.create(
        user=cast.wang.user, device_key=name, device_name=name, expires_at=cast.wang.session.expires_at
    )


def test_devices_are_ended_one_by_one_and_all_others_at_once(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    rows = [another(cast, name) for name in ("平板", "旧手机", "电视")]
    foreign = cast.neighbour.session
    page = browser.get("/app/devices").content.decode()
    assert all(row.device_name in page for row in rows)
    assert "本机" in page
    assert browser.post(f"/app/devices/{rows[0].id}/end")["Location"] == "/app/devices"
    assert browser.post(f"/app/devices/{foreign.id}/end")["Location"] == "/app/devices"
    assert "平板" not in browser.get("/app/devices").content.decode()
    browser.post("/app/devices/end")
    assert list(Session.objects.filter(user=cast.wang.user, revoked_at=None)) == [cast.wang.session]
    assert Session.objects.get(id=foreign.id).revoked_at is None


def test_a_change_that_the_desk_asked_for_is_shown_and_refused(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    phone_change_desk.ask_at_desk(
        cast.community_worker.actor, person_id=cast.wang.id, phone="13700001111", reason="丢失"
    )
    browser = browser_of(cast.wang)
    page = browser.get("/app/devices").content.decode()
    assert "保持原号" in page
    assert "13700001111" not in page
    assert browser.post("/app/devices/refuse-phone")["Location"] == "/app/devices"
    assert PhoneChange.objects.get().state == "refused"
    assert "保持原号" not in browser.get("/app/devices").content.decode()


def test_notices_of_logins_lead_to_the_page() -> None:
    assert page_of("/api/v1/auth/sessions") == "/app/devices"
