"""Gates, wheelchairs and entrances, asked over HTTP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backend.core.jobs import LOOP, Job
from backend.directory import keeping, walk_times
from backend.directory import network as networks
from backend.directory.models import Network, WalkEdge, WheelTime
from backend.directory.walking.ground import Door, Ground
from backend.directory.walking.passage import NEVER, WHEELS, Barrier, Gate
from tests.cast import Cast, Http
from tests.directory.conftest import at, make_place

YARD = (
    make_place("inside", 90, 110),
    make_place("outside", 300, 10),
    make_place("upstairs", 500, 60),
)


def yard(gate: Gate | None = None, doors: list[Door] | None = None, wheels: bool = True) -> Network:
    """A street to the east; a yard to the north behind a gate at (100, 50); steps up at 500 m."""
    lonlat = np.array([at(*point) for point in [(0, 0), (100, 0), (500, 0), (100, 50), (100, 120), (500, 60)]])
    tails, heads = np.array([0, 1, 1, 3, 2]), np.array([1, 2, 3, 4, 5])
    foot = np.array([1.0, 1.0, 1.0, 1.0, 1.8])
    rolled = np.array([WHEELS, WHEELS, WHEELS, WHEELS, NEVER])
    ground = Ground(lonlat, tails, heads, foot, rolled, doors=doors or [])
    return networks.keep("yard", ground.fenced({3: Barrier(wheels=wheels, gate=gate)}))


@pytest.fixture
def places(db: None) -> None:
    keeping.keep(YARD, source="seed", area=yard())


def names(where: tuple[float, float], more: str = "", building: object = None) -> dict[str, float]:
    lon, lat = at(*where)
    origin = f"building_id={building}" if building else f"lon={lon}&lat={lat}"
    answer = Http().get(f"/circle?{origin}&{more}")
    assert answer.status_code == 200, answer.content
    return {item["name"][: -len("号店")]: item["walk_seconds"] for item in answer.json()["items"]}


NIGHT, NOON = "open=2026-11-23T23:00:00%2B08:00", "open=2026-11-23T12:00:00%2B08:00"


def told(where: tuple[float, float], gate: Gate, more: str) -> set[str]:
    yard(gate)
    return set(names(where, more))


@pytest.mark.parametrize(
    ("gate", "more", "street", "within"),
    [
        (Gate("no"), "", 3, 3),
        (Gate("no"), "gates=now", 2, 1),
        (Gate("private"), "gates=now", 2, 3),
        (Gate("private"), "", 3, 3),
        (Gate(hours="24/7"), "gates=now", 3, 3),
        (Gate(shut="24/7"), "gates=now", 2, 1),
    ],
    ids=[
        "closed-default",
        "closed-now",
        "private-now",
        "private-default",
        "open-hours",
        "shut-hours",
    ],
)
def test_gates_count_when_asked_and_who_is_behind_a_private_one_has_its_key(
    places: None, gate: Gate, more: str, street: int, within: int
) -> None:
    assert len(told((0, 10), gate, more)) == street
    assert len(told((90, 115), gate, more)) == within


def test_wheels_go_round_steps_and_take_1_2_times_as_long(places: None) -> None:
    assert names((0, 10))["upstairs"] == pytest.approx((10 + 500 + 60 * 1.8) / (4 / 3), abs=0.1)
    on_wheels = names((0, 10), "profile=wheelchair")
    # the legs are straight at walking speed, as on foot; the place up the steps is joined from the street below
    assert on_wheels["outside"] == pytest.approx((10 + 300 * 1.2 + 10) / (4 / 3), abs=0.1)
    assert on_wheels["upstairs"] == pytest.approx((10 + 500 * 1.2 + 60) / (4 / 3), abs=0.1)


def test_a_kerb_or_narrow_gate_keeps_wheels_out(places: None) -> None:
    assert names((90, 110), "profile=wheelchair").keys() == names((90, 110)).keys()
    yard(wheels=False)
    assert WalkEdge.objects.filter(metres=0, wheels=None).count() == 1
    assert names((0, 10))["inside"] == pytest.approx((10 + 100 + 50 + 60 + 10) / (4 / 3), abs=0.1)
    # on wheels it is joined from this side of the gate, the nearest that they reach, by a straight leg
    leg = float(np.hypot(10, 60))
    assert names((0, 10), "profile=wheelchair")["inside"] == pytest.approx((10 + 150 * 1.2 + leg) / (4 / 3), abs=0.1)


def test_a_building_answers_on_wheels_from_its_own_table(places: None, cast: Cast) -> None:
    cast.building.lon, cast.building.lat = at(0, 10)
    cast.building.save()
    walk_times.recompute(Network.objects.get())
    assert WheelTime.objects.filter(building=cast.building).count() == 3
    assert names((0, 0), "profile=wheelchair", cast.building.id) == names((0, 10), "profile=wheelchair")


def test_walks_from_a_building_begin_at_its_nearest_entrance_on_wheels_at_one_without_steps(
    places: None, cast: Cast
) -> None:
    cast.building.lon, cast.building.lat = at(200, 60)
    cast.building.save()
    outline = np.array([at(*corner) for corner in [(150, 20), (250, 20), (250, 120), (150, 120), (150, 20)]])
    doors = [
        Door(1, *at(200, 20), "yes", "no", outline),
        Door(2, *at(150, 20), "main", "", outline),
        Door(3, *at(250, 120), "staircase", "yes", outline),
    ]
    yard(doors=doors)
    walk_times.recompute(Network.objects.get())
    for more, door in (("", (200, 20)), ("profile=wheelchair", (150, 20))):
        answer = Http().get(f"/circle?building_id={cast.building.id}&{more}").json()
        assert (answer["origin"]["lon"], answer["origin"]["lat"]) == pytest.approx(at(*door))
        assert names((0, 0), more, cast.building.id) == names(door, more)
        assert names((0, 0), f"{more}&minutes=30", cast.building.id) == names(door, f"{more}&minutes=30")
    yard()
    walk_times.recompute(Network.objects.get())
    assert names((0, 0), "", cast.building.id) == names((200, 60))


def test_an_administrator_sees_the_networks_and_has_walks_computed(places: None, cast: Cast) -> None:
    cast.building.lon, cast.building.lat = at(0, 10)
    cast.building.save()
    admin: Any = Http(cast.admin)
    (item,) = admin.get("/directory/networks").json()["items"]
    assert [(kept["profile"], kept["buildings_waiting"], kept["services_waiting"]) for kept in item["kept"]] == [
        ("foot", 1, 3),
        ("wheelchair", 1, 3),
    ]
    made = admin.post(f"/directory/networks/{item['id']}/walks", {})
    assert made.status_code == 201
    LOOP.drain()
    found = admin.get(f"/jobs/{made.json()['id']}").json()
    assert (found["state"], found["done"], found["total"]) == ("done", 8, 8)
    (item,) = admin.get("/directory/networks").json()["items"]
    assert [(kept["buildings"], kept["services"], kept["buildings_waiting"]) for kept in item["kept"]] == [
        (1, 3, 0)
    ] * 2
    assert Job.objects.get().kind == "directory.walks"
