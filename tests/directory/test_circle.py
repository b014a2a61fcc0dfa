"""`GET /circle`: from a point, a building, a home; filters, pages, languages, refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from api.schemas.directory import CircleItem, CircleOut
from backend.core import geo
from backend.directory import keeping, walk_times
from backend.directory.models import Network
from tests.cast import Cast, Http
from tests.directory.conftest import PLACES, at, make_place

START = at(0, 10)
HERE = f"lon={START[0]}&lat={START[1]}"


def circle(query: str = HERE, **options: Any) -> Any:
    answer = Http().get(f"/circle?{query}", **options)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert CircleOut.model_validate(body).model_dump(mode="json").keys() == body.keys()
    assert all(item.keys() == CircleItem.model_fields.keys() for item in body["items"])
    return body


def names(answer: Any) -> list[str]:
    return [item["name"] for item in answer["items"]]


def test_services_come_by_walking_time_not_by_distance(quarter: Network) -> None:
    answer = circle()
    assert names(answer) == ["国大药房（望京店）", "休息座椅", "天桥早餐", "墙外理发", "小关菜店"]
    near, bench, steps, wall, far = answer["items"]
    # 10 m to the street, 100 m along it, 10 m to the door; UTM metres of the test are those of the answer
    assert (near["walk_seconds"], near["walk_metres"], near["walk_minutes"]) == (90.0, 120.0, 2)
    assert (bench["walk_metres"], far["walk_metres"]) == (215.0, 910.0)
    # 10 + 300 + 100 of steps + 10 more metres of the lane; the steps take 1.8 times as long
    assert (steps["walk_metres"], steps["walk_seconds"]) == (420.0, 375.0)
    # behind the wall: 160 m away as the crow flies, 670 m on foot
    assert (wall["walk_metres"], wall["walk_seconds"]) == (670.0, 562.5)
    assert answer["method"] == "network"
    assert answer["origin"]["snap_metres"] == 10.0
    assert (answer["origin"]["lon"], answer["origin"]["lat"]) == pytest.approx(START)


def test_the_limit_in_minutes_is_inclusive_and_the_slow_pace_reaches_less_far(quarter: Network) -> None:
    assert names(circle(f"{HERE}&minutes=4")) == ["国大药房（望京店）", "休息座椅"]
    slow = circle(f"{HERE}&minutes=2&pace=slow")
    assert [(item["walk_seconds"], item["walk_minutes"]) for item in slow["items"]] == [(120.0, 2)]
    assert names(circle(f"{HERE}&minutes=1&pace=slow")) == []


def test_the_same_place_in_any_datum_gives_the_same_circle(quarter: Network) -> None:
    plain = circle()
    for crs in ("gcj02", "bd09"):
        lon, lat = geo.from_wgs84(*START, crs)
        other = circle(f"lon={lon}&lat={lat}&crs={crs}")
        assert [(i["id"], i["walk_seconds"]) for i in other["items"]] == [
            (i["id"], pytest.approx(i["walk_seconds"], abs=0.2)) for i in plain["items"]
        ]
        assert (other["origin"]["lon"], other["origin"]["lat"]) == pytest.approx(START, abs=1e-6)


def test_without_a_street_within_150_metres_the_times_are_an_estimate(quarter: Network) -> None:
    lon, lat = at(100, 400)
    answer = circle(f"lon={lon}&lat={lat}")
    assert (answer["method"], answer["origin"]["snap_metres"]) == ("estimate", None)
    wall = next(item for item in answer["items"] if item["name"] == "墙外理发")
    assert (wall["walk_metres"], wall["method"]) == (pytest.approx(240 * 1.3, abs=0.1), "estimate")


def test_a_service_off_the_streets_is_an_estimate_among_walks(quarter: Network) -> None:
    keeping.keep([*PLACES, make_place("island", 0, -400)], source="seed", area=quarter)
    found = {item["name"]: item for item in circle()["items"]}
    assert (found["island号店"]["method"], found["墙外理发"]["method"]) == ("estimate", "network")
    assert found["island号店"]["walk_metres"] == pytest.approx(410 * 1.3, abs=0.1)


def test_a_building_and_a_home_answer_from_the_table(quarter: Network, cast: Cast) -> None:
    cast.building.lon, cast.building.lat = START
    cast.building.save()
    from_point = circle()
    walk_times.recompute(quarter)
    from_building = circle(f"building_id={cast.building.id}")
    assert from_building["items"] == from_point["items"]
    assert from_building["origin"]["building_id"] == str(cast.building.id)
    mine = Http(cast.wang).get(f"/circle?home_id={cast.home.id}")
    assert mine.json()["items"] == from_point["items"]
    assert circle(f"building_id={cast.building.id}&minutes=30")["items"] == circle(f"{HERE}&minutes=30")["items"]


def test_a_home_is_for_its_people_and_for_staff_within_reach(quarter: Network, cast: Cast) -> None:
    path = f"/circle?home_id={cast.home.id}"
    assert Http().get(path).status_code == 401
    assert Http(cast.neighbour).get(path).status_code == 404
    assert Http(cast.manager).get(path).status_code == 200
    assert Http(cast.other_company_manager).get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("category=pharmacy", ["国大药房（望京店）"]),
        ("category=beijing-8", ["天桥早餐", "墙外理发", "小关菜店"]),
        ("category=street", ["休息座椅"]),
        ("accessible=true", ["墙外理发"]),
        ("certified=true", ["墙外理发"]),
        ("q=望京", ["国大药房（望京店）"]),
        ("q=tianqiao", ["天桥早餐"]),
        ("q=合作社", ["小关菜店"]),
        ("open=2026-11-23T08:00:00%2B08:00", ["国大药房（望京店）", "天桥早餐"]),
        ("open=2026-11-23T08:00:00+08:00", ["国大药房（望京店）", "天桥早餐"]),
        ("open=2026-11-23T17:30:00Z", ["国大药房（望京店）", "小关菜店"]),
        ("open=2026-10-01T08:00:00%2B08:00", ["国大药房（望京店）"]),
        ("open=2026-11-23T08:00:00%2B08:00&category=breakfast&q=早餐", ["天桥早餐"]),
    ],
)
def test_filters_narrow_a_point_and_a_building_alike(
    quarter: Network, cast: Cast, query: str, wanted: list[str]
) -> None:
    cast.building.lon, cast.building.lat = START
    cast.building.save()
    walk_times.recompute(quarter)
    assert names(circle(f"{HERE}&{query}")) == wanted
    assert names(circle(f"building_id={cast.building.id}&{query}")) == wanted


def test_opening_hours_are_told_for_now(quarter: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.directory.listing.now", lambda: datetime(2026, 11, 23, 17, 30, tzinfo=UTC))
    found = {item["name"]: item for item in circle()["items"]}
    assert [found["小关菜店"][key] for key in ("open_now", "opens_at", "closes_at")] == [
        True, "2026-11-23T22:00:00+08:00", "2026-11-24T02:00:00+08:00",
    ]  # fmt: skip
    assert [found["天桥早餐"][key] for key in ("open_now", "opens_at")] == [False, "2026-11-24T06:00:00+08:00"]
    assert [found["墙外理发"][key] for key in ("open_now", "opens_at", "closes_at")] == [None, None, None]
    assert found["国大药房（望京店）"]["open_now"] is True


@pytest.mark.parametrize("more", ["", "&open=2026-11-23T08:00:00%2B08:00", "&minutes=25"])
def test_pages_join_without_gap_or_repeat(quarter: Network, cast: Cast, more: str) -> None:
    cast.building.lon, cast.building.lat = START
    cast.building.save()
    walk_times.recompute(quarter)
    for origin in (HERE, f"building_id={cast.building.id}"):
        whole = circle(origin + more)["items"]
        seen, cursor = [], ""
        while True:
            answer = circle(f"{origin}{more}&limit=1{cursor}")
            seen += answer["items"]
            if answer["next"] is None:
                break
            cursor = f"&cursor={answer['next']}"
        assert seen == whole
        assert len(seen) > 1


def test_english_readers_get_english_names(quarter: Network) -> None:
    answer = circle(headers={"Accept-Language": "en"})
    assert names(answer)[:2] == ["Guoda Pharmacy", "Bench"]
    assert answer["items"][0]["category_name"] == "Pharmacy"
    assert answer["items"][0]["category"] == "pharmacy"


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "?lon", "origin-missing"),
        ("lon=116.4", "?lat", "missing"),
        ("lat=39.9", "?lon", "missing"),
        (f"{HERE}&building_id=01990000-0000-7000-8000-000000000000", "?lon", "origin-ambiguous"),
        ("lon=181&lat=39.9", "?lon", "out-of-range"),
        ("lon=116.4&lat=-90.5", "?lat", "out-of-range"),
        ("lon=nan&lat=39.9", "?lon", "out-of-range"),
        ("lon=inf&lat=39.9", "?lon", "out-of-range"),
        ("lon=east&lat=39.9", "?lon", "float-parsing"),
        (f"{HERE}&crs=epsg4326", "?crs", "literal-error"),
        (f"{HERE}&minutes=0", "?minutes", "greater-than-equal"),
        (f"{HERE}&minutes=31", "?minutes", "less-than-equal"),
        (f"{HERE}&minutes=7.5", "?minutes", "int-parsing"),
        (f"{HERE}&pace=run", "?pace", "literal-error"),
        (f"{HERE}&category=casinos", "?category", "category-unknown"),
        (f"{HERE}&open=tomorrow", "?open", "not-an-instant"),
        (f"{HERE}&open=0001-01-01T00:00:00%2B08:00", "?open", "not-an-instant"),
        (f"{HERE}&open=9999-12-31T23:59:59Z", "?open", "not-an-instant"),
        (f"{HERE}&open=2026-11-23T08:00:00", "?open", "not-an-instant"),
        (f"{HERE}&accessible=perhaps", "?accessible", "bool-parsing"),
        (f"{HERE}&limit=0", "?limit", "greater-than-equal"),
        (f"{HERE}&cursor=xyz", "?cursor", "cursor-invalid"),
        ("home_id=7", "?home_id", "uuid-parsing"),
    ],
)
def test_bad_input_is_a_clear_problem(quarter: Network, query: str, pointer: str, code: str) -> None:
    answer = Http().get(f"/circle?{query}")
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_a_cursor_is_only_good_for_its_own_list(quarter: Network) -> None:
    cursor = circle(f"{HERE}&limit=1")["next"]
    answer = Http().get(f"/circle?{HERE}&minutes=10&cursor={cursor}")
    assert answer.status_code == 422


def test_unknown_buildings_and_homes_are_not_found(quarter: Network, cast: Cast) -> None:
    nobody = "01990000-0000-7000-8000-000000000000"
    assert Http().get(f"/circle?building_id={nobody}").status_code == 404
    assert Http(cast.wang).get(f"/circle?home_id={nobody}").status_code == 404


def test_a_building_without_a_position_stands_where_its_compound_does(quarter: Network, cast: Cast) -> None:
    cast.building.lon = cast.building.lat = None
    cast.building.save()
    assert circle(f"building_id={cast.building.id}")["origin"]["lon"] == cast.compound.lon
    cast.compound.lon = cast.compound.lat = None
    cast.compound.save()
    answer = Http().get(f"/circle?building_id={cast.building.id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "place-unknown")


def test_a_service_that_moves_or_a_street_that_changes_is_seen_at_once(quarter: Network) -> None:
    assert circle()["items"][0]["walk_metres"] == 120.0
    keeping.keep([make_place("near", 110, 10, category="pharmacy")], source="seed", area=quarter)
    assert circle()["items"][0]["walk_metres"] == 130.0


def test_a_point_on_the_other_side_of_the_earth_is_an_empty_estimate(quarter: Network) -> None:
    answer = circle("lon=-70.6&lat=-33.4")
    assert (answer["items"], answer["method"], answer["next"]) == ([], "estimate", None)
