"""Shapes of the directory and the circle."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from ninja import Field, Schema

from backend.core.clock import now
from backend.directory.categories import Term
from backend.directory.circle import Circle, Found
from backend.directory.hours import opening_of
from backend.directory.models import Schedule, Service, ServiceAtLocation

Access = Literal["yes", "limited", "no", "unknown"]
Method = Literal["network", "estimate"]


class StartQuery(Schema):
    """Where and how far: the origin is `lon` and `lat`, or `home_id`, or `building_id`."""

    lon: float | None = Field(None, description="degrees in the datum `crs`")
    lat: float | None = None
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    home_id: UUID | None = Field(None, description="one's own home, or one within a staff member's reach")
    building_id: UUID | None = None
    minutes: int = Field(15, ge=1, le=30)
    pace: Literal["standard", "slow"] = Field("standard", description="4/3 or 1 metre a second")


class CircleQuery(StartQuery):
    """The parameters of a circle."""

    category: str = Field("", max_length=40, description="a term, a group or an official list of GET /categories")
    q: str = Field("", max_length=80, description="hanzi, pinyin, initials or Latin words")
    open: str = Field("", max_length=40, description="`now`, or an instant with an offset: only what is open then")
    accessible: bool = False
    certified: bool = False
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=400)


class OriginOut(Schema):
    lon: float = Field(description="WGS-84")
    lat: float = Field(description="WGS-84")
    building_id: UUID | None = None
    snap_metres: float | None = Field(None, description="straight leg to the nearest street; null: none within 150 m")


class CircleItem(Schema):
    id: UUID = Field(description="the service at this location")
    service_id: UUID
    name: str
    category: str
    category_name: str
    walk_seconds: float
    walk_minutes: int = Field(description="walk_seconds / 60, rounded up")
    walk_metres: float
    method: Method
    lon: float
    lat: float
    open_now: bool | None = Field(description="at the instant asked about; null: hours unknown")
    opens_at: datetime | None = Field(description="of the present opening, else of the next")
    closes_at: datetime | None
    phone: str
    address: str
    certified: bool
    rating: float | None = Field(description="mean of 1 to 5")
    rating_count: int
    accessibility: Access

    @staticmethod
    def plain(found: Found, language: str, category_name: str) -> dict[str, Any]:
        """Return the item as a dict ready for JSON: a page holds up to 200, and models would take most of its time."""
        row, opening = found.listed, found.opening
        opens, closes = (opening.opens_at, opening.closes_at) if opening else (None, None)
        return {
            "id": str(row.id),
            "service_id": str(row.service_id),
            "name": row.name(language),
            "category": row.category,
            "category_name": category_name,
            "walk_seconds": found.walk_seconds,
            "walk_minutes": found.walk_minutes,
            "walk_metres": round(found.metres, 1),
            "method": "estimate" if found.is_estimate else "network",
            "lon": row.lon,
            "lat": row.lat,
            "open_now": opening.open_now if opening else None,
            "opens_at": opens.isoformat() if opens else None,
            "closes_at": closes.isoformat() if closes else None,
            "phone": row.phone,
            "address": row.address(language),
            "certified": row.is_certified,
            "rating": row.rating,
            "rating_count": row.rating_count,
            "accessibility": row.accessibility or "unknown",
        }


class CircleOut(Schema):
    origin: OriginOut
    minutes: int
    pace: str
    method: Method
    items: list[CircleItem]
    next: str | None

    @staticmethod
    def plain(circle: Circle, language: str, terms: dict[str, Term], cursor: str | None) -> dict[str, Any]:
        """Return the circle as a dict ready for JSON."""
        names = {code: term.name(language) for code, term in terms.items()}
        start = circle.origin
        return {
            "origin": {
                "lon": start.lon,
                "lat": start.lat,
                "building_id": str(start.building_id) if start.building_id else None,
                "snap_metres": None if start.snap_metres is None else round(start.snap_metres, 1),
            },
            "minutes": circle.wish.minutes,
            "pace": circle.wish.pace,
            "method": circle.method,
            "items": [CircleItem.plain(found, language, names[found.listed.category]) for found in circle.items],
            "next": cursor,
        }


class GeometryOut(Schema):
    type: Literal["MultiPolygon"]
    coordinates: list[list[list[list[float]]]] = Field(description="[lon, lat] in WGS-84")


class AreaProperties(Schema):
    minutes: int
    pace: str
    method: Method
    lon: float
    lat: float


class AreaOut(Schema):
    """A GeoJSON feature, for drawing."""

    type: Literal["Feature"]
    geometry: GeometryOut
    properties: AreaProperties


class ServiceCategoryOut(Schema):
    code: str
    name: str
    parent: str | None
    lists: list[str] = Field(description="beijing-8, guide-basic, guide-quality, public")

    @classmethod
    def of(cls, term: Term, language: str) -> ServiceCategoryOut:
        return cls(code=term.code, name=term.name(language), parent=term.parent, lists=list(term.lists))


class ServiceCategoriesOut(Schema):
    items: list[ServiceCategoryOut]
    next: str | None = None


class ScheduleOut(Schema):
    """A weekly rule in the words of RFC 5545 and HSDS; times carry the offset that holds there today."""

    freq: str
    byday: str
    opens_at: str | None
    closes_at: str | None
    on_holidays: bool = Field(description="for public holidays only; without times: closed then")
    valid_from: str | None
    valid_to: str | None

    @classmethod
    def of(cls, rule: Schedule, offset: str) -> ScheduleOut:
        return cls(
            freq=rule.freq,
            byday=rule.byday,
            opens_at=f"{rule.opens_at:%H:%M}{offset}" if rule.opens_at else None,
            closes_at=f"{rule.closes_at:%H:%M}{offset}" if rule.closes_at else None,
            on_holidays=rule.on_holidays,
            valid_from=rule.valid_from.isoformat() if rule.valid_from else None,
            valid_to=rule.valid_to.isoformat() if rule.valid_to else None,
        )


class LocationOut(Schema):
    id: UUID = Field(description="the service at this location, as in a circle")
    lon: float
    lat: float
    address: str
    postal_code: str
    accessibility: Access
    accessibility_details: str
    phone: str
    timezone: str
    hours_text: str = Field(description="as the source says it")
    open_now: bool | None
    opens_at: datetime | None
    closes_at: datetime | None
    schedules: list[ScheduleOut]

    @classmethod
    def of(cls, at: ServiceAtLocation, language: str) -> LocationOut:
        place = at.location
        zone = ZoneInfo(place.timezone)
        present = opening_of(at, now())
        offset = now().astimezone(zone).isoformat()[-6:]
        return cls(
            id=at.id,
            lon=place.lon,
            lat=place.lat,
            address=place.address_en if language == "en" and place.address_en else place.address,
            postal_code=place.postal_code,
            accessibility=_access(place.accessibility),
            accessibility_details=place.accessibility_details,
            phone=at.phone,
            timezone=place.timezone,
            hours_text=at.hours_text,
            open_now=present.open_now if present else None,
            opens_at=present.opens_at if present else None,
            closes_at=present.closes_at if present else None,
            schedules=[ScheduleOut.of(rule, offset) for rule in at.schedules.all()],
        )


class OrganizationOut(Schema):
    id: UUID
    name: str


class ServiceOut(Schema):
    id: UUID
    name: str
    description: str
    category: str
    category_name: str
    status: str
    organization: OrganizationOut | None
    url: str
    certified: bool
    rating: float | None
    rating_count: int
    source: str
    last_modified: datetime
    locations: list[LocationOut]

    @classmethod
    def of(cls, row: Service, language: str) -> ServiceOut:
        in_english = language == "en"
        category_name = row.category.label(language)
        owner = row.organization
        return cls(
            id=row.id,
            name=(in_english and row.name_en) or row.name or category_name,
            description=(in_english and row.description_en) or row.description,
            category=row.category.code,
            category_name=category_name,
            status=row.status,
            organization=OrganizationOut(id=owner.id, name=(in_english and owner.name_en) or owner.name)
            if owner
            else None,
            url=row.url,
            certified=row.is_certified,
            rating=row.rating,
            rating_count=row.rating_count,
            source=row.source,
            last_modified=row.last_modified,
            locations=[LocationOut.of(at, language) for at in row.service_at_locations.all()],
        )


def _access(kept: str) -> Access:
    return cast("Access", kept or "unknown")
