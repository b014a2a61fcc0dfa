"""The demo: be anybody, two people in one browser, and a dispatcher who is really gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from backend.core.ids import uuid7
from backend.env import env
from backend.people import duty
from backend.people.models import Duty, Session, User
from notifications import outbox, presence
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.web.demo_urls")]


@pytest.fixture(autouse=True)
def demo(monkeypatch: pytest.MonkeyPatch, settings: Any, cast: Cast) -> None:
    monkeypatch.setattr(env, "demo", True)
    middleware = [
        "web.demo_sessions.DemoSessionMiddleware" if name.endswith("SessionMiddleware") else name
        for name in _middleware()
    ]
    settings.MIDDLEWARE = middleware
    User.objects.update(is_demo=True)


def _middleware() -> list[str]:
    return list(settings.MIDDLEWARE)


def test_one_click_is_a_login(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of()
    browser.get("/demo")
    assert browser.post("/demo/enter", {"person": str(cast.dispatcher.id)})["Location"] == "/desk"
    assert browser.get("/desk").status_code == 200
    assert browser.post("/demo/enter", {"person": str(cast.wang.id)})["Location"] == "/app"
    assert browser.post("/demo/enter", {"person": str(uuid7())}).status_code == 302


def test_who_is_no_demo_person_cannot_be_entered(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    User.objects.filter(id=cast.admin.id).update(is_demo=False)
    browser = browser_of()
    browser.get("/demo")
    browser.post("/demo/enter", {"person": str(cast.admin.id)})
    assert browser.get("/app").status_code == 302


def test_each_frame_has_its_own_person(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of()
    browser.get("/demo")
    browser.post("/demo/enter", {"person": str(cast.neighbour.id)})
    for slug, member in (("desk", cast.dispatcher), ("phone", cast.wang)):
        browser.get(f"/demo/as/{slug}/demo")
        answer = browser.post(f"/demo/as/{slug}/demo/enter", {"person": str(member.id)})
        assert answer["Location"].startswith(f"/demo/as/{slug}/")
        cookie = answer.cookies[f"{settings.SESSION_COOKIE_NAME}_{slug}"]
        assert (cookie["path"], cookie["httponly"]) == (f"/demo/as/{slug}/", True)
        assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert "王奶奶" in browser.get("/demo/as/phone/app").content.decode()
    assert 'href="/demo/as/phone/app/bills"' in browser.get("/demo/as/phone/app").content.decode()
    assert browser.get("/demo/as/desk/desk").status_code == 200
    assert "邻居甲" in browser.get("/app").content.decode()


def test_a_silenced_dispatcher_is_gone_from_every_desk(cast: Cast) -> None:
    from web.demo import actions

    duty.start(cast.dispatcher.actor, division_id=cast.community.id)
    login = actions.enter_as(cast.wang.actor, person_id=cast.dispatcher.id)
    actions.silence(cast.wang.actor, person_id=cast.dispatcher.id)
    assert not Duty.objects.filter(user=cast.dispatcher.user, ended_at=None).exists()
    assert Session.objects.get(id=login.session.id).revoked_at is not None
    assert presence.present(cast.community.id) == []


def test_the_json_says_who_there_is(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    people = browser_of().get("/demo/people").json()
    wang = next(one for one in people if one["name"] == "王奶奶")
    assert wang["phone"] == cast.wang.phone
    assert wang["home_id"] == str(cast.home.id)
    assert wang["roles"] == [
        {"role": "resident", "scope": {"id": str(cast.compound.id), "kind": "compound", "name": "演示一号院"}}
    ]
    dispatcher = next(one for one in people if one["id"] == str(cast.dispatcher.id))
    assert dispatcher["roles"][0]["role"] == "dispatcher"
    assert dispatcher["roles"][0]["scope"]["kind"] == "community"


def test_the_json_says_what_would_have_gone_out(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    outbox.write("sms", cast.wang.phone, "验证码 123456", code="123456")
    outbox.write("sms", cast.neighbour.phone, "另一条")
    (one,) = browser_of().get(f"/demo/outbox?to={cast.wang.phone.replace('+', '%2B')}").json()
    assert (one["channel"], one["to"], one["code"]) == ("sms", cast.wang.phone, "123456")
    assert len(browser_of().get("/demo/outbox").json()) == 2
    assert browser_of().get("/demo/devices").json() == []


def test_a_tap_for_no_payment_is_told_so(browser_of: Callable[..., Browser]) -> None:
    browser = browser_of()
    browser.token = ""
    assert browser.post(f"/demo/sandbox/authorize/{uuid7()}").status_code == 404
    assert browser.post(f"/demo/sandbox/authorize/{uuid7()}?outcome=perhaps").status_code == 422
