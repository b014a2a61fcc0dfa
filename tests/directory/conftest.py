"""Helsinki imported, and a small invented quarter round the cast's building."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from backend.core import geo
from backend.directory import actions, keeping
from backend.directory import network as networks
from backend.directory.hours import parse
from backend.directory.models import Network
from backend.directory.osm import extract
from backend.directory.osm.extract import Extract
from backend.directory.places import Place
from backend.people.actor import Actor
from tests.directory.reference import PBF

SYSTEM = Actor.system("test")
ZONE = 50
CORNER = geo.utm(116.4600, 39.9070, ZONE)


@cache
def helsinki_extract() -> Extract:
    return extract.read(PBF)


@pytest.fixture
def helsinki(db: None) -> Network:
    network = actions.keep_network(SYSTEM, name="helsinki", extract=helsinki_extract())
    actions.keep_services(
        SYSTEM, network_id=network.id, places=helsinki_extract().places, source="osm", timezone="Europe/Helsinki"
    )
    return network


def at(east: float, north: float) -> tuple[float, float]:
    """Degrees of a point so many metres east and north of the quarter's corner."""
    return geo.from_utm(CORNER[0] + east, CORNER[1] + north, ZONE)


def make_place(key: str, east: float, north: float, **told: Any) -> Place:
    """A provider of the quarter; `hours` may be given as text."""
    lon, lat = at(east, north)
    text = told.pop("hours", "")
    told = {"category": "convenience", "name": f"{key}号店"} | told
    return Place(external_id=key, lon=lon, lat=lat, hours_text=text, hours=parse(text) if text else None, **told)


PLACES = (
    make_place("near", 100, 10, name="国大药房（望京店）", name_en="Guoda Pharmacy", category="pharmacy", hours="24/7"),
    make_place("steps", 300, 110, name="天桥早餐", category="breakfast", hours="Mo-Su 06:00-10:00; PH off"),
    make_place("wall", 100, 160, name="墙外理发", category="hair-beauty", accessibility="yes", is_certified=True),
    make_place("far", 900, 0, name="小关菜店", category="vegetables", hours="Mo-Fr 22:00-02:00", operator="小关合作社"),
    make_place("nameless", 200, 5, category="bench", name=""),
)


@pytest.fixture
def quarter(db: None) -> Network:
    """A street of 1,000 m to the east, a flight of steps to the north at 300 m, a lane behind the wall that only they reach."""
    nodes = [at(0, 0), at(300, 0), at(1000, 0), at(300, 100), at(300, 150), at(100, 150)]
    edges = [(0, 1, 1.0), (1, 2, 1.0), (1, 3, 1.8), (3, 4, 1.0), (4, 5, 1.0)]
    network = networks.save("quarter", nodes, edges)
    keeping.keep(PLACES, source="seed", area=network)
    return network
