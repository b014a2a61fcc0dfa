"""The reachable area as a GeoJSON feature: for drawing only, the services of a circle come from walking times."""

from typing import Any

import numpy as np

from backend.core import geo
from backend.directory import circle
from backend.directory import network as networks
from backend.directory.circle import Start, Wish
from backend.directory.walk_times import DETOUR
from backend.directory.walking.outline import outline


def feature(start: Start, wish: Wish) -> dict[str, Any]:
    """Return a GeoJSON Feature (MultiPolygon, WGS-84): what lies within 30 m of the streets that can be walked in time.

    Without a street within 150 m it is the circle of the estimate, and `method` says so. Raises Invalid off the earth.
    """
    geo.check_position(start.lon, start.lat)
    network, snap = circle.nearest(start.lon, start.lat)
    zone = network.zone if network else geo.utm_zone(start.lon)
    here = np.array(geo.utm(start.lon, start.lat, zone))
    if network is None or snap is None:
        angles = np.linspace(0, 2 * np.pi, 73)
        polygons = [[here + np.column_stack((np.cos(angles), np.sin(angles))) * wish.effort / DETOUR]]
        polygons[0][0][-1] = polygons[0][0][0]
    else:
        streets = networks.streets_of(network)
        reached = streets.reached(snap, wish.effort)
        polygons = outline(np.vstack((here[None, :], reached)))
    return {
        "type": "Feature",
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[_degrees(ring, zone) for ring in polygon] for polygon in polygons],
        },
        "properties": {
            "minutes": wish.minutes,
            "pace": wish.pace,
            "method": "estimate" if network is None else "network",
            "lon": start.lon,
            "lat": start.lat,
        },
    }


def _degrees(ring: Any, zone: int) -> list[list[float]]:
    lon, lat = geo.from_utm(ring[:, 0], ring[:, 1], zone)
    return np.column_stack((lon, lat)).round(6).tolist()  # type: ignore[no-any-return]
