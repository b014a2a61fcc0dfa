"""In which UTM zone a place is measured: its area's; else that of the streets round it; else its own."""

from backend.core import geo
from backend.directory.models import Network
from backend.directory.walking.snapping import REACH


class Zones:
    """Finds the zone of places; reads the networks once."""

    def __init__(self, area: Network | None = None) -> None:
        self.area = area
        self.networks = [] if area is not None else list(Network.objects.filter(version__gt=0).order_by("id"))

    def of(self, lon: float, lat: float) -> int:
        """Return the zone (1–60) for WGS-84 degrees."""
        if self.area is not None:
            return self.area.zone
        own = geo.utm_zone(lon)
        for network in self.networks:
            if network.zone == own or abs(network.zone - own) > 1:
                continue
            east, north = geo.utm(lon, lat, network.zone)
            if (
                network.west - REACH <= east <= network.east + REACH
                and network.south - REACH <= north <= network.north + REACH
            ):
                return network.zone
        return own
