"""Where a circle begins when a home or a building is named: the position of its building."""

from uuid import UUID

from backend.community.models import Building, Home
from backend.core.errors import Conflict, NotFound
from backend.directory import circle
from backend.directory.circle import Circle, Wish
from backend.people.actor import Actor
from backend.people.roles import Can


class PlaceUnknown(Conflict):
    """The position of this building is not known yet."""

    code, zh = "place-unknown", "该楼的位置尚未登记"


def circle_of_home(actor: Actor, home_id: UUID, wish: Wish) -> Circle:
    """Return the circle of one's own home, or of a home within a staff member's reach. Raises NotFound for any other."""
    home = Home.objects.select_related("building__compound").filter(id=home_id).first()
    if home is None:
        raise NotFound
    if home.id not in actor.homes and not actor.may(
        Can.HOME_READ, community=home.community_id, compound=home.compound_id
    ):
        raise NotFound
    return _circle(home.building, wish)


def circle_of_building(building_id: UUID, wish: Wish) -> Circle:
    """Return the circle of a building; its position is public. Raises NotFound, PlaceUnknown."""
    building = Building.objects.select_related("compound").filter(id=building_id).first()
    if building is None:
        raise NotFound
    return _circle(building, wish)


def _circle(building: Building, wish: Wish) -> Circle:
    for place in (building, building.compound):
        if place.lon is not None and place.lat is not None:
            return circle.from_building(building.id, place.lon, place.lat, wish)
    raise PlaceUnknown
