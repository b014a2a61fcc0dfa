"""Login by code on the pages; the phone never stands in an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.env import env
from backend.people.models import Session
from notifications import outbox
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that codes fill the outbox."""
    monkeypatch.setattr(env, "demo", True)


def code_for(phone: str) -> str:
    return next(one.code for one in outbox.recent(phone) if one.code)


@pytest.mark.urls("tests.web.demo_urls")
def test_a_code_opens_a_session_and_returns_to_the_page(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of()
    browser.get("/login?next=/app/bills")
    sent = browser.post("/login", {"phone": cast.wang.phone, "next": "/app/bills"})
    assert sent["Location"] == "/login/code"
    browser.get("/login/code")
    entered = browser.post("/login/code", {"code": code_for(cast.wang.phone)})
    assert entered["Location"] == "/app/bills"
    assert entered.cookies["yike_sos"]["path"] == "/app/sos"
    assert browser.get("/app/bills").status_code == 200
    assert browser.post("/logout").status_code == 302
    assert not Session.objects.filter(user=cast.wang.user, platform="web", revoked_at=None).exists()
    assert browser.get("/app/bills").status_code == 302


@pytest.mark.urls("tests.web.demo_urls")
def test_a_wrong_code_and_a_bad_phone_are_said_in_words(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of()
    browser.get("/login")
    assert browser.post("/login", {"phone": "12"}).status_code == 422
    browser.post("/login", {"phone": cast.wang.phone})
    browser.get("/login/code")
    wrong = browser.post("/login/code", {"code": "000000" if code_for(cast.wang.phone) != "000000" else "111111"})
    assert wrong.status_code == 422
    assert "验证码不正确" in wrong.content.decode()
