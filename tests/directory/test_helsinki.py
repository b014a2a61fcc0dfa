"""The circle on real streets, against a second implementation of the contract's definition (see `reference.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pyproj
import pytest
from django.db import connection

from backend.community.models import Building
from backend.directory import actions, circle, walk_times
from backend.directory.circle import Wish
from backend.directory.models import Network, Service, ServiceAtLocation, WalkEdge, WalkTarget, WalkTime
from tests.cast import Cast, Http
from tests.directory import town
from tests.directory.conftest import SYSTEM, helsinki_extract
from tests.directory.reference import Reference

ORIGINS = [
    (24.9445, 60.1783), (24.9378, 60.17827), (24.94086, 60.17045), (24.95025, 60.17024), (24.94519, 60.16457),
    (24.9489, 60.17216), (24.94118, 60.17589), (24.9407, 60.1709), (24.93762, 60.17015), (24.93888, 60.16806),
    (24.94885, 60.16833), (24.94402, 60.17875), (24.9527, 60.17494), (24.94504, 60.16828), (24.9381, 60.17859),
    (24.94458, 60.16588), (24.94653, 60.17571), (24.94634, 60.1778), (24.9359, 60.17202), (24.94354, 60.16508),
]  # fmt: skip

AT_AN_ENTRANCE = {"0", "3"}
"""Those of the first five that stand inside a building whose entrances are mapped: their walks begin there."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


def positions() -> dict[UUID, tuple[float, float]]:
    rows = ServiceAtLocation.objects.values_list("id", "location__lon", "location__lat")
    return {key: (lon, lat) for key, lon, lat in rows}


def whole_circle(query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = Http().get(f"/circle?{query}&limit=200{cursor}").json()
        items += answer["items"]
        if answer["next"] is None:
            return items
        cursor = f"&cursor={answer['next']}"


def test_every_walk_agrees_with_networkx_within_a_second(helsinki: Network, reference: Reference) -> None:
    for (lon, lat), wanted in zip(ORIGINS, reference.seconds(ORIGINS, positions()), strict=True):
        items = whole_circle(f"lon={lon}&lat={lat}")
        found = {UUID(item["id"]): item["walk_seconds"] for item in items}
        assert len(found) == len(items) > 100
        assert list(found.values()) == sorted(found.values())
        assert max(abs(seconds - wanted[key]) for key, seconds in found.items()) <= 1
        assert [key for key, seconds in wanted.items() if seconds <= 899 and key not in found] == []


def test_the_services_are_where_the_file_has_them(helsinki: Network, reference: Reference) -> None:
    rows = Service.objects.filter(external_id__startswith="node/").values_list(
        "external_id", "service_at_locations__location__lon", "service_at_locations__location__lat"
    )
    kept = {key: at for key, *at in rows}
    assert len(reference.services) == 1510
    for number, at in reference.services.items():
        assert kept[f"node/{number}"] == pytest.approx(at, abs=1e-7)
    assert Service.objects.count() >= 1601


def test_a_plain_circle_tells_another_story(helsinki: Network) -> None:
    """A circle of 15 minutes' walking as the crow flies holds many services that no 15-minute walk reaches."""
    to_utm = pyproj.Transformer.from_crs(4326, 32635, always_xy=True)
    places = {key: np.array(to_utm.transform(*at)) for key, at in positions().items()}
    inside, beyond = 0, 0
    for lon, lat in ORIGINS:
        reached = {row.listed.id for row in circle.from_point(lon, lat, Wish(minutes=5, limit=5000)).items}
        centre = np.array(to_utm.transform(lon, lat))
        near = {key for key, at in places.items() if np.linalg.norm(at - centre) <= 400}
        assert reached <= near
        inside, beyond = inside + len(reached), beyond + len(near - reached)
    assert beyond > 0.5 * inside


def test_the_walks_of_a_building_are_ready_and_the_same_as_computed(helsinki: Network, cast: Cast) -> None:
    buildings = [
        Building.objects.create(compound=cast.compound, name=str(i), lon=lon, lat=lat)
        for i, (lon, lat) in enumerate(ORIGINS[:5])
    ]
    outcome = walk_times.recompute(helsinki)
    assert (outcome.buildings, outcome.is_fresh) == (5, True)
    assert WalkTime.objects.count() == outcome.walks
    for building, (lon, lat) in zip(buildings, ORIGINS, strict=False):
        for wish in (Wish(limit=5000), Wish(minutes=20, pace="slow", limit=5000), Wish(minutes=7, limit=5000)):
            ahead = circle.from_building(building.id, lon, lat, wish)
            asked = circle.from_point(ahead.origin.lon, ahead.origin.lat, wish)
            assert (ahead.origin.lon, ahead.origin.lat) == (lon, lat) or building.name in AT_AN_ENTRANCE
            shown = [(f.listed.id, f.walk_seconds, round(f.metres, 3)) for f in ahead.items]
            assert shown == [(f.listed.id, f.walk_seconds, round(f.metres, 3)) for f in asked.items]
            assert ahead.origin.snap_metres == pytest.approx(asked.origin.snap_metres)
    assert not walk_times.recompute(helsinki).is_fresh
    Building.objects.filter(id=buildings[0].id).update(lon=ORIGINS[6][0], lat=ORIGINS[6][1])
    assert walk_times.recompute(helsinki).is_fresh


@contextmanager
def reads(most: int) -> Iterator[None]:
    """Prepared ones are counted too."""
    told = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        told.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield
    assert len(told) <= most, told


def test_a_building_takes_two_reads_and_a_point_three(helsinki: Network, cast: Cast) -> None:
    lon, lat = ORIGINS[2]
    building = Building.objects.create(compound=cast.compound, name="x", lon=lon, lat=lat)
    walk_times.recompute(helsinki)
    with reads(2):
        assert len(circle.from_building(building.id, lon, lat, Wish()).items) == 50
    with reads(3):
        assert len(circle.from_point(lon, lat, Wish()).items) == 50


def test_a_way_that_is_gone_from_a_newer_extract_changes_its_own_rows_alone(helsinki: Network, cast: Cast) -> None:
    for number, (lon, lat) in enumerate(ORIGINS):
        Building.objects.create(compound=cast.compound, name=str(number), lon=lon, lat=lat)
    walk_times.recompute(helsinki)
    edges = set(WalkEdge.objects.values_list("tail", "head", "effort", "wheels"))
    told = helsinki_extract()
    gone = told.ways[len(told.ways) // 2]
    kept = [number for number, way in enumerate(told.ways) if way != gone]
    newer = replace(
        told, **{name: [getattr(told, name)[i] for i in kept] for name in ("tails", "heads", "factors", "ways")}
    )
    actions.keep_network(SYSTEM, name="helsinki", extract=newer, timezone="Europe/Helsinki")
    assert 0 < len(edges ^ set(WalkEdge.objects.values_list("tail", "head", "effort", "wheels"))) < 100
    assert WalkTarget.objects.filter(is_stale=True).count() < WalkTarget.objects.count() / 2
    assert walk_times.recompute(helsinki).is_fresh
    found = town.kept()
    helsinki.refresh_from_db()
    town.assert_same(found, town.from_nothing(helsinki))
