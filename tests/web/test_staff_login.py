"""The staff's pages: two steps to the desk, a first factor before anything else, fresh proofs, sessions, the back office."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session as PageSession

from backend.people.models import Session
from tests.cast import Cast, Http, Member
from tests.people.staff import PASSWORD, code_of, with_app, with_password
from tests.web.conftest import Browser
from web.forgetting import forget_expired
from web.office.site import columns, office

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(member: Member, secret: str = "") -> Browser:
    """By password and, with a secret, by the app's code."""
    browser = Browser()
    browser.get("/staff/login")
    answer = browser.post("/staff/login", {"login": str(member.user.staff_name), "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    if secret:
        assert answer["Location"] == "/staff/2fa"
        browser.get("/staff/2fa")
        answer = browser.post("/staff/2fa", {"code": code_of(secret)})
        assert answer.status_code == 302, answer.content.decode()
    return browser


def test_password_and_code_open_the_desk_with_mfa(cast: Cast) -> None:
    with_password(cast.manager)
    browser = log_in(cast.manager, with_app(cast.manager))
    assert browser.get("/desk/tickets").status_code == 200
    assert Session.objects.get(user=cast.manager.user, platform="web").assurance == "mfa"
    page = browser.get("/staff/security").content.decode()
    assert "staff.manager" in page


def test_a_password_alone_opens_neither_desk_nor_security(cast: Cast) -> None:
    with_password(cast.manager)
    with_app(cast.manager)
    browser = log_in(cast.manager)
    for path in ("/desk/tickets", "/staff/security", "/staff/security/codes", "/staff/security/password", "/office/"):
        assert browser.get(path).status_code == 302, path
    assert browser.get("/staff/security/app").status_code == 302
    assert not Session.objects.filter(user=cast.manager.user).exists()


def test_without_a_factor_there_is_only_the_way_to_one(cast: Cast) -> None:
    with_password(cast.manager)
    browser = log_in(cast.manager)
    assert browser.get("/staff/setup").status_code == 200
    for path in ("/desk/tickets", "/staff/security", "/staff/security/codes", "/office/"):
        assert browser.get(path).status_code == 302, path
    page = browser.get("/staff/security/app").content.decode()
    secret = re.search(r"data-secret>([A-Z2-7]+)<", page)
    assert secret
    answer = browser.post("/staff/security/app", {"code": code_of(secret[1])})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/security/codes")
    shown = browser.get("/staff/security/codes").content.decode()
    assert len(re.findall("data-recovery", shown)) == 10
    assert "data-recovery" not in browser.get("/staff/security/codes").content.decode()  # shown once
    assert browser.get("/desk/tickets").status_code == 200


def test_a_wrong_code_is_said_in_words_and_the_fifth_is_the_last(cast: Cast) -> None:
    with_password(cast.manager)
    secret = with_app(cast.manager)
    browser = log_in(cast.manager)
    browser.get("/staff/2fa")
    for _ in range(5):
        answer = browser.post("/staff/2fa", {"code": "000000"})
        assert "验证码不正确" in answer.content.decode()
    browser.post("/staff/2fa", {"code": code_of(secret)})
    assert browser.get("/desk/tickets").status_code == 302


def test_an_unfinished_login_is_begun_again_as_somebody_else(cast: Cast) -> None:
    with_password(cast.manager)
    with_app(cast.manager)
    browser = log_in(cast.manager)
    assert browser.get("/staff/login")["Location"] == "/staff/2fa"
    browser.get("/staff/2fa")
    assert browser.post("/staff/again")["Location"] == "/staff/login"
    assert browser.get("/staff/login").status_code == 200


def test_a_wrong_password_is_said_in_both_languages(cast: Cast) -> None:
    name = with_password(cast.manager)
    for language, words in (("zh-CN", "工号或密码不正确"), ("en", "The staff name or the password is wrong.")):
        browser = Browser(language=language)
        browser.get("/staff/login")
        page = browser.post("/staff/login", {"login": name, "password": "not this one"}).content.decode()
        assert words in page
        assert "not this one" not in page


def test_an_ended_login_is_over_on_the_next_page(cast: Cast) -> None:
    with_password(cast.manager)
    browser = log_in(cast.manager, with_app(cast.manager))
    opened = Session.objects.get(user=cast.manager.user, platform="web")
    http = Http(cast.manager)
    assert http.delete(f"/auth/sessions/{opened.id}").status_code == 204
    assert browser.get("/desk/tickets").status_code == 302
    assert browser.get("/staff/security").status_code == 302
    assert browser.get("/staff/security/codes/new").status_code == 302


def test_the_list_of_logins_ends_another(cast: Cast) -> None:
    with_password(cast.manager)
    phone = cast.manager.session
    browser = log_in(cast.manager, with_app(cast.manager))
    browser.get("/staff/security")
    assert browser.post(f"/staff/security/sessions/{phone.id}/end").status_code == 302
    assert Session.objects.get(id=phone.id).revoked_at is not None


def test_what_is_dangerous_asks_for_the_second_factor_again(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    with_password(cast.manager)
    browser = log_in(cast.manager, with_app(cast.manager))
    assert browser.get("/staff/security/password").status_code == 200
    with moved_clock(timedelta(minutes=20)):
        for path in ("/staff/security/password", "/staff/security/passkeys/add", "/staff/security/codes/new"):
            answer = browser.get(path)
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/staff/prove?next="), path


def test_a_fresh_proof_renews_the_login(cast: Cast) -> None:
    with_password(cast.manager)
    secret = with_app(cast.manager)
    browser = log_in(cast.manager, secret)
    opened = Session.objects.filter(user=cast.manager.user, platform="web")
    opened.update(authenticated_at=opened.get().authenticated_at - timedelta(hours=1))
    browser.get("/staff/prove?next=/staff/security/password")
    codes = Authenticator.objects.get(user=cast.manager.user, type="recovery_codes").wrap().get_unused_codes()
    answer = browser.post(
        "/staff/prove?next=/staff/security/password", {"code": codes[0], "next": "/staff/security/password"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/staff/security/password")
    assert browser.get("/staff/security/password").status_code == 200


def test_a_changed_password_keeps_this_login(cast: Cast) -> None:
    with_password(cast.manager)
    browser = log_in(cast.manager, with_app(cast.manager))
    browser.get("/staff/security/password")
    weak = browser.post("/staff/security/password", {"password": "short", "again": "short"})
    assert weak.status_code == 422
    good = "another-good-one-9"
    assert browser.post("/staff/security/password", {"password": good, "again": good}).status_code == 302
    assert browser.get("/staff/security").status_code == 200
    assert browser.get("/staff/security/codes").status_code == 200


def test_the_last_factor_cannot_be_removed(cast: Cast) -> None:
    with_password(cast.manager)
    browser = log_in(cast.manager, with_app(cast.manager))
    browser.get("/staff/security/app/remove")
    browser.post("/staff/security/app/remove")
    assert "验证器应用" in browser.get("/staff/security").content.decode()
    assert cast.manager.user.authenticator_set.filter(type="totp").exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_no_login_leads_away_from_the_site(cast: Cast, target: str) -> None:
    name = with_password(cast.manager)
    browser = Browser()
    browser.get("/staff/login")
    answer = browser.post("/staff/login", {"login": name, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/staff/setup"


def test_a_form_without_its_token_is_refused(cast: Cast) -> None:
    with_password(cast.manager)
    browser = Browser()
    assert browser.post("/staff/login", {"login": "staff.manager", "password": PASSWORD}).status_code == 403


def test_staff_pages_hold_no_inline_script_or_style(cast: Cast) -> None:
    with_password(cast.auditor)
    browser = log_in(cast.auditor, with_app(cast.auditor))
    paths = ["/staff/security", "/staff/security/passkeys/add", "/staff/security/password", "/staff/security/codes",
             "/staff/security/codes/new", "/staff/invitation", "/staff/prove", "/office/", "/office/people/user/"]  # fmt: skip
    for path in paths:
        answer = browser.get(path)
        page = answer.content.decode()
        assert answer.status_code == 200, path
        assert re.findall(r"<script(?![^>]* src=)", page) == [], path
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == [], path


def test_the_office_is_for_those_who_may_and_shows_no_names(cast: Cast) -> None:
    with_password(cast.auditor)
    browser = log_in(cast.auditor, with_app(cast.auditor))
    assert browser.get("/office/").status_code == 200
    for path in ("people/user", "people/session", "people/rolegrant", "payments/bill", "community/compound"):
        answer = browser.get(f"/office/{path}/")
        assert answer.status_code == 200, path
        assert "王奶奶" not in answer.content.decode()
    assert "演示一号院" in browser.get("/office/community/compound/").content.decode()
    one = f"/office/people/user/{cast.auditor.id}/change/"
    assert browser.get(one).status_code == 200
    assert browser.post(one, {"state": "suspended"}).status_code == 403
    assert browser.get("/office/people/user/add/").status_code == 403
    assert browser.get("/office/login/").status_code == 404


def test_every_table_of_the_office_opens_and_says_nobodys_name_or_phone(cast: Cast) -> None:
    browser = Browser(cast.auditor)
    for model in office._registry:
        address = f"/office/{model._meta.app_label}/{model._meta.model_name}/"
        answer = browser.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        for member in (cast.wang, cast.admin):
            assert member.phone not in page
        assert "王奶奶" not in page
        if (row := model._default_manager.first()) is not None:
            assert browser.get(f"{address}{row.pk}/change/").status_code in {200, 302}, address


def test_hidden_columns_of_the_office_answer_no_question(cast: Cast) -> None:
    browser = Browser(cast.auditor)
    for query in (
        "password__startswith=a",
        "staff_name__startswith=s",
        "phone_blind__isnull=0",
        "sessions__device_key__startswith=p",
        "enrolled_by__password__startswith=a",
        "id__startswith=0",
    ):
        assert browser.get(f"/office/people/user/?{query}").status_code == 400, query
    for query in ("state__exact=active", f"id={cast.auditor.id}", f"id__exact={cast.auditor.id}", "o=2.-1"):
        answer = browser.get(f"/office/people/user/?{query}")
        assert answer.status_code == 200, query
        assert str(cast.auditor.id) in answer.content.decode(), query
    assert browser.get(f"/office/people/session/?user={cast.auditor.id}").status_code == 200
    for rows in office._registry.values():
        assert not rows.get_search_fields(None)  # type: ignore[arg-type]
        assert set(rows.get_sortable_by(None)) <= set(columns(rows.model))  # type: ignore[arg-type]


def test_the_office_is_closed_to_everybody_else(cast: Cast) -> None:
    assert Browser().get("/office/").status_code == 302
    for member in (cast.wang, cast.manager, cast.dispatcher):
        assert Browser(member).get("/office/").status_code == 404
    cast.auditor.assurance = "otp"
    assert Browser(cast.auditor).get("/office/").status_code == 404


def test_no_phone_lies_in_the_rows_of_page_sessions(cast: Cast) -> None:
    browser = Browser()
    browser.get("/login")
    assert browser.post("/login", {"phone": "13812345678"}).status_code == 302
    assert browser.get("/login/code").status_code == 200
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in PageSession.objects.all():
        assert "13812345678" not in str(store(row.session_key).load())


def test_expired_sessions_are_forgotten(cast: Cast) -> None:
    Browser(cast.wang)
    PageSession.objects.update(expire_date="2020-01-01T00:00Z")
    forget_expired()
    assert not PageSession.objects.exists()
