"""What a person reaches on foot: the 15-minute circle, from a building (computed ahead) or from any point (on request)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from math import ceil
from typing import Any
from uuid import UUID

from django.db import connection

from backend.core import prepared
from backend.directory import listing, reaching
from backend.directory.ahead.profiles import PROFILES
from backend.directory.hours import Opening
from backend.directory.listing import Filters, Listed
from backend.directory.models import Network
from backend.directory.reaching import Walked
from backend.directory.walking.snapping import Snaps
from backend.directory.walking.streets import PACES

Position = tuple[float, UUID]
Reached = tuple[Listed, float, float, bool, float]
"""The service, then as `Walked`."""


@dataclass(frozen=True)
class Start:
    """Where a walk is asked from: WGS-84 degrees, and the building if it is one."""

    lon: float
    lat: float
    building_id: UUID | None = None


@dataclass(frozen=True)
class Origin:
    """Where the walk begins, WGS-84 degrees; `snap_metres` is the leg to the streets, None when there are none."""

    lon: float
    lat: float
    building_id: UUID | None = None
    snap_metres: float | None = None


@dataclass(frozen=True)
class Wish:
    """What is asked: how far (minutes at a pace of `PACES`), what kind, how many, and after which place in the order.

    `profile` is foot or wheelchair. With `gates` those gates are closed that are not open at the moment asked about.
    """

    minutes: int = 15
    pace: str = "standard"
    filters: Filters = field(default_factory=Filters)
    limit: int = 50
    after: Position | None = None
    profile: str = "foot"
    gates: bool = False

    @property
    def gates_at(self) -> datetime | None:
        """The moment at which gates are open or shut, if they count."""
        return self.filters.instant if self.gates else None

    @property
    def effort(self) -> float:
        """The limit in metres of easy walking."""
        return self.minutes * 60 * PACES[self.pace]


@dataclass(frozen=True)
class Found:
    """One service within reach. Seconds have one decimal; minutes are those seconds rounded up."""

    listed: Listed
    effort: float
    metres: float
    is_estimate: bool
    pace: str
    opening: Opening | None
    cost: float = 0.0
    """Metres beyond the walk that the place in the order is worth (see `searching`)."""

    @property
    def walk_seconds(self) -> float:
        return round(self.effort / PACES[self.pace], 1)

    @property
    def walk_minutes(self) -> int:
        return ceil(self.walk_seconds / 60)

    @property
    def position(self) -> Position:
        return self.effort + self.cost, self.listed.id


@dataclass(frozen=True)
class Circle:
    """The answer: `method` is `network`, or `estimate` where no street is within 150 m; `next` is a place in the order.

    `beyond` holds the nearest farther away when what was asked for is not within; `is_similar`: nothing here is written so.
    """

    origin: Origin
    wish: Wish
    method: str
    items: list[Found]
    next: Position | None
    beyond: tuple[Found, ...] = ()
    is_similar: bool = False


def of(start: Start, wish: Wish) -> Circle:
    """Return the circle of a point or a building."""
    if start.building_id is None:
        return from_point(start.lon, start.lat, wish)
    return from_building(start.building_id, start.lon, start.lat, wish)


def from_building(building_id: UUID, lon: float, lat: float, wish: Wish) -> Circle:
    """Return the circle of a building at these degrees: one read of the table if that is up to it, else computed."""
    found = prepared.rows(
        f"SELECT lon, lat, start_lon, start_lat, snap_metres FROM {PROFILES[wish.profile].origins} "  # noqa: S608 - our names
        'WHERE building_id = %s AND NOT is_stale AND "limit" >= %s',
        [building_id, wish.effort - 1e-6],
    )
    if not found or wish.gates or found[0][:2] != (lon, lat):
        return from_point(lon, lat, wish, building_id)
    origin = Origin(found[0][2], found[0][3], building_id, found[0][4])
    return _answer(origin, wish, "network", _ahead(building_id, wish))


def from_point(lon: float, lat: float, wish: Wish, building_id: UUID | None = None) -> Circle:
    """Return the circle of any point (WGS-84 degrees). Raises Invalid off the earth."""
    here = reaching.stand(lon, lat, wish.profile, gates_at=wish.gates_at, is_building=building_id is not None)
    order = reaching.around(here, wish.filters, wish.effort)
    origin = Origin(here.lon, here.lat, building_id, here.snap_metres)
    return _answer(origin, wish, here.method, _detailed(order, wish))


def _answer(origin: Origin, wish: Wish, method: str, rows: Iterator[Reached]) -> Circle:
    items: list[Found] = []
    more = False
    for listed, effort, metres, guessed, cost in rows:
        opening = listed.opening(wish.filters.instant)
        if wish.filters.is_open and not (opening and opening.open_now):
            continue
        if len(items) == wish.limit:
            more = True
            break
        items.append(Found(listed, effort, metres, guessed, wish.pace, opening, cost))
    return Circle(origin, wish, method, items, items[-1].position if more else None)


def _ahead(building_id: UUID, wish: Wish) -> Iterator[Reached]:
    after = wish.after
    size = wish.limit + 1 if not wish.filters.is_open else 4 * wish.limit + 1
    conditions, parameters = wish.filters.sql()
    ranking, costs = wish.filters.cost()
    ranked, order, cost, read = "", "w.effort", "0::float", prepared.rows
    if wish.filters.q:  # the text is of the words
        read = _once
        ranked, order, cost = f"CROSS JOIN LATERAL (SELECT {ranking} AS cost) r ", "w.effort + r.cost", "r.cost"
    while True:
        place = f"AND ({order}, w.service_at_location_id) > (%s, %s)" if after else ""
        sql = (
            f"SELECT {listing.COLUMNS}, w.effort, w.metres, w.is_estimate, {cost} FROM {PROFILES[wish.profile].times} w "  # noqa: S608
            f"JOIN {listing.TABLES} ON x.id = w.service_at_location_id {ranked}"
            f"WHERE w.building_id = %s AND w.effort <= %s {place} AND {conditions} "
            f"ORDER BY {order}, w.service_at_location_id LIMIT %s"
        )
        rows = read(sql, [*costs, building_id, wish.effort + 1e-6, *(after or ()), *parameters, size])
        for row in rows:
            yield Listed(*row[:-4]), *row[-4:]
        if len(rows) < size:
            return
        after = (rows[-1][-4] + rows[-1][-1], rows[-1][0])


def _once(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _detailed(order: Iterable[Walked], wish: Wish) -> Iterator[Reached]:
    after = wish.after
    rest = iter(order) if after is None else (row for row in order if reaching.place(row) > after)
    while chunk := list(islice(rest, wish.limit + 1)):
        details = listing.details([row[1] for row in chunk])
        for effort, key, metres, guessed, cost in chunk:
            if key in details:
                yield details[key], effort, metres, guessed, cost


def nearest(lon: float, lat: float) -> tuple[Network | None, Snaps | None]:
    """Return the network whose streets are nearest to a point, and where the point joins them on foot; None beyond 150 m."""
    here = reaching.stand(lon, lat)
    return here.network, here.snap
