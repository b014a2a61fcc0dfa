"""The page of a number that was silent for long: nothing of the account, two ways out, and help always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from backend.people.models import Session, User
from tests.cast import Cast
from tests.people.logins import last_code
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doubted(cast: Cast, browser_of: Callable[..., Browser], moved_clock: Any) -> Iterator[Browser]:
    """A browser that logged in with 王奶奶's number after 91 days of silence; the clock stays there."""
    _ = cast.wang.session
    with moved_clock(timedelta(days=91)):
        browser = browser_of()
        browser.get("/login")
        browser.post("/login", {"phone": cast.wang.phone})
        browser.get("/login/code")
        entered = browser.post("/login/code", {"code": last_code()})
        assert entered["Location"] == "/login/reproof"
        yield browser


def test_the_page_names_nobody_and_every_other_page_leads_to_it(doubted: Browser) -> None:
    page = doubted.get("/login/reproof")
    assert page.status_code == 200
    for text in ("王", "101", "演示一号院"):
        assert text not in page.content.decode()
    for path in ("/app", "/app/bills", "/app/inbox", "/app/tickets"):
        assert doubted.get(path)["Location"] == "/login/reproof"
    assert "王" not in doubted.get("/").content.decode()
    assert doubted.get("/login/reproof", headers={"accept-language": "en"}).status_code == 200


def test_whoever_is_new_goes_on_with_an_account_of_their_own(cast: Cast, doubted: Browser) -> None:
    doubted.get("/login/reproof")
    assert doubted.post("/login/reproof", {"choice": "something"}).status_code == 422
    assert doubted.post("/login/reproof", {"choice": "new-person"})["Location"] == "/app"
    assert "王" not in doubted.get("/app").content.decode()
    assert User.objects.get(id=cast.wang.id).phone_blind is None
    assert doubted.get("/login/reproof")["Location"] == "/app"


def test_logging_out_ends_the_doubted_login_on_the_server(cast: Cast, doubted: Browser) -> None:
    doubted.get("/login/reproof")
    doubted.post("/logout")
    assert not Session.objects.filter(user=cast.wang.user, is_limited=True, revoked_at=None).exists()
    assert doubted.get("/login/reproof")["Location"] == "/login"


def test_a_browser_is_known_again_at_its_next_login(
    cast: Cast, browser_of: Callable[..., Browser], moved_clock: Any
) -> None:
    browser = browser_of()
    for days in (0, 100):
        with moved_clock(timedelta(days=days)):
            browser.get("/login")
            browser.post("/login", {"phone": cast.wang.phone})
            browser.get("/login/code")
            entered = browser.post("/login/code", {"code": last_code()})
            assert entered["Location"] == "/app"
            browser.post("/logout")
    keys = set(Session.objects.filter(user=cast.wang.user, platform="web").values_list("device_key", flat=True))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
