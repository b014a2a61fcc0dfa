"""Every row of a sheet is checked before anything of it is kept: what it would say, what is wrong, what to look at twice."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from backend.directory.hours import parse
from backend.directory.intake import fields
from backend.directory.intake.district import Communities, outline
from backend.directory.intake.fields import Fault
from backend.directory.intake.reading import Row
from backend.directory.models import ServiceAtLocation, Sheet, SheetRow, Status
from backend.directory.places import Place

ALIKE = 50.0
_TOLD = (
    "name", "name_en", "category", "operator", "phone", "address", "address_en", "postal_code", "url", "accessibility",
    "description", "description_en", "hours_text",
)  # fmt: skip


@dataclass
class Checker:
    """Checks the rows of one sheet in their order; remembers what earlier rows said."""

    sheet: Sheet
    communities: Communities = field(default_factory=Communities)
    seen: dict[str, int] = field(default_factory=dict)
    placed: dict[str, list[tuple[float, float, int]]] = field(default_factory=lambda: defaultdict(list))

    def check(self, number: int, row: Row) -> SheetRow:
        """Return the (unsaved) row with what it would keep, or with its faults."""
        found = SheetRow(sheet=self.sheet, number=number, name=row.get("name", "")[:200])
        told: dict[str, Any] = {}
        for read in self._readers(row):
            try:
                told |= read()
            except Fault as fault:
                found.faults.append({"field": fault.field, "code": fault.code})
        if not found.faults:
            found.external_id = told.pop("id") or derived_id(told)
            self._within(told, found)
            self._once(told, found)
        found.told = {} if found.faults else told
        return found

    def _readers(self, row: Row) -> list[Callable[[], dict[str, Any]]]:
        text = row.get

        def one(name: str, read: Callable[[str], str]) -> dict[str, Any]:
            return {name: read(text(name, ""))}

        def hours() -> dict[str, Any]:
            return {"hours_text": fields.hours(text("hours", ""))[0]}

        def place() -> dict[str, Any]:
            lon, lat = fields.position(text("lon", ""), text("lat", ""), text("crs", "") or self.sheet.crs)
            return {"lon": lon, "lat": lat}

        def community() -> dict[str, Any]:
            given = text("community", "").strip()
            if given and given not in self.communities.named:
                raise Fault("community", "community-unknown")
            return {"community": str(self.communities.named[given])} if given else {}

        plain = ("id", "name_en", "operator", "address", "address_en", "postal_code", "description", "description_en")
        return [
            *(partial(one, name, partial(fields.words, name)) for name in plain),
            partial(one, "name", partial(fields.words, "name", required=True)),
            partial(one, "category", fields.category),
            partial(one, "phone", fields.phone),
            partial(one, "url", fields.url),
            partial(one, "accessibility", fields.accessibility),
            hours,
            place,
            community,
        ]

    def _within(self, told: dict[str, Any], found: SheetRow) -> None:
        lon, lat = told["lon"], told["lat"]
        if not outline().holds(lon, lat):
            if abs(lat) <= 90 and abs(lon) <= 90 and outline().holds(lat, lon):
                found.faults.append({"field": "lat", "code": "swapped"})
                return
            at = found.warnings if self.sheet.allow_outside else found.faults
            at.append({"field": "lon", "code": "outside"})
        if "community" not in told and (near := self.communities.at(lon, lat)):
            told["community"] = str(near)

    def _once(self, told: dict[str, Any], found: SheetRow) -> None:
        first = self.seen.setdefault(found.external_id, found.number)
        if first != found.number:
            found.faults.append({"field": "id", "code": "twice", "row": first})
            return
        for lon, lat, row in self.placed[told["name"]]:
            if metres_between(lon, lat, told["lon"], told["lat"]) <= ALIKE:
                found.warnings.append({"field": "name", "code": "alike", "row": row})
                break
        self.placed[told["name"]].append((told["lon"], told["lat"], found.number))

    def look_around(self, rows: Iterable[SheetRow]) -> None:
        """Warn of services of the same name within 50 m that are kept under another id (one read for a piece of rows)."""
        good = [row for row in rows if row.told]
        kept = ServiceAtLocation.objects.filter(service__name__in={row.told["name"] for row in good})
        kept = kept.exclude(service__status=Status.DEFUNCT)
        near = defaultdict(list)
        columns = (
            "service__name",
            "service_id",
            "service__source",
            "service__external_id",
            "location__lon",
            "location__lat",
        )
        for name, *rest in kept.values_list(*columns):
            near[name].append(rest)
        for row in good:
            for service, source, external_id, lon, lat in near[row.told["name"]]:
                if (source, external_id) == (self.sheet.source, row.external_id):
                    continue
                if metres_between(lon, lat, row.told["lon"], row.told["lat"]) <= ALIKE:
                    row.warnings.append({"field": "name", "code": "alike", "service": str(service)})
                    break


def derived_id(told: dict[str, Any]) -> str:
    """An id for a row without one: of its name, kind and address (without an address: of where it is, to some 10 m)."""
    where = told["address"] or f"{told['lon']:.4f},{told['lat']:.4f}"
    whole = "|".join((told["name"], told["category"], where))
    return f"auto:{hashlib.sha256(whole.encode()).hexdigest()[:24]}"


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two near positions (degrees), to some 0.5 %."""
    return hypot((other_lon - lon) * cos(radians(lat)), other_lat - lat) * 111_195.0


def place_of(row: SheetRow) -> Place:
    """The row as the directory takes it."""
    told = row.told
    given = {name: told.get(name, "") for name in _TOLD}
    community = told.get("community")
    return Place(
        external_id=row.external_id,
        lon=told["lon"],
        lat=told["lat"],
        hours=parse(told["hours_text"]) if told.get("hours_text") else None,
        community_id=UUID(community) if community else None,
        **given,
    )
