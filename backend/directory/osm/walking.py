"""What an extract says of walking, as the ground of a network: ways on foot and on wheels, gates, entrances."""

import numpy as np

from backend.directory.osm.extract import Extract
from backend.directory.walking import passage
from backend.directory.walking.ground import Door, Ground

_DOORS = frozenset({"yes", "main", "staircase", "home", "residence", "secondary"})
"""Entrances that residents use; `service`, `garage`, `shop`, `emergency`, `exit` and `no` are not."""


def ground(extract: Extract) -> Ground:
    """Return the ground of an extract."""
    lonlat, tails, heads, factors = extract.network()
    by_way = {way: passage.wheels(tags) for way, tags in extract.way_tags.items()}
    wheels = np.array([by_way.get(way, passage.WHEELS) for way in extract.ways], np.float64)
    number = {ref: i for i, ref in enumerate(extract.ids().tolist())}
    barriers = {number[ref]: passage.barrier(tags) for ref, tags in extract.node_tags.items() if ref in number}
    whole = Ground(lonlat, tails, heads, factors, wheels, doors=_doors(extract))
    return whole.fenced(barriers)


def _doors(extract: Extract) -> list[Door]:
    return [
        Door(door.node, door.lon, door.lat, door.kind, door.tags.get("wheelchair", "")[:8], np.array(ring, np.float64))
        for door in extract.entrances
        if door.kind in _DOORS and door.building is not None and (ring := extract.outlines.get(door.building))
    ]
