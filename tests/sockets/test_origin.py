"""Browsers: our own pages may come in by their session cookie, other sites may not make use of it. A token needs no origin.

Our pages connect to `wss://<the host they came from>/ws/v1`; browsers send `Origin` with every WebSocket and let no page forge it.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings

from backend.core.clock import now
from backend.people.models import Session
from backend.people.web_login import KEY
from tests.cast import Member
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import logged_in
from tests.sockets.test_connect import ask

pytestmark = pytest.mark.django_db(transaction=True)
FOREIGN = "https://evil.example"


def cookie_of(member: Member) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[KEY] = str(member.session.id)
    store.save()
    return f"yike_session={store.session_key}"


def connect(sockets: SocketsProcess, token: str = "", *, origin: str = "", cookie: str = "") -> Any:
    """The answer to `connect` with these headers: its result, or the code of the close."""
    headers = {"Origin": origin, "Cookie": cookie}
    sent = {name: value for name, value in headers.items() if value}
    command = {"id": 1, "connect": {"token": token} if token else {}}
    (answer,) = asyncio.run(ask(sockets.url, command, additional_headers=sent))
    return answer


def own(sockets: SocketsProcess) -> str:
    return f"http://127.0.0.1:{sockets.port}"


def test_our_own_page_connects_by_its_session_cookie(sockets: SocketsProcess) -> None:
    cast = logged_in()
    answer = connect(sockets, origin=own(sockets), cookie=cookie_of(cast.wang))
    assert f"person:{cast.wang.id}" in answer["connect"]["subs"]
    assert "expires" not in answer["connect"]


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", ""])
def test_a_valid_cookie_is_no_use_to_another_site(sockets: SocketsProcess, origin: str) -> None:
    cast = logged_in()
    assert connect(sockets, origin=origin, cookie=cookie_of(cast.wang)) == 4500


def test_another_site_without_a_cookie_is_nobody(sockets: SocketsProcess) -> None:
    assert connect(sockets, origin=FOREIGN)["error"]["code"] == 101


def test_a_token_is_its_own_proof_wherever_it_comes_from(sockets: SocketsProcess) -> None:
    cast = logged_in()
    for origin in (FOREIGN, ""):
        answer = connect(sockets, cast.wang.token(), origin=origin)
        assert f"person:{cast.wang.id}" in answer["connect"]["subs"]


def test_a_foreign_page_with_a_token_gains_nothing_from_the_cookie_beside_it(sockets: SocketsProcess) -> None:
    cast = logged_in()
    answer = connect(sockets, cast.neighbour.token(), origin=FOREIGN, cookie=cookie_of(cast.wang))
    assert f"person:{cast.neighbour.id}" in answer["connect"]["subs"]
    assert f"person:{cast.wang.id}" not in answer["connect"]["subs"]
    assert connect(sockets, "a.b.c", origin=own(sockets), cookie=cookie_of(cast.wang))["error"]["code"] == 101


def test_the_cookie_of_a_revoked_login_admits_nobody(sockets: SocketsProcess) -> None:
    cast = logged_in()
    cookie = cookie_of(cast.wang)
    Session.objects.filter(id=cast.wang.session.id).update(revoked_at=now())
    assert connect(sockets, origin=own(sockets), cookie=cookie)["error"]["code"] == 101
