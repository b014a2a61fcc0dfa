"""Where a circle begins when a home or a building is named: the position of its building."""

from uuid import UUID

from backend.community.models import Building, Home
from backend.core.errors import Conflict, NotFound
from backend.directory.circle import Start
from backend.people.actor import Actor
from backend.people.roles import Can


class PlaceUnknown(Conflict):
    """The position of this building is not known yet."""

    code, zh = "place-unknown", "该楼的位置尚未登记"


def of_home(actor: Actor, home_id: UUID) -> Start:
    """Return where one's own home is, or one within a staff member's reach. Raises NotFound for any other, PlaceUnknown."""
    home = Home.objects.select_related("building__compound").filter(id=home_id).first()
    if home is None:
        raise NotFound
    if home.id not in actor.homes and not actor.may(
        Can.HOME_READ, community=home.community_id, compound=home.compound_id
    ):
        raise NotFound
    return _start(home.building)


def of_building(building_id: UUID) -> Start:
    """Return where a building is; that is public. Raises NotFound, PlaceUnknown."""
    building = Building.objects.select_related("compound").filter(id=building_id).first()
    if building is None:
        raise NotFound
    return _start(building)


def _start(building: Building) -> Start:
    for place in (building, building.compound):
        if place.lon is not None and place.lat is not None:
            return Start(place.lon, place.lat, building.id)
    raise PlaceUnknown
