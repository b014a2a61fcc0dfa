"""`import-osm`: twice changes nothing, newer files close what is gone, dirty data is reported."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import osmium
import pytest

from backend.commands import import_osm
from backend.community.models import Building
from backend.core.models import AuditRow
from backend.directory.models import (
    Location,
    Network,
    Schedule,
    Service,
    ServiceAtLocation,
    WalkEdge,
    WalkNode,
    WalkTime,
)
from backend.directory.osm import stretches
from tests.cast import Cast
from tests.directory.reference import PBF

LAT, LON = 39.9087, 116.4605
STEP = 0.001


def import_file(path: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    import_osm.add_arguments(parser)
    return import_osm.run(parser.parse_args([str(path), *options]))


def node(number: int, east: int = 0, north: int = 0, **tags: str) -> Any:
    where = (LON + east * STEP, LAT + north * STEP)
    return osmium.osm.mutable.Node(id=number, location=where, tags=tags)


def way(number: int, nodes: list[int], **tags: str) -> Any:
    return osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags)


def write(path: Path, *things: Any) -> Path:
    writer = osmium.SimpleWriter(str(path))
    for thing in things:
        (writer.add_node if isinstance(thing, osmium.osm.mutable.Node) else writer.add_way)(thing)
    writer.close()
    return path


STREET = [node(1), node(2, 1), node(3, 2), way(1, [1, 2, 3], highway="residential")]


def everything() -> dict[str, list[Any]]:
    tables = (Service, Location, ServiceAtLocation, Schedule, Network)
    rows = {table.__name__: list(table.objects.order_by("id").values()) for table in tables}
    walks = WalkTime.objects.order_by("building_id", "service_at_location_id").values_list()
    return rows | {"walks": list(walks), "streets": [WalkNode.objects.count(), WalkEdge.objects.count()]}


def test_a_second_import_changes_nothing(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    Building.objects.create(compound=cast.compound, name="Kämp", lon=24.9463, lat=60.1682)
    assert import_file(PBF, "--timezone", "Europe/Helsinki") == 0
    first = everything()
    assert "1924 new" in capsys.readouterr().out
    assert len(first["Service"]) == 1924
    assert len(first["walks"]) > 1000
    assert import_file(PBF, "--timezone", "Europe/Helsinki") == 0
    assert "1924 unchanged, 0 closed" in capsys.readouterr().out
    assert everything() == first


def test_the_import_leaves_its_counts_in_the_audit(db: None, tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.osm.pbf", *STREET, node(9, 1, shop="bakery")))
    events = set(AuditRow.objects.values_list("event", flat=True))
    assert {"directory.network-kept", "directory.services-kept", "directory.walks-computed"} <= events


def test_a_newer_file_closes_what_is_gone_and_keeps_ids(db: None, tmp_path: Path) -> None:
    path = tmp_path / "quarter.osm.pbf"
    import_file(write(path, *STREET, node(8, 1, shop="bakery", name="旧"), node(9, 2, shop="bakery", name="饼")))
    before = dict(Service.objects.values_list("external_id", "id"))
    path.unlink()
    import_file(write(path, *STREET, node(9, 2, shop="florist", name="花")))
    assert dict(Service.objects.values_list("external_id", "id")) == before
    gone, changed = Service.objects.get(external_id="node/8"), Service.objects.get(external_id="node/9")
    assert (gone.status, changed.status, changed.name, changed.category.code) == (
        "defunct",
        "active",
        "花",
        "flowers-gifts",
    )
    path.unlink()
    import_file(write(path, *STREET, node(8, 1, shop="bakery", name="旧"), node(9, 2, shop="florist", name="花")))
    assert Service.objects.get(external_id="node/8").status == "active"


def test_dirty_data_is_reported_and_the_rest_imported(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        tmp_path / "dirty.osm.pbf",
        *STREET,
        node(10, 1, amenity="cafe", name="好\u0007咖\u200b啡\n馆", opening_hours="whenever", phone="ask inside"),
        node(11, 1, shop="kiosk", name="长" * 250, website="javascript:alert(1)", wheelchair="maybe"),
        way(20, [1, 2, 777], highway="footway"),
        way(21, [778, 779], shop="mall", name="nowhere"),
        way(22, [1, 2, 780, 1], amenity="school"),
        way(23, [1, 1], highway="path"),
        node(12, 2, shop="no"),
    )
    assert import_file(path) == 0
    said = capsys.readouterr().out
    assert "3 new" in said
    for problem in (
        "opening hours kept as text", "phone left out", "text cut short", "web address left out",
        "way with a missing node", "place without position", "outline incomplete",
    ):  # fmt: skip
        assert problem in said
    cafe = ServiceAtLocation.objects.select_related("service").get(service__external_id="node/10")
    assert (cafe.service.name, cafe.hours_text, cafe.hours, cafe.phone) == ("好 咖 啡 馆", "whenever", None, "")
    kiosk = Service.objects.get(external_id="node/11")
    assert (len(kiosk.name), kiosk.url) == (200, "")


def test_a_broken_file_is_refused_and_nothing_is_lost(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_file(write(tmp_path / "good.osm.pbf", *STREET, node(9, 1, shop="bakery")))
    broken = tmp_path / "good2.osm.pbf"
    broken.write_bytes(PBF.read_bytes()[:100_000])
    for path in (broken, tmp_path / "missing.osm.pbf"):
        assert import_file(path, "--name", "good") == 1
        assert "not a readable OSM extract" in capsys.readouterr().err
    empty = write(tmp_path / "empty.osm.pbf", node(1, shop="bakery"))
    assert import_file(empty, "--name", "good") == 1
    assert "nothing to walk on" in capsys.readouterr().err
    assert Service.objects.get().status == "active"


def test_a_boundary_keeps_what_is_inside_and_the_streets_around(db: None, tmp_path: Path) -> None:
    square = [
        [LON - STEP, LAT - STEP],
        [LON + STEP / 2, LAT - STEP],
        [LON + STEP / 2, LAT + STEP],
        [LON - STEP, LAT + STEP],
    ]
    outline = tmp_path / "outline.geojson"
    outline.write_text(
        json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[*square, square[0]]]}})
    )
    path = write(tmp_path / "a.osm.pbf", *STREET, node(8, 0, shop="bakery"), node(9, 1, shop="bakery"))
    assert import_file(path, "--boundary", str(outline)) == 0
    assert list(Service.objects.values_list("external_id", flat=True)) == ["node/8"]
    assert Network.objects.get().nodes == 3
    outline.write_text("{}")
    assert import_file(path, "--boundary", str(outline)) == 1


def test_a_division_marks_the_services(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.osm.pbf", *STREET, node(8, 0, shop="bakery"))
    assert import_file(path, "--division", "000000") == 1
    assert "no division" in capsys.readouterr().err
    assert import_file(path, "--division", cast.community.code) == 0
    assert Location.objects.get().community == cast.community
    assert Network.objects.get().name == cast.community.code


@pytest.mark.parametrize(
    ("tags", "walkable"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "primary_link"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "service", "access": "no", "foot": "permissive"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "path", "foot": "private", "access": "yes"}, False),
        ({"highway": "path", "access": "destination"}, True),
        ({"building": "yes"}, False),
    ],
)
def test_what_may_be_walked_on(tags: dict[str, str], walkable: bool) -> None:
    assert stretches.is_walkable(tags) is walkable
