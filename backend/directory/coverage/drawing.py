"""Coverage on a map: a GeoJSON feature a community, drawn from where its buildings stand, for nobody gave us its boundary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from backend.community.models import Building, Division

Floats = NDArray[np.float64]
Drawn = Literal["hull", "points", "position", "none"]


def geometries(communities: Sequence[Division]) -> dict[UUID, tuple[dict[str, Any] | None, Drawn]]:
    """GeoJSON geometry (WGS-84) and what it is, for each: `hull` of its buildings, their `points`, its own `position`, or `none`.

    A hull joins what the buildings span: hulls of neighbours may overlap, and neither is an administrative boundary.
    """
    ids = [community.id for community in communities]
    rows = Building.objects.filter(compound__community__in=ids, lon__isnull=False, lat__isnull=False)
    places: dict[UUID, list[tuple[float, float]]] = defaultdict(list)
    for community, lon, lat in rows.order_by().values_list("compound__community_id", "lon", "lat"):
        places[community].append((float(lon or 0), float(lat or 0)))
    return {community.id: _geometry(community, np.array(places[community.id])) for community in communities}


def _geometry(community: Division, points: Floats) -> tuple[dict[str, Any] | None, Drawn]:
    if len(points):
        ring = _hull(points)
        if ring:
            return {"type": "Polygon", "coordinates": [ring]}, "hull"
        apart = sorted({(round(lon, 6), round(lat, 6)) for lon, lat in points.tolist()})
        return {"type": "MultiPoint", "coordinates": [list(point) for point in apart]}, "points"
    if community.lon is not None and community.lat is not None:
        return {"type": "Point", "coordinates": [community.lon, community.lat]}, "position"
    return None, "none"


def _hull(points: Floats) -> list[list[float]]:
    """The closed ring round the points, counter-clockwise; empty when they span no area."""
    if len(points) < 3:
        return []
    try:
        corners = points[ConvexHull(points).vertices].round(6).tolist()
    except QhullError:  # all in one line
        return []
    return [*corners, corners[0]]
