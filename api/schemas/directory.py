"""Shapes of the directory and the circle."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from backend.directory.categories import Term
from backend.directory.circle import Circle, Found

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
    profile: Literal["foot", "wheelchair"] = Field(
        "foot",
        description="in a wheelchair a metre counts 1.2 times (1.8 on rough or steep ground) and steps are not passed",
    )
    gates: Literal["open", "now"] = Field(
        "open", description="`now`: gates that are shut or private at the moment asked about are not passed"
    )


class CircleQuery(StartQuery):
    """The parameters of a circle."""

    category: str = Field("", max_length=40, description="a term, a group or an official list of GET /categories")
    q: str = Field(
        "", max_length=80, description="a name, a kind (买菜, haircut), an address: hanzi, pinyin, initials, English"
    )
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
    maybe_closed: bool = Field(description="several residents say that it has closed, and no officer has looked yet")

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
            "maybe_closed": row.is_doubted,
        }


class CircleOut(Schema):
    origin: OriginOut
    minutes: int
    pace: str
    profile: str
    method: Method
    items: list[CircleItem]
    similar: bool = Field(description="nothing here is written as `q`: these are written or sound nearly so")
    beyond: list[CircleItem] = Field(description="the nearest farther away, when nothing is within as it was asked for")
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
            "profile": circle.wish.profile,
            "method": circle.method,
            "items": [CircleItem.plain(found, language, names[found.listed.category]) for found in circle.items],
            "similar": circle.is_similar,
            "beyond": [CircleItem.plain(found, language, names[found.listed.category]) for found in circle.beyond],
            "next": cursor,
        }


class GeometryOut(Schema):
    type: Literal["MultiPolygon"]
    coordinates: list[list[list[list[float]]]] = Field(description="[lon, lat] in WGS-84")


class AreaProperties(Schema):
    minutes: int
    pace: str
    profile: str
    method: Method
    lon: float
    lat: float


class AreaOut(Schema):
    """A GeoJSON feature, for drawing."""

    type: Literal["Feature"]
    geometry: GeometryOut
    properties: AreaProperties
