"""Every page in a real browser: axe finds nothing serious, nothing overflows, nothing is asked of another site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.site import DESK, Visitor

pytestmark = pytest.mark.browser

PUBLIC = ("/", "/login", "/demo", "/demo/stage", "/demo/messages", "/app/circle")
RESIDENT = ("/app", "/app/sos", "/app/circle?q=药", "/app/bills", "/app/bills?state=paid", "/app/tickets", "/app/tickets/new",
            "/app/tickets/new?category=home-gas", "/app/inbox",
            "/app/homes", "/app/homes/new?place=花园", "/app/family")  # fmt: skip
FIRST = {
    "bill": ("/app/bills", ".bill-why"),
    "ticket": ("/app/tickets", ".item"),
    "service": ("/app/circle", ".places .item"),
}


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def small_targets(page: Page, least: float) -> list[str]:
    """Buttons and fields lower than `least` CSS pixels (links in running text are no targets of their own)."""
    script = """least => [...document.querySelectorAll(
            'button, .button, select, input:not([type=hidden]), textarea, .item, .tabs a')]
        .map(n => (n.matches('.bill-choice input, .choice input, .chip input, .file input, [type=checkbox]') ? n.parentElement : n))
        .filter(n => n.getClientRects().length && n.getBoundingClientRect().height < least - 0.5)
        .map(n => n.outerHTML.slice(0, 120) + ' ' + n.getBoundingClientRect().height)"""
    return list(page.evaluate(script, least))


def looked_at(one: Visitor, paths: tuple[str, ...]) -> list[str]:
    wrong = []
    for path in paths:
        page = one.goes(path)
        wrong += serious(page)
        if wide := overflow(page):
            wrong.append(f"{path} is {wide} px too wide")
    return wrong


def elder(one: Visitor) -> None:
    button = one.page.locator(".switches button[name=elder]")
    if button.get_attribute("value") == "1":
        button.click()
        one.page.wait_for_load_state()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_public_pages_are_accessible(visitor: Callable[..., Visitor], language: str, mode: str) -> None:
    one = visitor(language=language)
    if mode == "elder":
        one.goes("/")
        elder(one)
    assert looked_at(one, PUBLIC) == []
    assert one.strangers == []
    assert one.complaints == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("name", "mode"), [("钱多", "standard"), ("王奶奶", "elder")])
def test_the_residents_pages_are_accessible(
    visitor: Callable[..., Visitor], language: str, name: str, mode: str
) -> None:
    one = visitor(language=language)
    _enter(one, name)
    assert (one.page.locator("html[data-elder]").count() == 1) == (mode == "elder")
    wrong = looked_at(one, RESIDENT)
    for path, link in FIRST.values():
        page = one.goes(path)
        if page.locator(link).count():
            page.locator(link).first.click()
            page.wait_for_load_state()
            wrong += serious(page)
    assert wrong == []
    assert one.strangers == []
    assert one.complaints == []


def _enter(one: Visitor, name: str) -> None:
    one.goes("/demo")
    one.page.locator("form.person", has_text=name).first.get_by_role("button").click()
    one.page.wait_for_load_state()


def test_elder_mode_is_large_enough(visitor: Callable[..., Visitor]) -> None:
    one = visitor()
    _enter(one, "王奶奶")
    size, line = one.page.evaluate(
        "[getComputedStyle(document.body).fontSize, getComputedStyle(document.body).lineHeight]"
    )
    assert float(size[:-2]) >= 18
    assert float(line[:-2]) / float(size[:-2]) >= 1.3
    wrong = []
    for path in RESIDENT:
        one.goes(path)
        wrong += [f"{path} {small}" for small in small_targets(one.page, 60)]
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("许诺", "/desk"),
        ("张罗", "/desk/tickets"),
        ("曹修", "/desk/tickets"),
        ("陶然", "/desk"),
        ("陶然", "/desk/people"),
        ("陶然", "/desk/people/new?place=花园"),
    ],
)
def test_the_desks_are_accessible(visitor: Callable[..., Visitor], language: str, name: str, path: str) -> None:
    one = visitor(viewport=DESK, language=language)
    _enter(one, name)
    page = one.goes(path)
    wrong: list[Any] = serious(page)
    if page.locator("[data-incident]").count():
        page.locator("[data-incident]").first.click()
        page.wait_for_selector("[data-open]")
        wrong += serious(page)
    assert wrong == []
    assert overflow(page) <= 0
    assert one.strangers == []


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_nothing_is_wider_than_the_window(visitor: Callable[..., Visitor], width: int) -> None:
    one = visitor(viewport={"width": width, "height": 800})
    _enter(one, "王奶奶")
    too_wide = {path: overflow(one.goes(path)) for path in (*PUBLIC, *RESIDENT)}
    assert {path: wide for path, wide in too_wide.items() if wide > 0} == {}


def test_the_first_view_is_light(visitor: Callable[..., Visitor]) -> None:
    """Under 100 KB on the wire for a resident's first page."""
    one = visitor()
    _enter(one, "王奶奶")
    sizes: list[int] = []
    fresh = visitor()
    fresh.context.add_cookies(one.context.cookies())  # type: ignore[arg-type]
    fresh.page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    fresh.goes("/app")
    assert 0 < sum(sizes) < 200_000
