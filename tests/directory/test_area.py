"""`GET /circle/area`: the outline that a map draws."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backend.directory.models import Network
from backend.directory.walking.outline import outline
from tests.cast import Http
from tests.directory.conftest import at


def area_of(ring: Any) -> float:
    (x1, y1), (x2, y2) = np.asarray(ring)[:-1].T, np.asarray(ring)[1:].T
    return float((x1 * y2 - x2 * y1).sum()) / 2


def holds(polygons: list[list[Any]], point: tuple[float, float]) -> bool:
    crossings = 0
    for ring in (np.asarray(ring) for polygon in polygons for ring in polygon):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > point[1]) != (y2 > point[1]):
                crossings += point[0] < (x2 - x1) * (point[1] - y1) / (y2 - y1) + x1
    return crossings % 2 == 1


def test_the_area_follows_the_streets_and_not_the_crow(quarter: Network) -> None:
    lon, lat = at(0, 10)
    answer = Http().get(f"/circle/area?lon={lon}&lat={lat}&minutes=10")
    assert answer["Content-Type"] == "application/geo+json"
    body = answer.json()
    assert body["properties"]["method"] == "network"
    polygons = body["geometry"]["coordinates"]
    # 800 m of effort: 790 m along the street; by the steps (480) 300 m more, all of the lane
    for inside in (at(0, 10), at(500, 5), at(780, -5), at(300, 60), at(105, 155)):
        assert holds(polygons, inside), inside
    # near as the crow flies, but no street leads there; and the street beyond ten minutes
    for outside in (at(0, 200), at(500, 150), at(850, 0), at(-100, 0)):
        assert not holds(polygons, outside), outside
    for polygon in polygons:
        assert [area_of(ring) > 0 for ring in polygon] == [True] + [False] * (len(polygon) - 1)
        assert all(ring[0] == ring[-1] for ring in polygon)


def test_where_there_are_no_streets_the_area_is_the_circle_of_the_estimate(quarter: Network) -> None:
    body = Http().get("/circle/area?lon=116.6&lat=40.1&minutes=15").json()
    ((ring,),) = body["geometry"]["coordinates"]
    assert body["properties"]["method"] == "estimate"
    assert (len(ring), ring[0]) == (73, ring[-1])


def test_bad_input_is_the_same_problem_as_for_the_circle(quarter: Network) -> None:
    answer = Http().get("/circle/area?lon=200&lat=40")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?lon")


def test_a_ring_of_streets_has_a_hole() -> None:
    angles = np.linspace(0, 2 * np.pi, 400)
    (polygon,) = outline(np.column_stack((np.cos(angles), np.sin(angles))) * 300)
    outer, hole = polygon
    assert area_of(outer) == pytest.approx(np.pi * 330**2, rel=0.08)
    assert -area_of(hole) == pytest.approx(np.pi * 270**2, rel=0.08)


def test_parts_that_touch_at_a_corner_stay_apart() -> None:
    polygons = outline(np.array([[0.0, 0.0], [1000.0, 1000.0]]))
    assert [len(polygon) for polygon in polygons] == [1, 1]


def crossings(rings: list[Any]) -> int:
    """How many pairs of sides of the rings meet that do not follow each other."""
    starts, ends = np.vstack([ring[:-1] for ring in rings]), np.vstack([ring[1:] for ring in rings])
    following = np.concatenate([np.roll(np.arange(len(ring) - 1), -1) + offset for ring, offset in zip(
        rings, np.cumsum([0, *(len(ring) - 1 for ring in rings[:-1])]), strict=True)])  # fmt: skip

    def side(p: Any, q: Any, r: Any) -> Any:
        return np.sign(
            (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])
        )

    a, b, c, d = starts[:, None], ends[:, None], starts[None], ends[None]
    low = np.maximum(np.minimum(a, b), np.minimum(c, d)) <= np.minimum(np.maximum(a, b), np.maximum(c, d))
    meet = (side(a, b, c) * side(a, b, d) <= 0) & (side(c, d, a) * side(c, d, b) <= 0) & low.all(axis=2)
    number = np.arange(len(starts))
    meet[number, number] = False
    meet[number, following] = False
    meet[following, number] = False
    return int(meet.sum()) // 2


@pytest.mark.parametrize("seed", range(6))
def test_no_ring_crosses_or_touches_itself_or_another(seed: int) -> None:
    rng = np.random.default_rng(seed)
    polygons = outline(rng.uniform(0, 900, (int(rng.integers(20, 220)), 2)))
    assert crossings([ring for polygon in polygons for ring in polygon]) == 0
    for polygon in polygons:
        assert [area_of(ring) > 0 for ring in polygon] == [True] + [False] * (len(polygon) - 1)
        assert all((ring[0] == ring[-1]).all() for ring in polygon)


def test_the_area_of_a_city_is_valid_and_light(helsinki: Network) -> None:
    for query in ("", "&profile=wheelchair", "&minutes=30"):
        answer = Http().get(f"/circle/area?lon=24.9445&lat=60.1683{query}")
        polygons = answer.json()["geometry"]["coordinates"]
        assert crossings([np.array(ring) for polygon in polygons for ring in polygon]) == 0
        assert len(answer.content) < 40_000
