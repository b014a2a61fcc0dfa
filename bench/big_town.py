"""A made-up district of any size: streets as a grid, buildings and services on them, all by one seed. Nothing of it is real.

Names begin with 虚构 and a number; streets are 100 m apart. Rows go in by COPY, then the walks are computed as for any other area.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

from django.db import connection, models
from tqdm import tqdm

from backend.community.models import Building, Compound, Division
from backend.core import geo
from backend.core.ids import uuid7
from backend.directory import lexemes, network
from backend.directory.hours import dump, parse
from backend.directory.models import Location, Network, Service, ServiceAtLocation, TaxonomyTerm

NAME = "big-town"
BLOCK = 100.0  # metres between streets
DENSITY = 500.0  # services a square kilometre, the mean of a district with its empty corners
ZONE, WEST, SOUTH = 50, 450_000.0, 4_410_000.0  # metres of UTM
OPEN = (
    "Mo-Su 08:00-20:00",
    "Mo-Fr 09:00-18:00",
    "24/7",
    "Mo-Sa 07:30-21:30; PH off",
    "Mo-Su 06:00-10:00,16:00-20:00",
    "",
)
SEED = 15


def build(services: int, buildings: int) -> Network:
    """Make the district unless it is there already."""
    found = Network.objects.filter(name=NAME).first()
    if found is not None:
        return found
    chance = random.Random(SEED)  # noqa: S311 - the same town each time
    side = math.ceil(math.sqrt(services / DENSITY) * 1000 / BLOCK)  # blocks
    corners = [(_lonlat(east * BLOCK, north * BLOCK)) for north in range(side + 1) for east in range(side + 1)]
    number = [[north * (side + 1) + east for east in range(side + 1)] for north in range(side + 1)]
    streets = [(number[n][e], number[n][e + 1], 1.0) for n in range(side + 1) for e in range(side)]
    streets += [(number[n][e], number[n + 1][e], 1.0) for n in range(side) for e in range(side + 1)]
    _places(chance, side * BLOCK, services)
    _homes(chance, side * BLOCK, buildings)
    return network.save(NAME, corners, streets)


def _lonlat(east: float, north: float) -> tuple[float, float]:
    lon, lat = geo.from_utm(WEST + east, SOUTH + north, ZONE)
    return float(lon), float(lat)


def _on_a_street(chance: random.Random, width: float) -> tuple[float, float]:
    """Metres east and north of the corner, up to 15 m off a street."""
    along, street = chance.uniform(0, width), round(chance.uniform(0, width) / BLOCK) * BLOCK + chance.uniform(-15, 15)
    return (along, street) if chance.random() < 0.5 else (street, along)


def _places(chance: random.Random, width: float, count: int) -> None:
    terms = [
        (term.pk, term.code, term.name) for term in TaxonomyTerm.objects.filter(parent__isnull=False).order_by("code")
    ]
    hours = [dump(parse(text)) if text else None for text in OPEN]
    made: list[tuple[Any, ...]] = []
    for number in range(count):
        term, code, kind = chance.choice(terms)
        made.append((uuid7(), uuid7(), uuid7(), term, code, f"虚构{kind}{number}号", *_on_a_street(chance, width)))
    _copy(
        Service,
        ({"id": s, "category_id": t, "name": name, "source": "bench"} for s, _, _, t, _, name, _, _ in made),
        count,
    )
    _copy(Location, (_location(number, at[1], *at[6:]) for number, at in enumerate(made)), count)
    listed = (
        {"id": x, "service_id": s, "location_id": place, "hours": chance.choice(hours)} for s, place, x, *_ in made
    )
    _copy(ServiceAtLocation, listed, count)
    with connection.cursor() as cursor:
        for start in tqdm(range(0, count, 5000), desc="words", unit=""):
            rows = [
                (x, lexemes.of_service(name, "", code)) for _, _, x, _, code, name, _, _ in made[start : start + 5000]
            ]
            cursor.executemany(
                "UPDATE directory_serviceatlocation SET search = array_to_tsvector(%s) WHERE id = %s",
                [(words, x) for x, words in rows],
            )


def _location(number: int, key: Any, east: float, north: float) -> dict[str, Any]:
    lon, lat = _lonlat(east, north)
    metres = {"zone": ZONE, "easting": WEST + east, "northing": SOUTH + north}
    return {"id": key, "lon": lon, "lat": lat, "source": "bench", "address": f"虚构路{number}号"} | metres


def _homes(chance: random.Random, width: float, count: int) -> None:
    community = Division.objects.create(code="000000000000", name="虚构社区", kind=Division.Kind.COMMUNITY)
    compound = Compound.objects.create(name="虚构小区", community=community)
    rows = []
    for number in range(count):
        lon, lat = _lonlat(*_on_a_street(chance, width))
        rows.append({"id": uuid7(), "compound_id": compound.pk, "name": f"虚构{number}号楼", "lon": lon, "lat": lat})
    _copy(Building, iter(rows), count)


def _copy(model: type[models.Model], rows: Iterator[dict[str, Any]], count: int) -> None:
    """COPY rows into a model's table; what a row does not say is the model's default."""
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    default = {field.column: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    names = ", ".join(f'"{field.column}"' for field in fields)
    connection.ensure_connection()
    with connection.connection.cursor().copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in tqdm(rows, desc=model._meta.db_table, total=count, unit=""):
            copy.write_row(list((default | row).values()))
