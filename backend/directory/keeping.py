"""Bring the kept services of one source up to date: made, changed, come back, or gone (defunct); never twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Func, TextField, Value

from backend.core.clock import now
from backend.directory import categories, lexemes
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

_BATCH = 1000
_SERVICE = ("name", "name_en", "url", "description", "description_en", "is_certified", "rating_sum", "rating_count")
_LOCATION = ("address", "address_en", "postal_code", "accessibility", "community_id")


@dataclass
class Counts:
    """How many services were made, changed, left as they were, closed as gone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0


@dataclass
class _Kept:
    service: Service
    location: Location
    at: ServiceAtLocation


def keep(
    places: Sequence[Place], *, source: str, area: Network, timezone: str = "Asia/Shanghai", retire: bool = True
) -> Counts:
    """Make the services of `source` in `area` what `places` say; with `retire` those not told any more become defunct.

    A second call with the same places changes no row and no id. One transaction.
    """
    terms = dict(TaxonomyTerm.objects.values_list("code", "id"))
    counts, fresh, stale = Counts(), list[_Kept](), list[_Kept]()
    with transaction.atomic():
        Network.objects.select_for_update().get(pk=area.pk)
        kept = _kept(source, [place.external_id for place in places])
        organizations = _organizations(source, {place.operator for place in places if place.operator})
        told: set[str] = set()
        for place in places:
            if place.external_id in told:
                continue
            told.add(place.external_id)
            row = kept.get(place.external_id)
            is_new = row is None
            row = row or _blank(source, place)
            organization = organizations.get(place.operator)
            if is_new | _tell(row, place, terms[place.category], organization, area, timezone):
                (fresh if is_new else stale).append(row)
            else:
                counts.unchanged += 1
        _make(fresh)
        _change(stale)
        counts.created, counts.updated = len(fresh), len(stale)
        if retire:
            gone = Service.objects.filter(source=source, area=area).exclude(external_id__in=told)
            gone = gone.exclude(status=Status.DEFUNCT)
            counts.closed = gone.update(status=Status.DEFUNCT, last_modified=now())
    return counts


def search_vector(name: str, name_en: str, category: str, *others: str) -> Func:
    """Return the value of the search column for these texts."""
    term = categories.terms()[category]
    words = lexemes.lexemes(name, name_en, term.name_zh, term.name_en, *others)
    return Func(Value(words, output_field=ArrayField(TextField())), function="array_to_tsvector")


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
    return _Kept(service, location, ServiceAtLocation(service=service, location=location))


def _tell(row: _Kept, place: Place, category: UUID, organization: UUID | None, area: Network, timezone: str) -> bool:
    """Put what the place says into the rows; say whether anything differs."""
    service: dict[str, Any] = {name: getattr(place, name) for name in _SERVICE}
    service |= {"category_id": category, "organization_id": organization, "area_id": area.pk}
    if row.service.status == Status.DEFUNCT:
        service["status"] = Status.ACTIVE
    location: dict[str, Any] = {name: getattr(place, name) for name in _LOCATION} | {"timezone": timezone}
    at: dict[str, Any] = {
        "phone": place.phone,
        "hours_text": place.hours_text,
        "week": place.hours.flat() if place.hours else None,
        "holiday": place.hours.flat_holiday() if place.hours else None,
    }
    differs = (row.location.lon, row.location.lat, row.location.zone) != (place.lon, place.lat, area.zone)
    if differs:
        row.location.place(place.lon, place.lat, area.zone)
    unknowable = {field.name for field in fields(Place) if getattr(place, field.name) is None}
    for target, values in ((row.service, service), (row.location, location), (row.at, at)):
        for name, value in values.items():
            if name not in unknowable and getattr(target, name) != value:
                setattr(target, name, value)
                differs = True
    return differs


def _search(row: _Kept, codes: dict[UUID, str], operators: dict[UUID, str]) -> Func:
    service = row.service
    operator = operators.get(service.organization_id, "") if service.organization_id else ""
    return search_vector(service.name, service.name_en, codes[service.category_id], operator, row.location.address)


def _prepared(rows: list[_Kept]) -> list[Schedule]:
    moment = now()
    codes = dict(TaxonomyTerm.objects.values_list("id", "code"))
    operators = dict(Organization.objects.values_list("id", "name"))
    for row in rows:
        row.service.last_modified = row.location.last_modified = moment
        row.at.search = _search(row, codes, operators)
    return [rule for row in rows for rule in rules(row.at)]


def _make(rows: list[_Kept]) -> None:
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
        row.service.save()
        row.location.save()
        row.at.save()
    Schedule.objects.filter(service_at_location__in=[row.at.pk for row in rows]).delete()
    Schedule.objects.bulk_create(schedules, batch_size=_BATCH)
