"""The reachable area as a GeoJSON feature: for drawing only, the services of a circle come from walking times."""

from typing import Any

import numpy as np

from backend.core import geo
from backend.directory import reaching
from backend.directory.ahead.profiles import DETOUR
from backend.directory.circle import Start, Wish
from backend.directory.walking.outline import outline


def feature(start: Start, wish: Wish) -> dict[str, Any]:
    """Return a GeoJSON Feature (MultiPolygon, WGS-84): what lies within 30 m of the streets that can be walked in time.

    Without a street within 150 m it is the circle of the estimate, and `method` says so. Raises Invalid off the earth.
    """
    here = reaching.stand(
        start.lon, start.lat, wish.profile, gates_at=wish.gates_at, is_building=start.building_id is not None
    )
    if here.network is None:
        angles = np.linspace(0, 2 * np.pi, 73)
        ring = here.point + np.column_stack((np.cos(angles), np.sin(angles))) * wish.effort / DETOUR
        ring[-1] = ring[0]
        polygons = [[ring]]
    else:
        reached = here.streets.reached(here.snap, wish.effort) if here.streets and here.snap else np.zeros((0, 2))
        polygons = outline(np.vstack((here.point[None, :], reached)))
    return {
        "type": "Feature",
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[_degrees(ring, here.zone) for ring in polygon] for polygon in polygons],
        },
        "properties": {
            "minutes": wish.minutes,
            "pace": wish.pace,
            "profile": wish.profile,
            "method": here.method,
            "lon": here.lon,
            "lat": here.lat,
        },
    }


def _degrees(ring: Any, zone: int) -> list[list[float]]:
    lon, lat = geo.from_utm(ring[:, 0], ring[:, 1], zone)
    return np.column_stack((lon, lat)).round(6).tolist()  # type: ignore[no-any-return]
