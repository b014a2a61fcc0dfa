"""A newer extract of Helsinki: what changed is written, what did not is not touched; a killed import goes on where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import osmium
import pytest
from django.db import connection

from backend.directory import settling
from backend.directory.models import Location, Network, Service, ServiceAtLocation, Status, WalkEdge
from backend.directory.osm import importing
from backend.directory.osm.importing import Wish
from tests.directory.conftest import SYSTEM
from tests.directory.reference import PBF

TABLES = ("directory_service", "directory_location", "directory_serviceatlocation", "directory_schedule")


def versions() -> dict[str, dict[Any, str]]:
    """The version (xmin, place on the page) of every row of the services' tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT id, xmin::text || ctid::text FROM {table}")
            found[table] = dict(cursor.fetchall())
    return found


def services_of(pbf: Path = PBF) -> list[int]:
    """The ids of the first nodes of a file that are shops with a name."""
    nodes = osmium.FileProcessor(str(pbf), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("shop"))
    return [node.id for node in nodes if "name" in node.tags][:5]


def newer(path: Path, **changes: int) -> Path:
    """A copy of Helsinki in which one shop is renamed, one moved, one retagged, one gone; one bakery and one lane are new."""
    writer = osmium.SimpleWriter(str(path))
    last: dict[str, Any] = {"node": None}
    for thing in osmium.FileProcessor(str(PBF)):
        if thing.is_node():
            tags = dict(thing.tags)
            last["node"] = thing.id
            if thing.id == changes["gone"]:
                continue
            if thing.id == changes["renamed"]:
                writer.add_node(thing.replace(tags=tags | {"name": "Uusi Nimi"}))
            elif thing.id == changes["moved"]:
                writer.add_node(thing.replace(location=(thing.lon + 0.0005, thing.lat)))
            elif thing.id == changes["retagged"]:
                writer.add_node(thing.replace(tags=tags | {"shop": "bakery", "opening_hours": "Mo-Fr 05:00-11:00"}))
            else:
                writer.add_node(thing)
            continue
        if last["node"] is not None:
            tags = {"shop": "bakery", "name": "Uusi Leipomo"}
            where = (24.9445, 60.1700)
            writer.add_node(osmium.osm.mutable.Node(id=last["node"] + 1, location=where, tags=tags))
            last["node"] = None
        (writer.add_way if thing.is_way() else writer.add_relation)(thing)
    writer.close()
    return path


@pytest.fixture
def changes() -> dict[str, int]:
    renamed, moved, retagged, gone, _ = services_of()
    return {"renamed": renamed, "moved": moved, "retagged": retagged, "gone": gone}


def test_a_newer_extract_touches_only_the_changes(db: None, tmp_path: Path, changes: dict[str, int]) -> None:
    first = importing.bring_in(SYSTEM, Wish(PBF, name="helsinki", timezone="Europe/Helsinki"))
    assert (first.counts.created, first.counts.closed) == (1924, 0)
    before, streets = versions(), WalkEdge.objects.count()
    edition = Network.objects.get(name="helsinki").version
    path = newer(tmp_path / "newer.osm.pbf", **changes)
    second = importing.bring_in(SYSTEM, Wish(path, name="helsinki", timezone="Europe/Helsinki"))
    counts = second.counts
    assert (counts.created, counts.updated, counts.closed, counts.unchanged) == (1, 3, 1, 1920)
    after = versions()
    written = {table: {key for key in after[table] if before[table].get(key) != after[table][key]} for table in TABLES}
    key = {name: Service.objects.get(external_id=f"node/{number}").id for name, number in changes.items()}
    new = Service.objects.get(name="Uusi Leipomo").id
    assert written["directory_service"] == {*key.values(), new}
    at = dict(ServiceAtLocation.objects.values_list("service_id", "id"))
    place = dict(ServiceAtLocation.objects.values_list("service_id", "location_id"))
    assert written["directory_location"] == {place[key["moved"]], place[new]}
    assert written["directory_serviceatlocation"] == {at[key["renamed"]], at[key["retagged"]], at[new]}
    rescheduled = set(
        ServiceAtLocation.objects.filter(schedules__in=written["directory_schedule"]).values_list("id", flat=True)
    )
    assert rescheduled == {at[key["retagged"]]}
    assert Service.objects.get(id=key["renamed"]).name == "Uusi Nimi"
    assert Service.objects.get(id=key["retagged"]).category.code == "bakery"
    assert Service.objects.get(id=key["gone"]).status == Status.DEFUNCT
    assert (WalkEdge.objects.count(), Network.objects.get(name="helsinki").version) == (streets, edition)

    third = importing.bring_in(SYSTEM, Wish(PBF, name="helsinki", timezone="Europe/Helsinki"))
    assert (third.counts.updated, third.counts.closed, third.counts.unchanged) == (4, 1, 1920)
    assert Service.objects.get(id=key["gone"]).status == Status.ACTIVE
    assert Location.objects.get(id=place[key["moved"]]).lon == pytest.approx(24.94, abs=0.05)


def test_a_killed_import_goes_on_and_closes_nothing_before_its_end(
    db: None, tmp_path: Path, changes: dict[str, int]
) -> None:
    importing.bring_in(SYSTEM, Wish(PBF, name="helsinki", timezone="Europe/Helsinki"))
    path = newer(tmp_path / "newer.osm.pbf", **changes)

    class Killed(BaseException):
        pass

    def until_services(stage: str, things: Any, total: int | None) -> Any:
        for thing in things:
            yield thing
            if stage == "services":
                raise Killed

    with pytest.raises(Killed):
        importing.bring_in(SYSTEM, Wish(path, name="helsinki", timezone="Europe/Helsinki"), until_services)
    assert Service.objects.get(external_id=f"node/{changes['renamed']}").name == "Uusi Nimi"
    assert Service.objects.get(external_id=f"node/{changes['gone']}").status == Status.ACTIVE
    again = importing.bring_in(SYSTEM, Wish(path, name="helsinki", timezone="Europe/Helsinki"))
    assert (again.counts.created, again.counts.updated, again.counts.closed) == (0, 0, 1)
    assert Service.objects.get(external_id=f"node/{changes['gone']}").status == Status.DEFUNCT


def test_what_the_desk_settled_stays_until_the_source_changes_its_mind(
    db: None, tmp_path: Path, changes: dict[str, int]
) -> None:
    wish = Wish(PBF, name="helsinki", timezone="Europe/Helsinki")
    importing.bring_in(SYSTEM, wish)
    shop = Service.objects.get(external_id=f"node/{changes['renamed']}")
    at = ServiceAtLocation.objects.select_related("service", "location").get(service=shop)
    settling.settle(shop, name=settling.said(at, "name"), status=settling.TOLD)
    Service.objects.filter(id=shop.id).update(name="Kuten Toimisto Sanoo", status=Status.DEFUNCT)
    assert importing.bring_in(SYSTEM, wish).counts.updated == 0
    shop.refresh_from_db()
    assert (shop.name, shop.status) == ("Kuten Toimisto Sanoo", Status.DEFUNCT)
    importing.bring_in(
        SYSTEM, Wish(newer(tmp_path / "newer.osm.pbf", **changes), name="helsinki", timezone="Europe/Helsinki")
    )
    shop.refresh_from_db()
    assert (shop.name, shop.status) == ("Uusi Nimi", Status.DEFUNCT)


def test_an_area_is_imported_once_at_a_time(db: None) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('directory.import:helsinki', 0))")
        with pytest.raises(importing.ImportRunning):
            importing.bring_in(SYSTEM, Wish(PBF, name="helsinki"))
    finally:
        other.close()
