"""Every answer, whatever it is, tells browsers what to forbid."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from api.app import api
from backend.env import env
from tests.cast import Cast, Http
from tests.web.conftest import Browser
from web.middleware import SecurityHeadersMiddleware

pytestmark = pytest.mark.django_db
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def reads() -> list[str]:
    """Every GET of the API, its ids invented."""
    paths = api.get_openapi_schema()["paths"]
    return [re.sub(r"\{\w+\}", str(uuid4()), path) for path, methods in paths.items() if "get" in methods]


def pages(patterns: Any = None, before: str = "/") -> list[str]:
    """Every page's address, its arguments invented."""
    found = []
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = re.sub(r"<uuid:\w+>", str(uuid4()), str(pattern.pattern))
        route = re.sub(r"<(?:\w+:)?\w+>", "x", route)
        if isinstance(pattern, URLResolver):
            found += pages(pattern.url_patterns, before + route)
        elif isinstance(pattern, URLPattern) and not re.search(r"[\^$(\\?]", route) and not before.startswith("/api/"):
            found.append(before + route)
    return found


def complaints(path: str, response: Any) -> list[str]:
    headers = response.headers
    always = ALWAYS | ({"Cross-Origin-Resource-Policy": "cross-origin"} if path.startswith("/hsds/") else {})
    wrong = [f"{path}: {name} is {headers.get(name)}" for name, value in always.items() if headers.get(name) != value]
    policy = headers.get("Content-Security-Policy", "")
    if "default-src" not in policy or "frame-ancestors 'none'" not in policy or "*" in policy:
        wrong.append(f"{path}: policy is {policy}")
    if re.search(r"\bwss?:(?!//testserver\b)", policy) or ("unsafe" in policy and path != "/api/v1/docs"):
        wrong.append(f"{path}: policy is {policy}")
    if "camera=(self)" not in headers.get("Permissions-Policy", ""):
        wrong.append(f"{path}: no Permissions-Policy")
    if "Server" in headers or "X-Powered-By" in headers:
        wrong.append(f"{path}: tells what serves it")
    for close in response._resource_closers if response.streaming else ():  # a file, not the database's connection
        close()
    open_ones = [c.key for c in response.cookies.values() if not c["samesite"] or not c["httponly"]]
    return wrong + [f"{path}: cookie {name}" for name in open_ones]


def test_every_read_of_the_api_for_everybody(cast: Cast) -> None:
    wrong = []
    for member in (None, cast.wang, cast.admin):
        http = Http(member)
        http.client.raise_request_exception = False
        for path in reads():
            answer = http.get(path)
            wrong += complaints(path, answer)
            if member is not None and answer.headers.get("Cache-Control") != "no-store":
                wrong.append(f"{path}: Cache-Control is {answer.headers.get('Cache-Control')}")
    assert wrong == []


def test_every_page_for_everybody(cast: Cast) -> None:
    wrong, seen = [], 0
    everything = pages()
    inside = [path for path in everything if path.startswith(("/app", "/desk", "/staff"))]
    for browser, addresses in ((Browser(), everything), (Browser(cast.wang), inside), (Browser(cast.admin), inside)):
        browser.client.raise_request_exception = False
        for path in addresses:
            answer = browser.get(path)
            seen += 1
            wrong += complaints(path, answer)
            is_open = path == "/favicon.ico" or path.startswith("/hsds/")  # anybody may keep the public directory
            if "no-store" not in answer.headers.get("Cache-Control", "") and not is_open:
                wrong.append(f"{path}: Cache-Control is {answer.headers.get('Cache-Control')}")
    assert seen > 70
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/livez"),
        ("get", "/readyz"),
        ("get", "/metrics"),
        ("get", "/static/web/css/app.css"),
        ("get", "/static/none.css"),
        ("get", "/nothing"),
        ("get", "/api/nothing"),
        ("get", "/api/v1/docs"),
        ("get", "/api/v1/openapi.json"),
        ("post", "/api/v1/auth/codes"),
        ("put", "/api/v1/me"),
        ("post", "/api/v1/emergency/signals"),
        ("get", "/api/v1/me?x=%00"),
        ("post", "/login"),
    ],
)
def test_what_is_no_page_too(method: str, path: str) -> None:
    client = Client(raise_request_exception=False)
    answer = getattr(client, method)(path)
    assert complaints(path, answer) == []
    if method != "get":
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_host_that_is_not_ours_is_not_written_into_the_policy() -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in str(answer.headers)


def test_over_https_the_socket_is_wss_and_cookies_are_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SESSION_COOKIE_SECURE", True)
    monkeypatch.setattr(settings, "SECURE_HSTS_SECONDS", 63_072_000)
    monkeypatch.setattr(settings, "SECURE_HSTS_PRELOAD", True)

    def answer(request: Any) -> HttpResponse:
        response = HttpResponse()
        response.set_cookie("plain", "1", httponly=True, samesite="Lax")
        return response

    response = SecurityHeadersMiddleware(answer)(RequestFactory().get("/", secure=True))
    assert "connect-src 'self' wss://testserver;" in response["Content-Security-Policy"]
    assert response["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert response.cookies["plain"]["secure"]


def test_the_contact_for_weaknesses_is_there_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/.well-known/security.txt").status_code == 404
    monkeypatch.setattr(env, "security_contact", "mailto:safe@yike.example, https://yike.example/report")
    answer = Client().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[:2] == ["Contact: mailto:safe@yike.example", "Contact: https://yike.example/report"]
    assert lines[2].startswith("Expires: 20")
    assert lines[-1] == "Canonical: http://testserver/.well-known/security.txt"
