"""Bulletins on the pages: composed at the desk, read at home, shown before a report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.bulletins.models import Bulletin
from backend.core.clock import BEIJING, now
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def form(cast: Cast, **more: str) -> dict[str, Any]:
    start = now().astimezone(BEIJING) + timedelta(minutes=5)
    return {
        "kind": "planned_outage",
        "subject": "water",
        "place": f"building:{cast.building.id}",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=4):%Y-%m-%dT%H:%M}",
        "text": "水箱清洗，请提前储水。",
    } | more


def test_the_desk_looks_at_a_bulletin_before_it_is_put_up(cast: Cast) -> None:
    desk = Browser(cast.manager)
    desk.get("/desk/bulletins")
    shown = desk.post("/desk/bulletins", form(cast))
    assert shown.status_code == 200
    assert "将通知 2 位居民" in text_of(shown)
    assert not Bulletin.objects.exists()
    assert desk.post("/desk/bulletins", form(cast, confirm="1", audience="2")).status_code == 302
    row = Bulletin.objects.get()
    assert "停水通知" in text_of(desk.get("/desk/bulletins"))
    home = Browser(cast.wang)
    assert "停水通知" in text_of(home.get("/app"))
    assert "停水通知" in text_of(home.get("/app/tickets/new?category=home-water"))
    assert "停水通知" not in text_of(home.get("/app/tickets/new?category=noise"))
    assert "停水通知" in text_of(home.get("/app/inbox"))
    assert "水箱清洗" in text_of(home.get(f"/app/bulletins/{row.id}"))
    assert "停水通知" not in text_of(Browser(cast.outsider).get("/app"))
    assert desk.post(f"/desk/bulletins/{row.id}/end", {}).status_code == 302
    assert "停水通知" not in text_of(home.get("/app"))


def test_what_is_missing_is_said_and_nothing_typed_is_lost(cast: Cast) -> None:
    desk = Browser(cast.manager)
    desk.get("/desk/bulletins")
    answer = desk.post("/desk/bulletins", form(cast, ends_at=""))
    assert answer.status_code == 422
    assert "请填写停供结束时间" in text_of(answer)
    assert "水箱清洗" in text_of(answer)


def test_only_who_may_announce_sees_the_tab(cast: Cast) -> None:
    assert Browser(cast.wang).get("/desk/bulletins").status_code == 403
    assert "/desk/bulletins" not in text_of(Browser(cast.technician).get("/desk/tickets"))
    assert "/desk/bulletins" in text_of(Browser(cast.manager).get("/desk/tickets"))
    other = Browser(cast.other_company_manager)
    other.get("/desk/bulletins")
    refused = other.post("/desk/bulletins", form(cast, confirm="1"))
    assert refused.status_code == 422
    assert not Bulletin.objects.exists()
