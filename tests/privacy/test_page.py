"""The privacy page: plain forms, both languages, a proof before what cannot be undone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core import jobs
from backend.people import consents, purposes, reveal
from backend.people.models import Session, User
from notifications.deliveries import Delivery
from notifications.sms import opened
from tests.cast import Cast, Http
from tests.web.conftest import Browser, browser_of

__all__ = ["browser_of"]
pytestmark = pytest.mark.django_db(transaction=True)
Browsers = Callable[..., Browser]


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_purpose_has_its_own_form(cast: Cast, browser_of: Browsers, language: str) -> None:
    page = text(browser_of(cast.wang, language).get("/app/privacy"))
    for purpose in purposes.PURPOSES.values():
        assert purpose.title(language) in page
        assert f"/app/privacy/consents/{purpose.code}" in page
    assert "http-equiv" not in page


def test_a_consent_is_given_and_withdrawn_by_a_plain_form(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/privacy")
    said = browser.post("/app/privacy/consents/health", {"version": "2026-11", "given": "1"})
    assert said["Location"] == "/app/privacy"
    assert consents.holds(cast.wang.id, "health")
    Http(cast.wang).patch("/me", {"care_notes": "糖尿病"})
    browser.post("/app/privacy/consents/health", {"version": "2026-11", "given": "0"})
    assert User.objects.get(id=cast.wang.id).care_notes_sealed is None
    assert "已记录。相关资料已删除。" in text(browser.get("/app/privacy"))


def test_care_notes_are_written_and_emptied_on_the_page(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of(cast.wang)
    assert 'name="care_notes"' not in text(browser.get("/app/privacy"))
    browser.post("/app/privacy/consents/health", {"version": "2026-11", "given": "1"})
    assert 'name="care_notes"' in text(browser.get("/app/privacy"))
    browser.post("/app/privacy/care-notes", {"care_notes": "左耳听不见"})
    assert "左耳听不见" in text(browser.get("/app/privacy"))
    browser.post("/app/privacy/care-notes", {"care_notes": ""})
    assert User.objects.get(id=cast.wang.id).care_notes_sealed is None


def test_the_page_tells_who_looked_and_why(cast: Cast, browser_of: Browsers) -> None:
    reveal.reveal(cast.manager.actor, person_id=cast.wang.id, fields=["phone"], reason="repair")
    page = text(browser_of(cast.wang).get("/app/privacy"))
    for words in ("工作人员manager", "物业经理", "演示物业公司", "手机号", "处理报修"):
        assert words in page
    assert "工作人员manager" not in text(browser_of(cast.neighbour).get("/app/privacy"))


def test_the_copy_is_prepared_and_fetched(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/privacy")
    assert browser.post("/app/privacy/copy")["Location"] == "/app/privacy#copy"
    assert "正在准备" in text(browser.get("/app/privacy"))
    assert browser.get("/app/privacy/copy.zip").status_code == 404
    jobs.LOOP.drain()
    assert "/app/privacy/copy.zip" in text(browser.get("/app/privacy"))
    answer = browser.get("/app/privacy/copy.zip")
    assert "people/me.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_closing_says_what_goes_and_what_stays(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of(cast.wang)
    page = text(browser.get("/app/privacy/close"))
    assert "会删除的" in page
    assert "操作日志" in page
    assert re.search(r"保留到 20\d\d-\d\d-\d\d", page)
    assert "请先勾选" in text(browser.post("/app/privacy/close"))
    assert browser.post("/app/privacy/close", {"sure": "1"})["Location"] == "/"
    assert "正在注销" in text(browser.get("/"))
    jobs.LOOP.drain()
    assert User.objects.get(id=cast.wang.id).state == "erased"


def test_closing_names_what_stands_in_the_way(cast: Cast, browser_of: Browsers) -> None:
    page = text(browser_of(cast.dispatcher).get("/app/privacy/close"))
    assert "您仍担任工作人员，请先交接" in page
    assert 'name="sure"' not in page


def test_a_stale_login_proves_itself_by_a_code_first(
    cast: Cast, browser_of: Browsers, moved_clock: Callable[..., Any]
) -> None:
    browser = browser_of(cast.wang)
    with moved_clock(timedelta(minutes=20)):
        away = browser.get("/app/privacy/close")
        assert away["Location"] == "/app/proof?next=/app/privacy/close"
        browser.get(away["Location"])
        assert "验证码" in text(browser.post("/app/proof", {"act": "send", "next": "/app/privacy/close"}))
        code = "".join(c for c in opened(Delivery.objects.filter(channel="sms").latest("at"))[1] if c.isdigit())[:6]
        wrong = "000000" if code != "000000" else "111111"
        assert browser.post("/app/proof", {"act": "prove", "code": wrong, "next": "/app"}).status_code == 422
        done = browser.post("/app/proof", {"act": "prove", "code": code, "next": "/app/privacy/close"})
        assert done["Location"] == "/app/privacy/close"
        assert "会删除的" in text(browser.get("/app/privacy/close"))
    assert Session.objects.get(id=cast.wang.session.id).authenticated_at > cast.wang.session.authenticated_at


@pytest.mark.parametrize("path", ["/app/privacy", "/app/privacy/close", "/app/privacy/copy.zip", "/app/proof"])
def test_nobody_else_gets_in(browser_of: Browsers, path: str) -> None:
    assert browser_of(None).get(path)["Location"].startswith("/login")


def test_the_proof_leads_back_to_this_site_only(cast: Cast, browser_of: Browsers) -> None:
    page = text(browser_of(cast.wang).get("/app/proof?next=https://evil.example/"))
    assert page.count('name="next" value="/app/privacy"') == 1
