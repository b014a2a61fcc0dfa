"""The outline of the area to import, from a GeoJSON file in WGS-84."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.core.errors import FieldError, Invalid

Floats = NDArray[np.float64]

_MARGIN = 0.03  # degrees kept round the outline, so that walks may leave it and come back


class Boundary:
    """Polygons; `holds` decides by the even-odd rule, so that holes are holes."""

    def __init__(self, rings: list[Floats]) -> None:
        self.rings = rings
        everything = np.concatenate(rings)
        self.low, self.high = everything.min(axis=0), everything.max(axis=0)

    @classmethod
    def read(cls, path: Path) -> "Boundary":
        """Read Polygon, MultiPolygon, Feature or FeatureCollection. Raises Invalid for anything else."""
        try:
            rings = list(_rings(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _unreadable() from error
        if not rings:
            raise _unreadable()
        return cls(rings)

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a position (degrees) is inside."""
        if not (self.low[0] <= lon <= self.high[0] and self.low[1] <= lat <= self.high[1]):
            return False
        crossings = 0
        for ring in self.rings:
            (x1, y1), (x2, y2) = ring.T, np.roll(ring, -1, axis=0).T
            between = (y1 > lat) != (y2 > lat)
            rise = np.where(between, y2 - y1, 1.0)
            crossings += int(np.count_nonzero(between & (lon < (x2 - x1) * (lat - y1) / rise + x1)))
        return crossings % 2 == 1

    def is_near(self, lon: float, lat: float) -> bool:
        """Say whether a position is inside the bounding box or within about 3 km of it."""
        return bool(
            self.low[0] - _MARGIN * 1.3 <= lon <= self.high[0] + _MARGIN * 1.3
            and self.low[1] - _MARGIN <= lat <= self.high[1] + _MARGIN
        )


def _rings(shape: dict[str, Any]) -> list[Floats]:
    match shape["type"]:
        case "FeatureCollection":
            return [ring for feature in shape["features"] for ring in _rings(feature)]
        case "Feature":
            return _rings(shape["geometry"])
        case "Polygon":
            return [_ring(ring) for ring in shape["coordinates"]]
        case "MultiPolygon":
            return [_ring(ring) for polygon in shape["coordinates"] for ring in polygon]
    return []


def _ring(positions: list[list[float]]) -> Floats:
    ring = np.array([position[:2] for position in positions], dtype=np.float64)
    if ring.ndim != 2 or len(ring) < 3 or not np.isfinite(ring).all():
        raise ValueError("a ring needs three positions")
    return ring


def _unreadable() -> Invalid:
    return Invalid(
        FieldError("/boundary", "boundary-unreadable", "not a GeoJSON polygon in WGS-84", "不是 WGS-84 的 GeoJSON 面")
    )
