"""Polling the inbox while notices are committed: what comes in between is read twice, never missed."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from backend.core.verb import verb
from backend.people.actor import Actor
from notifications import inbox, notices
from notifications.notice import Notice
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db(transaction=True)


@verb("test.tell", audited=False)
def tell(actor: Actor, *, who: Any, number: str) -> Notice:
    return notices.notify(who, "ticket.reported", {"number": number}, about="")


def test_a_notice_between_two_reads_is_found_by_the_next_poll(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(Actor.system("test"), who=cast.wang.id, number="1")
    read, told = inbox.entries, []

    def read_and_be_overtaken(*given: Any, **more: Any) -> Any:
        found = read(*given, **more)
        if not told:
            told.append(_tell_elsewhere(cast.wang.id))
        return found

    monkeypatch.setattr(inbox, "entries", read_and_be_overtaken)
    first = Http(cast.wang).get("/inbox").json()
    again = Http(cast.wang).get(f"/inbox?since={first['since']}").json()
    assert [item["seq"] for item in first["items"] + again["items"]] == [1, 2]


def _tell_elsewhere(who: Any) -> bool:
    def run() -> None:
        tell(Actor.system("test"), who=who, number="2")
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return True
