"""Where a report belongs: from what the reporter said of the place to the community, and from there to who handles it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import hypot
from uuid import UUID

from backend.community.contracts import company_for
from backend.community.models import Building, Company, Compound, Division, Home
from backend.core.errors import Invalid
from backend.core.geo import to_wgs84, utm, utm_zone
from backend.people.actor import Actor
from backend.people.roles import Can
from backend.tickets.categories import Category
from backend.tickets.errors import wrong

REACH_DEGREES = (0.02, 0.06, 0.2)  # about 2, 6 and 20 km: widen the search until something is near


@dataclass(frozen=True)
class Spot:
    """A place in the tree, as exact as the report allows, and a point in WGS-84 degrees where one is known."""

    community: Division
    compound: Compound | None = None
    building: Building | None = None
    home: Home | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Route:
    """Who handles a ticket: a company, or the government of a division."""

    kind: str
    company: Company | None = None
    division: Division | None = None


def point_of(lon: float | None, lat: float | None, crs: str) -> tuple[float, float] | None:
    """The WGS-84 point, or None when none was sent. Raises Invalid for half a point or an impossible one."""
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        missing = "lon" if lon is None else "lat"
        raise wrong(missing, "required", "a point needs lon and lat", "坐标须同时给出经度和纬度")
    return to_wgs84(lon, lat, crs)


def spot_of(
    actor: Actor,
    category: Category,
    *,
    home_id: UUID | None,
    building_id: UUID | None,
    point: tuple[float, float] | None,
) -> Spot:
    """The place of a report. A resident's only home is meant when nothing was said and the category needs a home or building.

    Raises Invalid when the place is missing, unknown, contradictory, or not the reporter's home.
    """
    given = home_id or building_id or point
    if home_id is None and category.place in ("home", "building", "any") and not given and len(actor.homes) == 1:
        (home_id,) = actor.homes
    if category.place == "home" and home_id is None:
        raise wrong("home_id", "place-missing", "say which home", "请选择是哪一处住房")
    if home_id is not None:
        return _spot_of_home(actor, home_id, building_id, point)
    if building_id is not None:
        building = Building.objects.select_related("compound__community__parent").filter(id=building_id).first()
        if building is None:
            raise wrong("building_id", "building-unknown", "there is no such building", "没有这栋楼")
        lon, lat = point or (building.lon, building.lat)
        return Spot(building.compound.community, building.compound, building, None, lon, lat)
    if point is None or category.place == "building":
        if category.place == "building":
            raise wrong("building_id", "place-missing", "say which building", "请选择是哪栋楼")
        raise wrong("lon", "place-missing", "say where it is", "请给出位置")
    return Spot(nearest_community(*point), lon=point[0], lat=point[1])


def _spot_of_home(actor: Actor, home_id: UUID, building_id: UUID | None, point: tuple[float, float] | None) -> Spot:
    home = Home.objects.select_related("building", "compound__community__parent").filter(id=home_id).first()
    if home is None or not (
        home_id in actor.homes
        or actor.may(Can.TICKET_REPORT_FOR, compound=home.compound_id, community=home.community_id)
    ):
        raise wrong("home_id", "home-not-yours", "this is not a home of yours", "这不是您的住房")
    if building_id is not None and building_id != home.building_id:
        raise wrong("building_id", "place-contradicts", "the home is in another building", "该住房不在这栋楼")
    lon, lat = point or (home.building.lon, home.building.lat)
    return Spot(home.compound.community, home.compound, home.building, home, lon, lat)


def nearest_community(lon: float, lat: float) -> Division:
    """The community of the nearest compound or community position (WGS-84). Raises Invalid when none is within about 20 km."""
    east, north = utm(lon, lat)
    for degrees in REACH_DEGREES:
        box = {"lon__range": (lon - degrees, lon + degrees), "lat__range": (lat - degrees, lat + degrees)}
        places = [
            (c.lon, c.lat, c.community_id) for c in Compound.objects.filter(**box).only("lon", "lat", "community")
        ]
        communities = Division.objects.filter(kind=Division.Kind.COMMUNITY, **box)
        places += [(d.lon, d.lat, d.id) for d in communities.only("lon", "lat")]
        if places:
            _, community_id = min(
                (_metres(east, north, x, y, utm_zone(lon)), str(at))
                for x, y, at in places
                if x is not None and y is not None
            )
            return Division.objects.select_related("parent").get(id=community_id)
    raise wrong("lon", "place-outside", "this place is outside the district", "该位置不在本区范围内")


def _metres(east: float, north: float, lon: float, lat: float, zone: int) -> float:
    x, y = utm(lon, lat, zone)
    return hypot(x - east, y - north)


def route_of(category: Category, spot: Spot, on: date) -> Route:
    """Who takes it first: the company in force for the compound, else the subdistrict."""
    if category.route == "company" and spot.compound is not None:
        company = company_for(spot.compound, on)
        if company is not None:
            return Route("company", company=company)
    return up_from_community(spot.community)


def up_from_community(community: Division) -> Route:
    """The subdistrict of a community."""
    subdistrict = community.parent
    if subdistrict is None:
        raise Invalid
    return Route("subdistrict", division=subdistrict)
