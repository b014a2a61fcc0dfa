"""Every page opens for whom it is meant, in both languages and both modes, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.tickets.categories import all_categories
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db

RESIDENT_PAGES = ("/app", "/app/sos", "/app/circle", "/app/bills", "/app/bills?state=paid", "/app/tickets", "/app/tickets/new",
                  "/app/tickets/new?category=home-gas", "/app/inbox", "/app/alarm?seen=other", "/app/unread")  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", ["/", "/login", "/app/circle"])
def test_anybody_opens_the_public_pages(browser_of: Callable[..., Browser], db: None, path: str, language: str) -> None:
    response = browser_of(language=language).get(path)
    assert response.status_code == 200
    assert response["Content-Language"] == language[:2] + ("-CN" if language.startswith("zh") else "")


@pytest.mark.parametrize("elder", ["0", "1"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", RESIDENT_PAGES)
def test_a_resident_opens_her_pages(
    cast: Cast, browser_of: Callable[..., Browser], path: str, language: str, elder: str
) -> None:
    browser = browser_of(cast.wang, language)
    browser.get("/app/sos")
    browser.post("/preferences", {"elder": elder, "next": "/app"})
    response = browser.get(path)
    assert response.status_code == 200
    if not path.startswith(("/app/alarm", "/app/unread")):
        assert ("data-elder" in response.content.decode()) == (elder == "1")


@pytest.mark.parametrize("code", sorted(all_categories()))
def test_every_category_has_its_form(cast: Cast, browser_of: Callable[..., Browser], code: str) -> None:
    for language in ("zh-CN", "en"):
        assert browser_of(cast.wang, language).get(f"/app/tickets/new?category={code}").status_code == 200


@pytest.mark.parametrize("path", ["/app", "/app/bills", "/app/tickets", "/app/inbox", "/desk", "/desk/tickets"])
def test_nobody_is_sent_to_the_login_and_back(browser_of: Callable[..., Browser], db: None, path: str) -> None:
    response = browser_of().get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/login?next={path}"


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("dispatcher", "/desk", 200),
        ("second_dispatcher", "/desk", 200),
        ("community_worker", "/desk", 200),
        ("manager", "/desk", 302),
        ("manager", "/desk/tickets", 200),
        ("technician", "/desk/tickets?mine=1", 200),
        ("wang", "/desk", 403),
        ("wang", "/desk/tickets", 403),
        ("dispatcher", "/desk/tickets", 403),
    ],
)
def test_a_desk_opens_by_role(cast: Cast, browser_of: Callable[..., Browser], who: str, path: str, status: int) -> None:
    assert browser_of(cast[who]).get(path).status_code == status
