"""Which clock an extract's opening hours mean, when nobody says."""

from statistics import median

from backend.directory.osm.extract import Extract

_CHINA = (73.0, 135.5, 18.0, 54.0)


def clock_of(extract: Extract) -> str:
    """Return China's time zone for an extract within China's bounds, else the nautical zone of its longitude."""
    positions = list(extract.nodes.values()) or [(place.lon, place.lat) for place in extract.places]
    if not positions:
        return "Asia/Shanghai"
    lon, lat = (median(column) for column in zip(*positions, strict=True))
    west, east, south, north = _CHINA
    if west <= lon <= east and south <= lat <= north:
        return "Asia/Shanghai"
    hours = round(lon / 15)
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"
