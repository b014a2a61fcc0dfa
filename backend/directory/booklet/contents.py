"""What a community's booklet says: read once, a plain value, so that the same data prints the same pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil
from uuid import UUID

from django.db import connection
from django.db.models import Q

from backend.community import contracts
from backend.community.models import Building, Compound, Division
from backend.core import geo
from backend.core.clock import today
from backend.directory import categories
from backend.directory.coverage.counting import LISTS, MINUTES, codes_of
from backend.directory.hours.words import sentence
from backend.directory.models import ServiceAtLocation, Status
from backend.directory.walking.streets import PACES

A_KIND = 3
"""So many places of each kind, the nearest: a booklet is for carrying."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Entry:
    """One place. `minutes` from the nearest home of the community at the standard pace; `spot` in UTM metres."""

    number: int
    name: str
    category: str
    phone: str
    address: str
    hours: str
    minutes: int | None
    is_certified: bool
    accessibility: str
    spot: Point


@dataclass(frozen=True)
class Desk:
    """Somebody to call about a compound."""

    place: str
    name: str
    phone: str


@dataclass(frozen=True)
class Contents:
    """Everything that is printed, in one language. `more`: how many further places of each kind are within 15 minutes."""

    community: str
    above: str
    language: str
    day: date
    zone: int
    sections: tuple[tuple[str, tuple[Entry, ...]], ...]
    more: dict[str, int]
    desks: tuple[Desk, ...]
    buildings: tuple[Point, ...]
    compounds: tuple[tuple[str, Point], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class _Near:
    at: ServiceAtLocation
    effort: float | None


def of(community: Division, language: str) -> Contents:
    """The contents for a community, `zh…` or `en…`."""
    codes = list(dict.fromkeys(code for name in LISTS for code in codes_of(name)))
    near = _near(community, codes)
    zone = next((one.at.location.zone for one in near), geo.utm_zone(community.lon or 117))
    sections, more = _sections(near, codes, language)
    buildings = Building.objects.filter(compound__community=community, lon__isnull=False, lat__isnull=False)
    compounds = list(Compound.objects.filter(community=community).select_related("community").order_by("name"))
    above = [place.label(language) for place in reversed(community.upwards()[1:])]
    return Contents(
        community=community.label(language),
        above=" · ".join(above),
        language=language,
        day=today(),
        zone=zone,
        sections=sections,
        more=more,
        desks=tuple(_desks(compounds, language)),
        buildings=tuple(_spot(lon, lat, zone) for lon, lat in buildings.order_by("id").values_list("lon", "lat")),
        compounds=tuple(
            (compound.label(language), _spot(compound.lon, compound.lat, zone))
            for compound in compounds
            if compound.lon is not None and compound.lat is not None
        ),
        sources=tuple(sorted({one.at.service.source for one in near})),
    )


def _near(community: Division, codes: list[str]) -> list[_Near]:
    """The active places of these kinds that a home of the community reaches in time, and those that lie in it, nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.service_at_location_id, min(w.effort) FROM directory_walktime w WHERE w.effort <= %s AND w.building_id IN "
            "(SELECT building_id FROM community_home WHERE community_id = %s) GROUP BY 1",
            [MINUTES * 60 * PACES["standard"] + 1e-6, community.id],
        )
        efforts: dict[UUID, float] = dict(cursor.fetchall())
    rows = ServiceAtLocation.objects.filter(service__status=Status.ACTIVE, service__category__code__in=codes)
    rows = rows.filter(Q(id__in=efforts) | Q(location__community=community))
    rows = rows.select_related("service__category", "service__organization", "location").prefetch_related("schedules")
    found = [_Near(at, efforts.get(at.id)) for at in rows.defer("search")]
    return sorted(found, key=lambda one: (one.effort is None, one.effort or 0, one.at.id))


def _sections(
    near: Iterable[_Near], codes: list[str], language: str
) -> tuple[tuple[tuple[str, tuple[Entry, ...]], ...], dict[str, int]]:
    by_code: dict[str, list[_Near]] = defaultdict(list)
    for one in near:
        by_code[one.at.service.category.code].append(one)
    made, more, number = [], {}, 0
    for code in sorted(by_code, key=codes.index):
        title = categories.terms()[code].name(language)
        entries = []
        for one in by_code[code][:A_KIND]:
            number += 1
            entries.append(_entry(number, one, title, language))
        made.append((title, tuple(entries)))
        more[title] = len(by_code[code]) - len(entries)
    return tuple(made), more


def _entry(number: int, near: _Near, category: str, language: str) -> Entry:
    at, in_english = near.at, language.startswith("en")
    service, place, owner = at.service, at.location, at.service.organization
    stop = "; " if in_english else "；"
    return Entry(
        number=number,
        name=(in_english and service.name_en) or service.name or category,
        category=category,
        phone=at.phone or (owner.phone if owner else ""),
        address=(in_english and place.address_en) or place.address,
        hours=stop.join(sentence(rule, language) for rule in at.schedules.all()),
        minutes=None if near.effort is None else ceil(round(near.effort / PACES["standard"], 1) / 60),
        is_certified=service.is_certified,
        accessibility=place.accessibility,
        spot=(place.easting, place.northing),
    )


def _desks(compounds: list[Compound], language: str) -> Iterable[Desk]:
    for compound in compounds:
        company = contracts.company_for(compound, today())
        if company is not None and company.phone:
            yield Desk(compound.label(language), company.label(language), company.phone)


def _spot(lon: float | None, lat: float | None, zone: int) -> Point:
    east, north = geo.utm(float(lon or 0), float(lat or 0), zone)
    return round(east, 1), round(north, 1)
