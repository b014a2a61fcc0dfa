"""What tags mean on foot and in a wheelchair, and how what stands on a way cuts it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from backend.directory.gates import is_shut
from backend.directory.walking import passage
from backend.directory.walking.building import lay
from backend.directory.walking.ground import Ground
from backend.directory.walking.passage import HARD, NEVER, WHEELS, Barrier, Gate

FREE = Barrier()
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("tags", "effort"),
    [
        ({"highway": "footway"}, WHEELS),
        ({"highway": "steps"}, NEVER),
        ({"highway": "steps", "ramp": "yes"}, NEVER),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, HARD),
        ({"highway": "steps", "wheelchair": "yes"}, HARD),
        ({"highway": "steps", "conveying": "forward", "wheelchair": "yes"}, NEVER),
        ({"highway": "footway", "wheelchair": "no"}, NEVER),
        ({"highway": "footway", "wheelchair": "limited"}, HARD),
        ({"highway": "footway", "surface": "cobblestone"}, HARD),
        ({"highway": "footway", "surface": "sand"}, NEVER),
        ({"highway": "footway", "surface": "sand", "wheelchair": "yes"}, WHEELS),
        ({"highway": "track"}, HARD),
        ({"highway": "track", "surface": "asphalt"}, WHEELS),
        ({"highway": "path", "smoothness": "horrible"}, NEVER),
        ({"highway": "footway", "incline": "8%"}, HARD),
        ({"highway": "footway", "incline": "-12 %"}, NEVER),
        ({"highway": "footway", "incline": "up"}, WHEELS),
        ({"highway": "footway", "width": "0.7"}, NEVER),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_a_metre_in_a_wheelchair(tags: dict[str, str], effort: float) -> None:
    assert passage.wheels(tags) == effort


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"barrier": "bollard"}, FREE),
        ({"barrier": "bollard", "maxwidth:physical": "0.6 m"}, Barrier(wheels=False)),
        ({"barrier": "wall"}, Barrier(foot=False, wheels=False)),
        ({"barrier": "fence", "foot": "yes"}, FREE),
        ({"barrier": "kerb"}, Barrier(wheels=False)),
        ({"barrier": "kerb", "kerb": "lowered"}, FREE),
        ({"kerb": "raised", "highway": "crossing"}, Barrier(wheels=False)),
        ({"kerb": "raised", "wheelchair": "yes"}, FREE),
        ({"barrier": "turnstile"}, Barrier(wheels=False)),
        ({"barrier": "gate"}, FREE),
        ({"barrier": "gate", "wheelchair": "no"}, Barrier(wheels=False)),
        ({"barrier": "gate", "access": "no"}, Barrier(gate=Gate("no"))),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, FREE),
        ({"barrier": "gate", "access": "private"}, Barrier(gate=Gate("private"))),
        ({"barrier": "gate", "locked": "yes"}, Barrier(gate=Gate("private"))),
        ({"barrier": "gate", "access": "customers"}, Barrier(gate=Gate("private"))),
        ({"barrier": "gate", "opening_hours": "06:00-22:00"}, Barrier(gate=Gate(hours="06:00-22:00"))),
        ({"barrier": "gate", "foot:conditional": "no @ (22:00-05:00)"}, Barrier(gate=Gate(shut="22:00-05:00"))),
        (
            {"barrier": "gate", "access": "conditional=yes @ (Mo-Fr 08:00-20:00, Sa 08:00-16:00)"},
            Barrier(gate=Gate(hours="Mo-Fr 08:00-20:00, Sa 08:00-16:00")),
        ),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_what_stands_on_a_way(tags: dict[str, str], wanted: Barrier) -> None:
    assert passage.barrier(tags) == wanted


@pytest.mark.parametrize(
    ("gate", "hour", "shut"),
    [
        (Gate("no"), 12, True),
        (Gate("private"), 12, True),
        (Gate(hours="06:00-22:00"), 12, False),
        (Gate(hours="06:00-22:00"), 23, True),
        (Gate(shut="22:00-05:00"), 12, False),
        (Gate(shut="22:00-05:00"), 23, True),
        (Gate(hours="sunrise-sunset"), 23, False),
    ],
    ids=str,
)
def test_when_a_gate_is_shut(gate: Gate, hour: int, shut: bool) -> None:
    assert is_shut(gate, datetime(2026, 11, 23, hour, 30, tzinfo=BEIJING).astimezone(UTC), BEIJING) is shut


def ground(points: list[tuple[float, float]], edges: list[tuple[int, int]], barriers: dict[int, Barrier]) -> Ground:
    ends = np.array(edges)
    ones = np.ones(len(edges))
    return Ground(np.array(points, float), ends[:, 0], ends[:, 1], ones, ones * WHEELS).fenced(barriers)


CROSS = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (100.0, 100.0), (100.0, -300.0), (200.0, -300.0)]
WAYS = [(0, 1), (1, 2), (1, 3), (0, 4), (4, 5), (5, 2)]


def test_a_wall_across_a_junction_cuts_every_way_that_meets_there() -> None:
    told = ground(CROSS, WAYS, {1: Barrier(foot=False, wheels=False)})
    streets = lay(50, told.lonlat, told).streets
    origin, place = (streets.snap(np.array([at])) for at in ((90.0, 0.0), (110.0, 0.0)))
    round_about = 90 + 2 * np.hypot(100, 300) - np.hypot(100, 300) + 100 + 300 + 90
    assert streets.walks(origin, place, 2000)[0][0] == pytest.approx(round_about, abs=0.1)


def test_a_kerb_stops_wheels_but_not_feet_and_costs_no_metre() -> None:
    told = ground(CROSS, WAYS, {1: Barrier(wheels=False)})
    laid = lay(50, told.lonlat, told)
    free = lay(50, np.array(CROSS), ground(CROSS, WAYS, {}))
    for streets in (laid.streets, free.streets):
        origin, place = (streets.snap(np.array([at])) for at in ((90.0, 0.0), (110.0, 0.0)))
        assert streets.walks(origin, place, 2000)[0][0] == pytest.approx(20, abs=1e-4)
    passed = np.isfinite(laid.wheels)
    assert laid.streets.metres[passed].sum() < laid.streets.metres.sum()
    assert not passed[laid.streets.metres == 0].any()


def test_a_barrier_at_the_end_of_a_single_way_stands_in_nobodys_way() -> None:
    told = ground(CROSS, WAYS, {3: Barrier(foot=False, wheels=False, gate=None)})
    assert len(told.lonlat) == len(CROSS)


def test_a_gate_is_an_edge_of_no_length_with_its_rules() -> None:
    told = ground([(0, 0), (50, 0), (100, 0)], [(0, 1), (1, 2)], {1: Barrier(gate=Gate("no"))})
    laid = lay(50, told.lonlat, told)
    ((edge, gate),) = laid.gates.items()
    assert (laid.streets.metres[edge], gate) == (0.0, Gate("no"))
    closed = laid.streets.closing(frozenset({edge}))
    origin, place = (closed.snap(np.array([at])) for at in ((10.0, 5.0), (90.0, 5.0)))
    assert closed.walks(origin, place, 500)[0][0] == np.inf
    assert laid.streets.walks(origin, place, 500)[0][0] == pytest.approx(90, abs=1e-4)
