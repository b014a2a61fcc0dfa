"""What a browser is told to forbid, and what a forged request meets."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings

from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
PAGES = ("/", "/login", "/app", "/app/bills", "/app/tickets/new?category=home-gas", "/app/circle")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_no_inline_script_or_style(cast: Cast, browser_of: Callable[..., Browser], path: str) -> None:
    response = browser_of(cast.wang).get(path)
    page = response.content.decode()
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == []
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' ws://testserver;" in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", page) == []


def test_the_session_cookie_is_for_http_only(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/sos")
    browser.post("/preferences", {"elder": "1", "next": "/app"})
    cookie = browser.client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "path", ["/app/sos", "/app/tickets/new", "/logout", "/preferences", "/socket-token", "/app/bills/pay", "/desk/duty"]
)
def test_a_form_without_its_token_is_refused(cast: Cast, browser_of: Callable[..., Browser], path: str) -> None:
    browser = browser_of(cast.wang)
    browser.token = ""
    assert browser.post(path).status_code == 403


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "http://testserver//evil.example",
        "http://testserver/\\evil.example",
        "///evil.example",
        "",
    ],
)
def test_no_redirect_leaves_the_site(browser_of: Callable[..., Browser], db: None, target: str) -> None:
    browser = browser_of()
    page = browser.get("/login", data={"next": target})
    assert 'name="next" value="/app"' in page.content.decode()
    response = browser.post("/preferences", {"language": "en", "next": target})
    assert response.status_code == 302
    assert response["Location"] == "/"


@pytest.mark.parametrize("path", ["/app", "/app/bills", "/app/tickets", "/app/inbox", "/desk", "/desk/tickets"])
def test_a_suspended_person_opens_no_page_and_gets_no_token(
    cast: Cast, browser_of: Callable[..., Browser], path: str
) -> None:
    browser = browser_of(cast.dispatcher)
    browser.get("/")
    type(cast.dispatcher.user).objects.filter(id=cast.dispatcher.id).update(state="suspended")
    assert browser.get(path)["Location"].startswith("/login")
    assert browser.post("/socket-token").status_code in (401, 403)
    assert browser.get("/app/sos").status_code == 200


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(
    cast: Cast, browser_of: Callable[..., Browser]
) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/tickets/new?category=home-gas")
    assert browser.post("/app/tickets/new", CONTENT_LENGTH=str(1 << 30)).status_code == 413


def test_an_unknown_address_is_a_page_in_the_readers_language(browser_of: Callable[..., Browser], db: None) -> None:
    response = browser_of(language="en").get("/nothing/here")
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_the_demo_does_not_exist_where_no_demo_runs(browser_of: Callable[..., Browser], db: None) -> None:
    for path in ("/demo", "/demo/people", "/demo/outbox", "/demo/devices", "/demo/stage", "/demo/as/desk/app"):
        assert browser_of().get(path).status_code == 404


def test_the_token_of_a_page_is_only_for_who_is_logged_in(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/sos")
    assert browser.hx("/socket-token").json()["access_token"].count(".") == 2
    stranger = browser_of()
    stranger.get("/login")
    assert stranger.hx("/socket-token").status_code == 401
