"""A real browser: an invitation becomes a login with a passkey, another with an authenticator app."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.people.staff import PASSWORD, code_of
from tests.web.site import Visitor

ZOOMED = {"width": 720, "height": 600}
"""A desk's screen at 200 %."""


def _call(site: str, path: str, body: Any = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(f"{site}{path}", data=data, headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def invitations(site: str) -> dict[str, tuple[str, str]]:
    """Two people, invited with one login of the administrator (a phone gets one code a minute)."""
    people = _call(site, "/demo/people")
    admin = next(one for one in people if any(r["role"] == "admin" for r in one["roles"]))
    _call(site, "/api/v1/auth/codes", {"phone": admin["phone"]})
    code = _call(site, f"/demo/outbox?to={admin['phone'].replace('+', '%2B')}")[0]["code"]
    login = {"phone": admin["phone"], "code": code, "device": {"key": "browser-test"}}
    token = _call(site, "/api/v1/auth/sessions", login)["access_token"]
    made = {}
    for role in ("dispatcher", "manager"):
        scope = next(r["scope"] for one in people for r in one["roles"] if r["role"] == role)
        name = f"hand.{uuid4().hex[:8]}"
        wanted = {"staff_name": name, "name": "新同事", "role": role} | {
            "scope_kind": scope["kind"],
            "scope_id": scope["id"],
        }
        made[role] = name, _call(site, "/api/v1/staff/invitations", wanted, token)["link"]
    return made


def accepts(visitor: Visitor, link: str) -> None:
    """Open the link and set the password."""
    page = visitor.goes(link[link.index("/staff/") :])
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    assert "#" not in page.url
    page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/staff/setup")


def logs_out(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="退出").click()
    visitor.page.wait_for_load_state()


def audit(visitor: Visitor) -> list[Any]:
    """What axe has to say against this page, and whether it needs sideways scrolling."""
    found = Axe().run(visitor.page).response["violations"]
    wide = visitor.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    return [violation["id"] for violation in found] + (["sideways"] if wide else [])


def test_a_passkey_from_the_invitation_to_the_desk_and_alone_the_next_time(
    visitor: Callable[..., Visitor], site: str, chromium: Any, invitations: dict[str, tuple[str, str]]
) -> None:
    one = Visitor(chromium, site.replace("127.0.0.1", "localhost"), viewport=ZOOMED)
    try:
        _, link = invitations["dispatcher"]
        wire = one.context.new_cdp_session(one.page)
        wire.send("WebAuthn.enable")
        key = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        wire.send("WebAuthn.addVirtualAuthenticator", {"options": key})
        accepts(one, link)
        assert audit(one) == []
        one.page.get_by_role("link", name="通行密钥").click()
        assert audit(one) == []
        one.page.get_by_role("button", name="创建通行密钥").click()
        one.page.wait_for_url("**/staff/security/codes")
        assert one.page.locator("[data-recovery]").count() == 10
        assert audit(one) == []
        one.goes("/desk")
        assert one.page.url.endswith("/desk")
        logs_out(one)
        one.goes("/desk")
        assert "/login" in one.page.url
        one.goes("/staff/login")
        assert audit(one) == []
        one.page.get_by_role("button", name="用通行密钥登录").click()
        one.page.wait_for_url("**/desk")
        one.goes("/staff/security")
        assert audit(one) == []
        assert one.complaints == []
        assert one.strangers == []
    finally:
        one.context.close()


def test_an_authenticator_app_from_the_invitation_to_the_desk_and_the_next_login(
    visitor: Callable[..., Visitor], invitations: dict[str, tuple[str, str]]
) -> None:
    one = visitor(viewport=ZOOMED)
    name, link = invitations["manager"]
    accepts(one, link)
    one.page.get_by_role("link", name="验证器应用").click()
    assert audit(one) == []
    secret = one.page.locator("[data-secret]").inner_text().strip()
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert one.page.locator(".totp-picture").evaluate("image => image.complete && image.naturalWidth > 0")
    first = code_of(secret)
    one.page.get_by_label("验证码").fill(first)
    one.page.get_by_role("button", name="继续").click()
    one.page.wait_for_url("**/staff/security/codes")
    spare = one.page.locator("[data-recovery]").first.inner_text().replace(" ", "")
    one.goes("/desk/tickets")
    assert one.page.url.endswith("/desk/tickets")
    logs_out(one)

    page = one.goes("/staff/login")
    page.get_by_label("工号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/staff/2fa")
    assert audit(one) == []
    one.goes("/desk/tickets")
    assert "/login" in one.page.url  # a password alone opens nothing
    page = one.goes("/staff/2fa")
    page.get_by_label("验证码").fill(spare)
    page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/desk/tickets")
    one.goes("/staff/security")
    assert audit(one) == []
    assert one.complaints == []
    assert one.strangers == []
