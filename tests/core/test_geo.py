"""Datums and local metres, against published vectors and an independent library."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest

from backend.core import geo
from backend.core.errors import Invalid

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "chaoyang_vectors.json").read_text())["vectors"]
GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("vector", VECTORS)
def test_input_datums_agree_with_the_vectors_within_a_decimetre(vector: dict[str, list[float]], crs: str) -> None:
    lon, lat = geo.to_wgs84(*vector[crs], crs)
    assert GEOD.inv(lon, lat, *vector["wgs84"])[2] < 0.1


def test_gcj02_leaves_the_rest_of_the_world_alone() -> None:
    assert geo.to_wgs84(-104.98, 39.74, "gcj02") == (-104.98, 39.74)


@pytest.mark.parametrize("zone", [35, 50])
def test_utm_agrees_with_proj_within_a_millimetre(zone: int) -> None:
    random = np.random.default_rng(1)
    lon, lat = random.uniform(zone * 6 - 186, zone * 6 - 180, 500), random.uniform(10, 65, 500)
    theirs = pyproj.Transformer.from_crs(4326, 32600 + zone, always_xy=True).transform(lon, lat)
    ours = geo.utm(lon, lat, zone)
    assert np.abs(np.array(ours) - np.array(theirs)).max() < 0.001
    assert np.abs(np.array(geo.from_utm(*ours, zone)) - np.array([lon, lat])).max() < 1e-8


def test_a_number_gives_numbers() -> None:
    assert isinstance(geo.utm(116.4, 39.9)[0], float)
    assert geo.utm_zone(116.4) == 50


@pytest.mark.parametrize(("lon", "lat", "pointer"), [(181, 0, "/lon"), (0, -91, "/lat"), (float("nan"), 0, "/lon")])
def test_degrees_off_the_earth_are_refused_by_name(lon: float, lat: float, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        geo.check_position(lon, lat)
    assert refused.value.errors[0].pointer == pointer


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        geo.to_wgs84(116, 39, "beijing54")
    assert refused.value.errors[0].code == "unknown-datum"
