"""Read a PBF extract once: the walking network and the services. Dirty objects are counted, never fatal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from backend.core.errors import FieldError, Invalid
from backend.directory import categories
from backend.directory.osm import places
from backend.directory.osm.boundary import Boundary
from backend.directory.osm.stretches import NODE_KEYS, Entrance, is_walkable, of_node, of_way
from backend.directory.places import Place
from backend.directory.walking.streets import STEPS


@dataclass
class Extract:
    """What a file holds: node ids → degrees, pieces of walkable ways, services, problems by kind.

    `tails`, `heads` (node ids), `factors` and `ways` (the way's id) go together, a piece each. `way_tags` and `node_tags` keep
    what matters for walking (see `stretches`) of the walkable ways, and of nodes on them where something stands. `outlines` are
    the closed rings (degrees) of the buildings that have entrances.
    """

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    tails: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    way_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    entrances: list[Entrance] = field(default_factory=list)
    outlines: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)

    def ids(self) -> NDArray[np.int64]:
        """Return the node ids in the order of `network`'s numbers."""
        return np.fromiter(sorted(self.nodes), np.int64, len(self.nodes))

    def network(self) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return lon/lat (n, 2) in order of node id, tails and heads as numbers into it, factors (m,)."""
        ids = self.ids()
        lonlat = np.array([self.nodes[i] for i in ids.tolist()], dtype=np.float64).reshape(-1, 2)
        tails, heads = (np.searchsorted(ids, np.array(ends, np.int64)) for ends in (self.tails, self.heads))
        return lonlat, tails, heads, np.array(self.factors)


def read(path: Path, boundary: Boundary | None = None, watch: Any = iter) -> Extract:
    """Read the file; `watch` wraps the stream of objects (a progress bar). Raises Invalid if it is no readable PBF."""
    extract, doors = Extract(), _Doors()
    seen: set[str] = set()
    try:
        for thing in watch(_objects(path)):
            try:
                _take(extract, thing, boundary, seen)
                doors.take(thing, boundary)
            except (UnicodeDecodeError, osmium.InvalidLocationError):
                extract.problems["object unreadable"] += 1
    except (RuntimeError, OSError, ValueError) as error:
        raise Invalid(
            FieldError("/file", "extract-unreadable", f"not a readable OSM extract: {error}", "无法读取的 OSM 数据文件")
        ) from error
    doors.settle(extract)
    return extract


class _Doors:
    """Gathers what stands on nodes while the file is read (nodes come before ways), and which buildings they belong to."""

    def __init__(self) -> None:
        self.tags: dict[int, dict[str, str]] = {}
        self.where: dict[int, tuple[float, float]] = {}
        self.building: dict[int, int] = {}
        self.outlines: dict[int, list[tuple[float, float]]] = {}

    def take(self, thing: Any, boundary: Boundary | None) -> None:
        if thing.is_node():
            kept = of_node({tag.k: tag.v for tag in thing.tags})
            if kept and thing.location.valid() and (boundary is None or boundary.is_near(thing.lon, thing.lat)):
                self.tags[thing.id], self.where[thing.id] = kept, (thing.lon, thing.lat)
        elif thing.is_way() and "building" in thing.tags:
            here = [node.ref for node in thing.nodes if "entrance" in self.tags.get(node.ref, ())]
            self.building.update(dict.fromkeys(here, thing.id))
            if here and len(ring := _valid(thing.nodes)) > 3:
                self.outlines[thing.id] = ring

    def settle(self, extract: Extract) -> None:
        """Give the extract what stands on its ways, and the entrances."""
        extract.node_tags = {node: tags for node, tags in self.tags.items() if node in extract.nodes}
        extract.entrances = [
            Entrance(node, *self.where[node], self.building.get(node), tags["entrance"], tags)
            for node, tags in self.tags.items()
            if "entrance" in tags
        ]
        extract.outlines = self.outlines


def _objects(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise OSError(f"there is no file {path.name}")
    wanted = osmium.filter.KeyFilter("highway", "building", *NODE_KEYS, *categories.osm_keys())
    outlines = osmium.filter.KeyFilter(*categories.osm_keys())
    yield from osmium.FileProcessor(str(path)).with_locations().with_areas(outlines).with_filter(wanted)


def _take(extract: Extract, thing: Any, boundary: Boundary | None, seen: set[str]) -> None:
    tags = {tag.k: tag.v for tag in thing.tags}
    kind = thing.type_str()
    if kind == "w" and is_walkable(tags):
        _take_way(extract, thing, tags, boundary)
    if categories.of_osm(tags) is None:
        return
    position: list[tuple[float, float]]
    if kind == "n":
        external_id, position = f"node/{thing.id}", _valid([thing])
    elif kind == "w":
        external_id, position = f"way/{thing.id}", _valid(thing.nodes)
        if position and len(position) < len(thing.nodes):
            extract.problems["outline incomplete"] += 1
    elif kind == "a" and not thing.from_way():
        external_id = f"relation/{thing.orig_id()}"
        rings = [_valid(ring) for ring in thing.outer_rings()]
        position = max(rings, key=len, default=[])
    else:
        if kind == "r" and tags.get("type") != "multipolygon":
            extract.problems["relation that is no place"] += 1
        return
    if not position:
        extract.problems["place without position"] += 1
        return
    if external_id in seen:
        extract.problems["object twice"] += 1
        return
    seen.add(external_id)
    lon, lat = _centre(position)
    if boundary is None or boundary.holds(lon, lat):
        place = places.read(external_id, tags, lon, lat, extract.problems)
        if place is not None:
            extract.places.append(place)


def _take_way(extract: Extract, way: Any, tags: Mapping[str, str], boundary: Boundary | None) -> None:
    factor = STEPS if tags["highway"] == "steps" else 1.0
    before: int | None = None
    for node in way.nodes:
        if not node.location.valid():
            extract.problems["way with a missing node"] += 1
            before = None
            continue
        lon, lat = node.lon, node.lat
        if boundary is not None and not boundary.is_near(lon, lat):
            before = None
            continue
        extract.nodes[node.ref] = (lon, lat)
        if before is not None:
            extract.tails.append(before)
            extract.heads.append(node.ref)
            extract.factors.append(factor)
            extract.ways.append(way.id)
            extract.way_tags[way.id] = extract.way_tags.get(way.id) or of_way(tags)
        before = node.ref


def _valid(nodes: Iterable[Any]) -> list[tuple[float, float]]:
    return [(node.location.lon, node.location.lat) for node in nodes if node.location.valid()]


def _centre(position: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centroid of a closed ring by the shoelace formula, else the mean of the positions."""
    ring = np.array(position)
    if len(ring) > 3 and position[0] == position[-1]:
        shifted = ring - ring[0]
        (x1, y1), (x2, y2) = shifted[:-1].T, shifted[1:].T
        cross = x1 * y2 - x2 * y1
        if abs(double_area := float(cross.sum())) > 1e-14:
            centre = np.array([((x1 + x2) * cross).sum(), ((y1 + y2) * cross).sum()]) / (3 * double_area) + ring[0]
            return float(centre[0]), float(centre[1])
        ring = ring[:-1]
    lon, lat = ring.mean(axis=0)
    return float(lon), float(lat)
