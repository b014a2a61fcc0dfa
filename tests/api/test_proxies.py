"""Whose address counts behind a reverse proxy."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from api.proxies import ForwardedMiddleware
from backend.env import env
from backend.people import whence


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as the views see it."""
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={k.replace("_", "-"): v for k, v in headers.items()})
    ForwardedMiddleware(lambda _: HttpResponse())(request)
    return request


@pytest.fixture
def _behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(env.__dict__, "proxy_networks", (ip_network("10.0.0.0/24"),))


@pytest.mark.usefixtures("_behind_a_proxy")
@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.5", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.5", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.5", "1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("10.0.0.5", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "nonsense", "10.0.0.5"),
        ("198.51.100.1", "203.0.113.7", "198.51.100.1"),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_asks(peer: str, forwarded: str, address: str) -> None:
    assert seen(peer, X_Forwarded_For=forwarded).META["REMOTE_ADDR"] == address


@pytest.mark.usefixtures("_behind_a_proxy")
def test_a_stranger_cannot_say_that_it_came_over_https() -> None:
    assert "X-Forwarded-Proto" not in seen("198.51.100.1", X_Forwarded_Proto="https").headers
    assert seen("10.0.0.5", X_Forwarded_Proto="https").headers["X-Forwarded-Proto"] == "https"


def test_without_known_proxies_nobodys_header_is_believed() -> None:
    assert seen("127.0.0.1", X_Forwarded_For="203.0.113.7").META["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_limits_count_a_household_as_one(address: str, counted: str) -> None:
    assert whence.counted(address) == counted
