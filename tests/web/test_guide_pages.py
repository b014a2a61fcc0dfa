"""A service, the guide and checklists as a resident reads them, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backend.directory import checklists, credit_acting
from backend.directory.models import ServiceAtLocation
from tests.cast import Cast
from tests.directory.test_guide import keep
from tests.hsds.builders import make_odd_ones
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def guided(cast: Cast) -> Cast:
    keep()
    return cast


def page(client: Client, path: str, language: str = "zh") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_a_service_says_whom_to_call_what_to_bring_and_how_to_get_there(cast: Cast) -> None:
    service = make_odd_ones(cast)["full"]
    path = f"/app/services/{ServiceAtLocation.objects.get(service=service).id}"
    chinese, english = page(Client(), path), page(Client(), path, "en")
    for words in (
        "tel:010-00001003",
        "医保卡",
        "¥5.50",
        "地铁演示站 A 口",
        "演示大厦",
        "由演示街道认证",
        "60岁以上",
        "轮椅可以进出",
    ):
        assert words in chinese
    for words in ("What to bring", "2 Demo Road", "Demo Tower", "Certified by"):
        assert words in english
    credit_acting.suspend(cast.district_officer.actor, service_id=service.id, reason="虚假宣传")
    assert "虚假宣传" in page(Client(), path)
    assert "由演示街道认证" not in page(Client(), path)


@pytest.mark.parametrize("odd", ["nameless", "overnight", "always", "closed", "gone", "virtual", "elsewhere"])
def test_odd_services_have_a_page_in_both_languages(cast: Cast, odd: str) -> None:
    path = f"/app/services/{ServiceAtLocation.objects.get(service=make_odd_ones(cast)[odd]).id}"
    assert page(Client(), path)
    assert page(Client(), path, "en")


def test_the_guide_is_read_by_anybody(guided: Cast) -> None:
    whole = page(Client(), "/app/guide")
    assert "困难帮扶与社会救助" in whole
    assert "/app/guide/elder-card" in whole
    assert "Identity card" in page(Client(), "/app/guide/elder-card", "en")
    assert Client().get("/app/guide/nothing").status_code == 404


def test_a_person_opens_ticks_and_puts_away_a_list(guided: Cast, browser_of: Callable[..., Browser]) -> None:
    client = browser_of(guided.wang)
    assert "退休" in page(client, "/app/checklists")
    opened = client.post("/app/checklists/open", {"event": "retirement"})
    path = opened["Location"]
    assert "已办 0 / 5" in page(client, path)
    (mine,) = checklists.of(guided.wang.actor)
    step = mine.steps.first()
    assert step is not None
    client.post(f"{path}/steps/{step.id}", {"done": "1"})
    assert "已办 1 / 5" in page(client, path)
    client.post(f"{path}/steps/{step.id}", {"done": "0"})
    assert "已办 0 / 5" in page(client, path)
    client.post(f"{path}/archive")
    assert "清单已收起" in page(client, "/app/checklists")


def test_a_list_is_ones_own(guided: Cast, browser_of: Callable[..., Browser]) -> None:
    mine: Any = checklists.open(guided.wang.actor, event="bereavement")
    assert browser_of(guided.neighbour).get(f"/app/checklists/{mine.id}").status_code == 404
    assert "login" in Client().get(f"/app/checklists/{mine.id}")["Location"]
