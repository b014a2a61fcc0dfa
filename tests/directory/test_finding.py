"""A search from where one stands: the order of words and walks, what is nearly so, the nearest beyond, suggestions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.directory import indexing, keeping, walk_times
from backend.directory.models import LifeEvent, Network, SearchWord, ServiceAtLocation
from tests.cast import Cast, Http
from tests.directory.conftest import PLACES, at, make_place

START = at(0, 10)
HERE = f"lon={START[0]}&lat={START[1]}"
MORE = (
    *PLACES,
    make_place("exact", 700, 0, name="早餐", category="restaurant"),
    make_place("kiosk", 250, 5, name="早安便利店", category="convenience"),
    make_place("shop", 600, 5, name="星河书店", name_en="Galaxy Books", category="bookshop"),
    make_place("books", 2500, 0, name="远方书店", name_en="Faraway Books", category="bookshop", hours="24/7"),
    make_place("clinic", 5000, 0, name="和安诊所", category="health"),
)


@pytest.fixture
def searched(quarter: Network, cast: Cast) -> Callable[..., Any]:
    """Asks for the circle of a point and of a building there, which must agree; returns the answer of the point."""
    keeping.keep(MORE, source="seed", area=quarter)
    cast.building.lon, cast.building.lat = START
    cast.building.save()
    walk_times.recompute(quarter)

    def ask(query: str) -> Any:
        point, building = (
            Http().get(f"/circle?{origin}&{query}").json() for origin in (HERE, f"building_id={cast.building.id}")
        )
        assert point["items"] == building["items"]
        assert point["beyond"] == building["beyond"]
        return point

    return ask


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


def test_the_exact_name_comes_first_then_names_and_kinds_by_the_walk(searched: Callable[..., Any]) -> None:
    assert names(searched("q=早餐")["items"]) == ["早餐", "天桥早餐"]
    assert names(searched("q=买菜")["items"]) == ["小关菜店"]
    assert names(searched("q=书店")["items"]) == ["星河书店"]


def test_pages_of_a_search_join_in_the_order_of_its_words(searched: Callable[..., Any]) -> None:
    for typed in ("早", "zaocann"):  # as written, and nearly
        whole = searched(f"q={typed}")
        seen, cursor = [], ""
        while True:
            answer = Http().get(f"/circle?{HERE}&q={typed}&limit=1{cursor}").json()
            seen += answer["items"]
            if answer["next"] is None:
                break
            cursor = f"&cursor={answer['next']}"
        assert seen == whole["items"]
        assert len(seen) > 1


@pytest.mark.parametrize("typed", ["天桥早歺", "天乔早餐", "tianqoao", "tianqaio", "gloxy books", "Galaxi"])
def test_what_is_nearly_so_is_told_as_such(searched: Callable[..., Any], typed: str) -> None:
    found = searched(f"q={typed}")
    assert found["similar"] is True
    assert names(found["items"])[0] in {"天桥早餐", "星河书店"}


def test_what_is_not_within_is_told_from_beyond(searched: Callable[..., Any]) -> None:
    found = searched("q=诊所")
    assert (found["items"], found["similar"], found["next"]) == ([], False, None)
    assert [(one["name"], one["method"]) for one in found["beyond"]] == [("和安诊所", "estimate")]
    assert found["beyond"][0]["walk_metres"] == pytest.approx(5000 * 1.3, rel=0.01)
    kinds = searched("category=health")
    assert names(kinds["beyond"]) == ["和安诊所"]
    assert searched("q=早餐")["beyond"] == []


def test_the_nearest_beyond_is_walked_along_the_streets(searched: Callable[..., Any]) -> None:
    found = searched("minutes=5&q=书店")
    assert found["items"] == []
    assert [(one["name"], one["method"], one["walk_metres"]) for one in found["beyond"]] == [
        ("星河书店", "network", 615.0),
        ("远方书店", "estimate", pytest.approx(3250, abs=5)),
    ]
    open_ones = Http().get(f"/circle?{HERE}&minutes=5&q=书店&open=2026-11-23T03:00:00%2B08:00").json()
    assert names(open_ones["beyond"]) == ["远方书店"]


def test_what_is_nowhere_has_neither(searched: Callable[..., Any]) -> None:
    found = searched("q=qqxxzz")
    assert (found["items"], found["beyond"], found["similar"]) == ([], [], False)


def test_suggestions_are_kinds_then_names_near_ones_first(searched: Callable[..., Any]) -> None:
    def suggest(query: str) -> list[tuple[str, str]]:
        answer = Http().get(f"/suggest?{query}")
        assert answer.status_code == 200, answer.content
        return [(item["kind"], item["name"]) for item in answer.json()["items"]]

    assert suggest(f"q=书店&{HERE}")[:3] == [("category", "新式书店"), ("service", "星河书店"), ("service", "远方书店")]
    assert ("service", "天桥早餐") in suggest("q=tianq")
    assert suggest("q=xhs") == [("service", "星河书店")]
    assert suggest("q=maic")[0][0] == "category"
    assert suggest("q=%20") == suggest("q=!!") == []
    assert len(suggest(f"q=店&limit=2&{HERE}")) == 2
    LifeEvent.objects.create(code="test-retire", name="办理退休", name_en="Retirement")
    assert ("life_event", "办理退休") in suggest("q=退休")
    assert ("life_event", "办理退休") in suggest("q=retire")
    far = Http().get(f"/suggest?q=galaxy&{HERE}", headers={"Accept-Language": "en"}).json()["items"]
    assert [(item["name"], item["metres"]) for item in far if item["kind"] == "service"] == [("Galaxy Books", 600)]
    assert Http().get("/suggest?q=书&lon=116").status_code == 422


def test_the_words_are_learnt_and_vectors_of_an_older_generation_written_anew(quarter: Network) -> None:
    assert SearchWord.objects.filter(word="tianqiaozaocan").count() == 1
    keeping.keep(PLACES, source="seed", area=quarter)
    assert SearchWord.objects.filter(word="tianqiaozaocan").count() == 1
    assert indexing.refresh() == 0
    before = list(ServiceAtLocation.objects.order_by("id").values_list("search", flat=True))
    ServiceAtLocation.objects.update(search=None)
    assert indexing.refresh() == len(before)
    assert list(ServiceAtLocation.objects.order_by("id").values_list("search", flat=True)) == before
