"""Is it reported already? Shown before a report is sent, and to those who merge."""

from collections.abc import Iterator
from math import cos, hypot, radians
from uuid import UUID

from backend.community.models import Home
from backend.core.geo import utm, utm_zone
from backend.people.actor import Actor
from backend.tickets.categories import all_categories
from backend.tickets.models import Ticket
from backend.tickets.routing import point_of
from backend.tickets.sight import TicketQuerySet

NEAR_METRES = 250


def similar(
    actor: Actor,
    *,
    category: str,
    lon: float | None = None,
    lat: float | None = None,
    crs: str = "wgs84",
    home_id: UUID | None = None,
    building_id: UUID | None = None,
    part_code: str = "",
    limit: int = 10,
) -> list[Ticket]:
    """Open tickets in sight that may be the same thing, likeliest first: same part, home, unit, building; then, for street
    categories only, those within 250 m of the point (degrees of `crs`), the nearest first."""
    point, known = point_of(lon, lat, crs), all_categories().get(category)
    if known is None:
        return []
    home = Home.objects.filter(id=home_id).first() if home_id in actor.homes else None
    candidates = Ticket.objects.visible_to(actor).open().filter(category=category).select_related("home")
    ranked: dict[UUID, tuple[float, Ticket]] = {}
    if part_code:
        for ticket in candidates.filter(part_code=part_code)[:limit]:
            ranked[ticket.id] = (0, ticket)
    building = building_id or (home.building_id if home else None)
    if building is not None:
        for ticket in candidates.filter(building_id=building)[:100]:
            ranked.setdefault(ticket.id, (_rank(ticket, home), ticket))
    if known.group == "street" and point is not None:
        for metres, ticket in _around(candidates, *point):
            ranked.setdefault(ticket.id, (4 + metres / NEAR_METRES, ticket))
    best = sorted(ranked.values(), key=lambda pair: (pair[0], pair[1].number))
    return [ticket for _, ticket in best[:limit]]


def _rank(ticket: Ticket, home: Home | None) -> float:
    if home is None:
        return 3
    if ticket.home_id == home.id:
        return 1
    return 2 if ticket.home and ticket.home.unit_id and ticket.home.unit_id == home.unit_id else 3


def _around(candidates: TicketQuerySet, lon: float, lat: float) -> Iterator[tuple[float, Ticket]]:
    tall = NEAR_METRES / 110_000
    wide = tall / max(cos(radians(lat)), 0.01)
    box = {"lon__range": (lon - wide, lon + wide), "lat__range": (lat - tall, lat + tall)}
    east, north = utm(lon, lat)
    for ticket in candidates.filter(**box)[:200]:
        if ticket.lon is None or ticket.lat is None:
            continue
        x, y = utm(ticket.lon, ticket.lat, utm_zone(lon))
        metres = hypot(x - east, y - north)
        if metres <= NEAR_METRES:
            yield metres, ticket
