"""The district: its outline, and which of its communities a position belongs to."""

from functools import cache
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from backend.community.models import Building, Division
from backend.core import geo
from backend.directory.osm.boundary import Boundary
from backend.env import env

NEAR = 500.0
_CHAOYANG = Path(__file__).parents[3] / "fixtures" / "data" / "chaoyang_boundary.geojson"


@cache
def outline() -> Boundary:
    """The district's boundary (WGS-84): the operator's `$YIKE_HOME/boundary.geojson`, else Chaoyang's, good to some 100 m."""
    own = env.home / "boundary.geojson"
    return Boundary.read(own if own.is_file() else _CHAOYANG)


class Communities:
    """Names communities: by code or name, or for a position that of the nearest building within 500 m."""

    def __init__(self) -> None:
        rows = list(Division.objects.filter(kind=Division.Kind.COMMUNITY).values_list("id", "code", "name"))
        names = [name for _, _, name in rows]
        self.named = {name: key for key, _, name in rows if names.count(name) == 1}
        self.named |= {code: key for key, code, _ in rows}
        known = Building.objects.filter(lon__isnull=False, lat__isnull=False)
        found = list(known.values_list("lon", "lat", "compound__community_id"))
        self.ids: list[UUID] = [community for _, _, community in found]
        degrees = np.array([place[:2] for place in found], np.float64).reshape(-1, 2)
        self.tree = cKDTree(_metres(degrees)) if found else None

    def at(self, lon: float, lat: float) -> UUID | None:
        """The community of the nearest building; None when there is none within 500 m."""
        if self.tree is None:
            return None
        distance, number = self.tree.query(_metres(np.array([[lon, lat]]))[0])
        return self.ids[int(number)] if distance <= NEAR else None


def _metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres of UTM zone 50, which is the district's; elsewhere they are stretched, and nothing of the district is near."""
    return np.column_stack(geo.utm(degrees[:, 0], degrees[:, 1], 50))
