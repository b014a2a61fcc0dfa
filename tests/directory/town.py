"""A generated town for the walks that are kept: streets of random corners, steps, buildings, services; and edits to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from django.db import connection
from scipy.spatial import cKDTree

from backend.community.models import Building, Compound
from backend.directory import network as networks
from backend.directory import walk_times
from backend.directory.ahead.profiles import PROFILES
from backend.directory.models import Location, Network, Service, ServiceAtLocation, Status, TaxonomyTerm
from backend.directory.walking.ground import Ground
from backend.directory.walking.passage import NEVER, WHEELS
from tests.directory.conftest import ZONE, at

SIZE = 2600.0
STREETS = 200


@dataclass
class Town:
    """A network over 2.6 km with buildings and services, and a die."""

    compound: Compound
    rng: np.random.Generator
    points: np.ndarray = field(init=False)
    edges: list[tuple[int, int, float, float]] = field(init=False)

    def __post_init__(self) -> None:
        self.points = self.rng.uniform(0, SIZE, (STREETS, 2))
        near = cKDTree(self.points).query(self.points, k=4)[1]
        pairs = sorted({tuple(sorted((i, int(j)))) for i in range(STREETS) for j in near[i, 1:]})
        self.edges = [(a, b, *self._effort()) for a, b in pairs]
        self.term = TaxonomyTerm.objects.get(code="pharmacy")
        for _ in range(20):
            self.add_building()
        for _ in range(90):
            self.add_service()

    def _effort(self) -> tuple[float, float]:
        match self.rng.integers(12):
            case 0:
                return 1.8, NEVER
            case 1:
                return 1.0, NEVER
            case _:
                return 1.0, WHEELS

    def somewhere(self) -> tuple[float, float]:
        lon, lat = at(*self.rng.uniform(-100, SIZE + 100, 2))
        return float(lon), float(lat)

    def pave(self) -> Network:
        """Keep the streets as they are now."""
        lonlat = np.array([at(*point) for point in self.points])
        tails, heads = (np.array([edge[end] for edge in self.edges], np.int64) for end in (0, 1))
        foot, wheels = (np.array([edge[i] for edge in self.edges]) for i in (2, 3))
        return networks.keep("town", Ground(lonlat, tails, heads, foot, wheels))

    def add_building(self) -> None:
        lon, lat = self.somewhere()
        Building.objects.create(compound=self.compound, name="x", lon=lon, lat=lat)

    def add_service(self) -> None:
        place = Location()
        place.place(*self.somewhere(), ZONE)
        place.save()
        service = Service.objects.create(category=self.term, name="演示")
        ServiceAtLocation.objects.create(service=service, location=place)

    def move_service(self) -> None:
        place = self._any(Location)
        place.place(*self.somewhere(), ZONE)
        place.save()

    def close_or_open_service(self) -> None:
        service = self._any(Service)
        service.status = Status.ACTIVE if service.status != Status.ACTIVE else Status.TEMPORARILY_CLOSED
        service.save()

    def move_building(self) -> None:
        building = self._any(Building)
        building.lon, building.lat = self.somewhere()
        building.save()

    def forget_building(self) -> None:
        building = self._any(Building)
        building.lon = building.lat = None
        building.save()

    def remove_street(self) -> None:
        self.edges.pop(int(self.rng.integers(len(self.edges))))
        self.pave()

    def add_street(self) -> None:
        a, b = sorted(self.rng.choice(STREETS, 2, replace=False).tolist())
        self.edges.append((a, b, *self._effort()))
        self.pave()

    def change_street(self) -> None:
        number = int(self.rng.integers(len(self.edges)))
        a, b, *_ = self.edges[number]
        self.edges[number] = (a, b, *self._effort())
        self.pave()

    def move_corner(self) -> None:
        self.points[int(self.rng.integers(STREETS))] += self.rng.uniform(-80, 80, 2)
        self.pave()

    def _any(self, model: type) -> object:
        rows = list(model.objects.order_by("id"))
        return rows[int(self.rng.integers(len(rows)))]


EDITS = (
    "add_building", "add_service", "move_service", "close_or_open_service", "move_building", "forget_building",
    "remove_street", "add_street", "change_street", "move_corner",
)  # fmt: skip


def kept() -> dict[str, dict[tuple[object, object], tuple[float, float, bool]]]:
    """All walks that are kept, by profile."""
    found = {}
    for profile in PROFILES.values():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT building_id, service_at_location_id, effort, metres, is_estimate FROM {profile.times}"
            )
            found[profile.name] = {row[:2]: row[2:] for row in cursor.fetchall()}
    return found


def rows_of(profile: str) -> dict[tuple[object, object], str]:
    """Where each kept row lies: a row that was written again lies elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT building_id, service_at_location_id, ctid::text FROM {PROFILES[profile].times}")
        return {row[:2]: row[2] for row in cursor.fetchall()}


def from_nothing(network: Network) -> dict[str, dict[tuple[object, object], tuple[float, float, bool]]]:
    """All walks computed anew; what was kept is lost."""
    for profile in PROFILES.values():
        with connection.cursor() as cursor:
            for table in (profile.times, profile.origins, profile.targets):
                cursor.execute(f"DELETE FROM {table}")
    walk_times.recompute(network)
    return kept()


def assert_same(
    found: dict[str, dict[object, tuple[float, ...]]], wanted: dict[str, dict[object, tuple[float, ...]]]
) -> None:
    for profile, walks in wanted.items():
        assert found[profile].keys() == walks.keys(), profile
        for pair, (effort, metres, is_estimate) in walks.items():
            was = found[profile][pair]
            assert abs(was[0] - effort) < 1e-5, (profile, pair)
            assert abs(was[1] - metres) < 1e-5, (profile, pair)
            assert was[2] == is_estimate
