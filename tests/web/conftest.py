"""A browser's worth of Django client: a session, CSRF checked, in the role that serves people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import Member, as_app
from tests.environment import SHARED, WORKER
from tests.web import site as sites

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium


class Browser:
    """Pages of one person (or of nobody). Forms are sent with the token of the page they were found on."""

    def __init__(self, member: Member | None = None, language: str = "zh-CN") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
        self.token = ""
        if member is not None:
            store = import_module(settings.SESSION_ENGINE).SessionStore()
            store["login"] = str(member.session.id)
            store.save()
            self.client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key

    def get(self, path: str, **options: Any) -> Any:
        with as_app():
            response = self.client.get(path, **options)
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', _text(response)):
            self.token = found[1]
        return response

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> Any:
        data = {"csrfmiddlewaretoken": self.token} | (form or {})
        with as_app():
            return self.client.post(path, data, **options)

    def hx(self, path: str, form: dict[str, Any] | None = None) -> Any:
        """As htmx sends it."""
        return self.post(path, form, headers={"HX-Request": "true", "X-CSRFToken": self.token})


def _text(response: Any) -> str:
    return "" if response.streaming else response.content.decode("utf-8", "replace")


@pytest.fixture
def browser_of() -> Callable[..., Browser]:
    return Browser


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One running demo is enough: the tests that use it run in the same worker."""
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a running demo."""
    with sites.running(SHARED / "sites" / WORKER) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium. Playwright keeps an event loop in this thread: it must end before other modules' tests run."""
    if sites.CHROMIUM is None:
        pytest.skip(sites.MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=sites.CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Chromium, site: str) -> Iterator[Callable[..., sites.Visitor]]:
    """`visitor(viewport=…, language=…)`: a further browser of its own."""
    made: list[sites.Visitor] = []

    def come(**options: Any) -> sites.Visitor:
        made.append(sites.Visitor(chromium, site, **options))
        return made[-1]

    yield come
    for one in made:
        one.context.close()
