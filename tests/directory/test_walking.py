"""The contract's walking time on streets small enough to compute by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backend.directory.walking.building import build
from backend.directory.walking.streets import Streets


def streets(points: list[tuple[float, float]], edges: list[tuple[int, int, float]]) -> Streets:
    ends = np.array([edge[:2] for edge in edges])
    return build(50, np.array(points, float), ends[:, 0], ends[:, 1], np.array([edge[2] for edge in edges]))


def walk(
    net: Streets, origin: tuple[float, float], place: tuple[float, float], limit: float = 1200
) -> tuple[float, float]:
    effort, metres = net.walks(net.snap(np.array([origin], float)), net.snap(np.array([place], float)), limit)
    return pytest.approx(float(effort[0])), pytest.approx(float(metres[0]))


LINE = streets([(0, 0), (100, 0), (400, 0)], [(0, 1, 1.0), (1, 2, 1.0)])


def test_both_legs_count_and_join_at_the_nearest_point_of_an_edge() -> None:
    assert walk(LINE, (50, 30), (200, -40)) == (30 + 150 + 40, 220)


def test_two_places_on_one_edge_walk_along_it_directly() -> None:
    assert walk(LINE, (150, 0), (250, 10)) == (110, 110)


def test_steps_take_1_8_times_as_long_but_are_not_longer() -> None:
    net = streets([(0, 0), (100, 0), (200, 0)], [(0, 1, 1.8), (1, 2, 1.0)])
    assert walk(net, (0, 0), (200, 0)) == (280, 200)
    assert walk(net, (50, 0), (150, 0)) == (140, 100)


def test_going_round_steps_is_taken_when_it_is_easier_even_between_two_places_on_the_steps() -> None:
    net = streets([(0, 0), (300, 0), (300, 10), (0, 10)], [(0, 1, 1.8), (0, 3, 1.0), (3, 2, 1.0), (2, 1, 1.0)])
    assert walk(net, (1, 0), (299, 0)) == (1.8 + 10 + 300 + 10 + 1.8, 322)


def test_of_parallel_edges_the_easiest_counts() -> None:
    net = streets([(0, 0), (100, 0)], [(0, 1, 1.8), (1, 0, 1.0), (0, 1, 1.0)])
    assert len(net.tails) == 1
    assert walk(net, (0, 0), (100, 0)) == (100, 100)


def test_the_limit_is_inclusive() -> None:
    assert walk(LINE, (0, 0), (400, 0), 400) == (400, 400)
    assert walk(LINE, (0, 0), (400, 0), 399.99) == (np.inf, np.inf)


def test_a_place_more_than_150_metres_away_does_not_join() -> None:
    assert LINE.snap(np.array([(50.0, 150.0), (50.0, 150.1)])).edge.tolist() == [0, -1]


def test_only_the_largest_connected_part_is_walked_on() -> None:
    net = streets([(0, 0), (100, 0), (200, 0), (0, 50), (500, 50)], [(0, 1, 1.0), (1, 2, 1.0), (3, 4, 1.0)])
    assert len(net.points) == 3
    assert walk(net, (10, 50), (100, 0)) == (50 + 90, 140)


def test_lengths_follow_the_easiest_way_through_several_flights_of_steps() -> None:
    points = [(float(x), 0.0) for x in range(0, 1100, 100)]
    net = streets(points, [(i, i + 1, 1.8 if i % 3 == 0 else 1.0) for i in range(10)])
    assert walk(net, (0, 0), (1000, 0), 5000) == (1000 + 4 * 80, 1000)


def test_the_nearest_edge_is_found_like_by_looking_at_all() -> None:
    rng = np.random.default_rng(7)
    points = rng.uniform(0, 2000, (300, 2))
    edges = [(i, int(j), 1.0) for i in range(1, 300) for j in [rng.integers(0, i)]]
    net = streets([tuple(p) for p in points], edges)
    places = rng.uniform(-100, 2100, (200, 2))
    found = net.snap(places)
    a, d = net.points[net.tails], net.points[net.heads] - net.points[net.tails]
    for i, place in enumerate(places):
        share = np.clip(((place - a) * d).sum(1) / (d * d).sum(1), 0, 1)
        nearest = np.linalg.norm(a + share[:, None] * d - place, axis=1).min()
        assert (found.edge[i] < 0) == (nearest > 150)
        assert found.edge[i] < 0 or found.leg[i] == pytest.approx(nearest)


def test_a_network_without_an_edge_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one edge"):
        build(50, np.zeros((2, 2)), np.array([0]), np.array([0]), np.array([1.0]))
