"""The rows that a circle, a search or a page shows, read with plain SQL, and the filters over them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from backend.core.clock import now
from backend.directory import categories, searching
from backend.directory.hours import Opening, Timetable, timetable
from backend.directory.searching import Sought

TABLES = (
    "directory_serviceatlocation x JOIN directory_service s ON s.id = x.service_id "
    "JOIN directory_location l ON l.id = x.location_id JOIN directory_taxonomyterm t ON t.id = s.category_id"
)
COLUMNS = (
    "x.id, s.id, s.name, s.name_en, t.code, l.lon, l.lat, l.timezone, x.hours, x.closed, x.phone, l.address, l.address_en, "
    "s.is_certified, s.rating_sum, s.rating_count, l.accessibility, s.doubted_at IS NOT NULL"
)


class Listed(NamedTuple):
    """One service at one place; the fields are `COLUMNS`."""

    id: UUID
    service_id: UUID
    own_name: str
    own_name_en: str
    category: str
    lon: float
    lat: float
    timezone: str
    hours: str | None
    closed: str
    phone: str
    own_address: str
    own_address_en: str
    is_certified: bool
    rating_sum: int
    rating_count: int
    accessibility: str
    is_doubted: bool

    def name(self, language: str) -> str:
        """Return its name in the reader's language, or that of its category when it has none."""
        own = self.own_name_en if language.startswith("en") and self.own_name_en else self.own_name
        return own or categories.terms()[self.category].name(language)

    def address(self, language: str) -> str:
        return self.own_address_en if language.startswith("en") and self.own_address_en else self.own_address

    @property
    def rating(self) -> float | None:
        return round(self.rating_sum / self.rating_count, 1) if self.rating_count else None

    def opening(self, instant: datetime) -> Opening | None:
        """Say whether it is open then; None when its hours are unknown."""
        found = self.timetable()
        return None if found is None else found.opening(instant)

    def timetable(self) -> Timetable | None:
        """Return its hours and closures; None when they are unknown."""
        return None if self.hours is None else timetable(self.hours, self.closed, self.timezone)


@dataclass(frozen=True)
class Filters:
    """What narrows a list. `category` may be a term, a group or an official list; `open_at` asks who is open then; `is_loose`
    takes what is written or sounds nearly as `q`; `only` these services at locations, if any are named."""

    category: str = ""
    q: str = ""
    open_at: datetime | None = None
    accessible: bool = False
    certified: bool = False
    is_loose: bool = False
    only: tuple[UUID, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.open_at is not None

    @property
    def instant(self) -> datetime:
        """The moment whose opening hours are told."""
        return self.open_at or now()

    def sql(self) -> tuple[str, list[Any]]:
        """Return the condition over `TABLES` and its parameters (opening hours are not part of it)."""
        conditions, parameters = ["s.status = 'active'"], list[Any]()
        if self.category:
            conditions.append("t.code = ANY(%s)")
            parameters.append(sorted(categories.covered(self.category)))
        if self.q:
            conditions.append("x.search @@ %s::tsquery")
            parameters.append(self.sought.whole)
        if self.only:
            conditions.append("x.id = ANY(%s)")
            parameters.append(list(self.only))
        if self.accessible:
            conditions.append("l.accessibility = 'yes'")
        if self.certified:
            conditions.append("s.is_certified")
        return " AND ".join(conditions), parameters

    def cost(self) -> tuple[str, list[Any]]:
        """Return SQL over `TABLES` for what a row's words cost beyond its walk (metres), and its parameters; 0 without `q`."""
        return self.sought.cost() if self.q else ("0::float", [])

    @cached_property
    def sought(self) -> Sought:
        """The readings of `q`."""
        return searching.nearly(self.q) if self.is_loose else searching.written(self.q)


def candidates(
    filters: Filters, zone: int, easting: float, northing: float, radius: float
) -> list[tuple[UUID, UUID, float, float, float]]:
    """Return (id, location, easting, northing, cost of its words) of the services within `radius` metres as the crow flies."""
    conditions, parameters = filters.sql()
    cost, costs = filters.cost()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT x.id, l.id, l.easting, l.northing, {cost} FROM {TABLES} WHERE l.zone = %s "  # noqa: S608 - fixed parts
            f"AND point(l.easting, l.northing) <@ circle(point(%s, %s), %s) AND {conditions}",
            [*costs, zone, easting, northing, radius + 1e-6, *parameters],
        )
        found: list[tuple[UUID, UUID, float, float, float]] = cursor.fetchall()
        return found


def details(ids: list[UUID]) -> dict[UUID, Listed]:
    """Return the rows with these ids."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM {TABLES} WHERE x.id = ANY(%s)", [ids])  # noqa: S608 - fixed parts
        return {row[0]: Listed(*row) for row in cursor.fetchall()}
