"""Bring the kept services of one source up to date: made, changed, come back, or gone (defunct); never twice.

Only rows that differ are written. A service's `last_modified` rises with anything of it, a location's with the location alone.
What the desk settled stays until the source itself says something else (see `settling`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Func, TextField, Value

from backend.core.clock import now
from backend.directory import lexemes, settling
from backend.directory.hours import dump
from backend.directory.models import (
    Location,
    Network,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    Status,
    TaxonomyTerm,
)
from backend.directory.places import Place
from backend.directory.schedules import rules
from backend.directory.zones import Zones

_BATCH = 1000
_SERVICE = ("name", "name_en", "url", "description", "description_en", "is_certified", "rating_sum", "rating_count")
_LOCATION = ("address", "address_en", "postal_code", "accessibility", "community_id")
_HOURS = ("hours_text", "hours", "make_up_day")
_SEARCHED = frozenset({"name", "name_en", "category_id", "organization_id", "address", "address_en"})


@dataclass
class Counts:
    """How many services were made, changed, left as they were, closed as gone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0

    def add(self, other: "Counts") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass
class _Kept:
    service: Service
    location: Location
    at: ServiceAtLocation
    is_new: bool = False
    changed: dict[str, set[str]] = field(default_factory=lambda: {"service": set(), "location": set(), "at": set()})

    @property
    def differs(self) -> bool:
        return self.is_new or any(self.changed.values())

    def put(self, target: str, name: str, value: Any) -> None:
        """Set a column of one of the three rows, and remember it if that changes it."""
        row = getattr(self, target)
        if getattr(row, name) != value:
            setattr(row, name, value)
            self.changed[target].add(name)


def keep(
    places: Sequence[Place],
    *,
    source: str,
    area: Network | None,
    timezone: str = "Asia/Shanghai",
    retire: bool = True,
) -> Counts:
    """Make the services of `source` in `area` what `places` say; with `retire` those not told any more become defunct.

    Without an area nothing is retired. A second call with the same places writes no row. One transaction.
    """
    with transaction.atomic():
        if area is not None:
            Network.objects.select_for_update().get(pk=area.pk)
        counts = tell(places, source=source, area=area, timezone=timezone)
        if retire and area is not None:
            counts.closed = close_missing({place.external_id for place in places}, source=source, area=area)
    return counts


def tell(places: Sequence[Place], *, source: str, area: Network | None, timezone: str = "Asia/Shanghai") -> Counts:
    """Make and change what these places say, and close nothing (inside a transaction)."""
    terms = dict(TaxonomyTerm.objects.values_list("code", "id"))
    once = {place.external_id: place for place in reversed(places)}
    kept = _kept(source, once)
    settled = settling.of(row.service.id for row in kept.values())
    organizations = _organizations(source, {place.operator for place in once.values() if place.operator})
    zones = Zones(area)
    counts, fresh, stale = Counts(), list[_Kept](), list[_Kept]()
    for place in reversed(once.values()):
        row = kept.get(place.external_id) or _blank(source, place)
        zone = zones.of(place.lon, place.lat)
        words = settled.get(row.service.id) or settling.Settlement()
        _tell(row, place, words, terms[place.category], organizations.get(place.operator), area, timezone, zone)
        if row.is_new:
            fresh.append(row)
        elif row.differs:
            stale.append(row)
        else:
            counts.unchanged += 1
    _make(fresh)
    _change(stale)
    settling.forget(settled.values())
    counts.created, counts.updated = len(fresh), len(stale)
    return counts


def close_missing(told: set[str], *, source: str, area: Network) -> int:
    """Services of the area that its source does not tell of any more become defunct; returns how many (inside a transaction)."""
    open_ones = Service.objects.filter(source=source, area=area).exclude(status=Status.DEFUNCT)
    gone = [key for key, name in open_ones.values_list("id", "external_id") if name not in told]
    settling.drop("status", Service.objects.filter(source=source, area=area).exclude(external_id__in=told))
    for start in range(0, len(gone), _BATCH):
        Service.objects.filter(id__in=gone[start : start + _BATCH]).update(status=Status.DEFUNCT, last_modified=now())
    return len(gone)


def search_vector(name: str, name_en: str, category: str, *others: str) -> Func:
    """Return the value of the search column for these texts."""
    words = lexemes.of_service(name, name_en, category, *others)
    return Func(Value(words, output_field=ArrayField(TextField())), function="array_to_tsvector")


def words_of(at: ServiceAtLocation) -> Func:
    """Return the value of the search column for a kept service at its place."""
    service = at.service
    operator = service.organization.name if service.organization else ""
    texts = (operator, at.location.address, at.location.address_en)
    return search_vector(service.name, service.name_en, service.category.code, *texts)


def _kept(source: str, external_ids: Iterable[str]) -> dict[str, _Kept]:
    rows = ServiceAtLocation.objects.filter(service__source=source, service__external_id__in=list(external_ids))
    rows = rows.select_related("service__organization", "location").defer("search")
    return {row.service.external_id: _Kept(row.service, row.location, row) for row in rows}


def _organizations(source: str, names: set[str]) -> dict[str, UUID]:
    known = dict(Organization.objects.filter(source=source).values_list("external_id", "id"))
    new = [
        Organization(source=source, external_id=name[:80], name=name)
        for name in sorted(names)
        if name[:80] not in known
    ]
    new = list({row.external_id: row for row in new}.values())
    Organization.objects.bulk_create(new, batch_size=_BATCH)
    known |= {row.external_id: row.id for row in new}
    return {name: known[name[:80]] for name in names}


def _blank(source: str, place: Place) -> _Kept:
    service = Service(source=source, external_id=place.external_id)
    location = Location(source=source, external_id=place.external_id)
    return _Kept(service, location, ServiceAtLocation(service=service, location=location), is_new=True)


def _tell(
    row: _Kept,
    place: Place,
    settled: settling.Settlement,
    category: UUID,
    organization: UUID | None,
    area: Network | None,
    timezone: str,
    zone: int,
) -> None:
    """Put what the place says into the rows, but where the desk settled something against it."""
    service: dict[str, Any] = {name: getattr(place, name) for name in _SERVICE}
    service |= {"category_id": category, "organization_id": organization, "area_id": area.pk if area else None}
    location: dict[str, Any] = {name: getattr(place, name) for name in _LOCATION} | {"timezone": timezone}
    at: dict[str, Any] = {
        "phone": place.phone,
        "hours_text": place.hours_text,
        "hours": dump(place.hours) if place.hours else None,
        "make_up_day": "",
    }
    if row.service.status == Status.DEFUNCT and not settled.holds("status", settling.TOLD):
        row.put("service", "status", Status.ACTIVE)
    if not row.is_new and settled.holds("place", [place.lon, place.lat]):
        zone = row.location.zone
    elif (row.location.lon, row.location.lat, row.location.zone) != (place.lon, place.lat, zone):
        row.location.place(place.lon, place.lat, zone)
        row.changed["location"].add("lon")
    unknowable = {one.name for one in fields(Place) if getattr(place, one.name) is None}
    for target, values in (("service", service), ("location", location), ("at", at)):
        for name, value in values.items():
            key, told = ("hours", place.hours_text) if name in _HOURS else (name, value)
            if name not in unknowable - {"hours"} and not settled.holds(key, told):
                row.put(target, name, value)


def _search(row: _Kept, codes: dict[UUID, str], operators: dict[UUID, str]) -> Func:
    service = row.service
    operator = operators.get(service.organization_id, "") if service.organization_id else ""
    texts = (operator, row.location.address, row.location.address_en)
    return search_vector(service.name, service.name_en, codes[service.category_id], *texts)


def _prepared(rows: list[_Kept]) -> list[Schedule]:
    """Stamp what is written, renew search words where they differ; returns the schedules of rows whose hours are new."""
    moment = now()
    codes = dict(TaxonomyTerm.objects.values_list("id", "code"))
    operators = dict(Organization.objects.values_list("id", "name"))
    found: list[Schedule] = []
    for row in rows:
        row.service.last_modified = moment
        if row.is_new or row.changed["location"]:
            row.location.last_modified = moment
        if row.is_new or _SEARCHED & (row.changed["service"] | row.changed["location"]):
            row.at.search = _search(row, codes, operators)
            row.changed["at"].add("search")
        if row.is_new or row.changed["at"] & set(_HOURS):
            found += rules(row.at)
    return found


def _make(rows: list[_Kept]) -> None:
    if not rows:
        return
    schedules = _prepared(rows)
    Service.objects.bulk_create([row.service for row in rows], batch_size=_BATCH)
    Location.objects.bulk_create([row.location for row in rows], batch_size=_BATCH)
    ServiceAtLocation.objects.bulk_create([row.at for row in rows], batch_size=_BATCH)
    Schedule.objects.bulk_create(schedules, batch_size=_BATCH)


def _change(rows: list[_Kept]) -> None:
    if not rows:
        return
    schedules = _prepared(rows)
    for row in rows:
        row.service.save(update_fields=["last_modified", *row.changed["service"]])
        if row.changed["location"]:
            row.location.save()
        if row.changed["at"]:
            row.at.save(update_fields=sorted(row.changed["at"]))
    rescheduled = [row.at.pk for row in rows if row.changed["at"] & set(_HOURS)]
    Schedule.objects.filter(service_at_location__in=rescheduled).delete()
    Schedule.objects.bulk_create(schedules, batch_size=_BATCH)
