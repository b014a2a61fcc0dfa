"""Where a circle begins when a home or a building is named: the position of its building."""

from uuid import UUID

from backend.community.models import Home
from backend.core import prepared
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
    building, compound = home.building, home.building.compound
    return _start(building.id, building.lon, building.lat, compound.lon, compound.lat)


def of_building(building_id: UUID) -> Start:
    """Return where a building is; that is public. Raises NotFound, PlaceUnknown."""
    found = prepared.rows(
        "SELECT b.lon, b.lat, c.lon, c.lat FROM community_building b JOIN community_compound c ON c.id = b.compound_id "
        "WHERE b.id = %s",
        [building_id],
    )
    if not found:
        raise NotFound
    return _start(building_id, *found[0])


def _start(building_id: UUID, *degrees: float | None) -> Start:
    """Where the building is, else its compound: their lon and lat in turn."""
    for lon, lat in (degrees[:2], degrees[2:]):
        if lon is not None and lat is not None:
            return Start(lon, lat, building_id)
    raise PlaceUnknown
