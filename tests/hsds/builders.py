"""Services of every odd kind: no name, unknown hours, overnight, closed, virtual, without postal code, suspended."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from backend.core.clock import BEIJING
from backend.directory import schedules
from backend.directory.models import (
    Accessibility,
    Certification,
    Closure,
    Contact,
    CostOption,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Suspension,
    TaxonomyTerm,
)
from tests.cast import Cast

LON, LAT = 116.4617, 39.9085


def make_service(name: str = "", category: str = "pharmacy", **more: Any) -> Service:
    return Service.objects.create(name=name, category=TaxonomyTerm.objects.get(code=category), **more)


def make_place(
    service: Service, *, lon: float = LON, lat: float = LAT, phone: str = "", **more: Any
) -> ServiceAtLocation:
    location = Location(**more)
    location.place(lon, lat)
    location.save()
    return ServiceAtLocation.objects.create(service=service, location=location, phone=phone)


def open_on(at: ServiceAtLocation, opens: str | None, closes: str | None, **more: Any) -> None:
    """One rule, every day unless `more` says otherwise."""
    times = [time.fromisoformat(text) if text else None for text in (opens, closes)]
    Schedule.objects.create(service_at_location=at, opens_at=times[0], closes_at=times[1], **{"byday": EVERY} | more)
    schedules.keep_compiled(at)


EVERY = "MO,TU,WE,TH,FR,SA,SU"


def make_odd_ones(cast: Cast) -> dict[str, Service]:
    """By what is odd about them."""
    found = {"bare": make_service()}
    found["nameless"] = make_service(category="toilets")
    make_place(found["nameless"])
    found["full"] = _full(cast)
    found["overnight"] = make_service("演示·夜市", "restaurant", url="http://ex ample/%%")
    at = make_place(found["overnight"], postal_code="100102", address="演示路1号", timezone="Asia/Shanghai")
    open_on(at, "18:00", "02:00", byday="FR,SA")
    open_on(at, None, None, days="holidays", layer=1)
    found["always"] = make_service("演示·便利店", "convenience")
    open_on(make_place(found["always"]), "00:00", "00:00")
    found["closed"] = make_service("演示·装修中", "gym", status="temporarily closed")
    at = make_place(found["closed"], community=cast.community)
    open_on(at, "08:00", "20:00")
    Closure.objects.create(service_at_location=at, kind="renovation", starts_at=datetime(2020, 1, 1, tzinfo=BEIJING))
    schedules.keep_compiled(at)
    found["gone"] = make_service("演示·已不在", "cafe", status="defunct")
    make_place(found["gone"])
    found["virtual"] = make_service("演示·线上咨询", "community-office")
    location = Location()
    location.put_online("https://example.org/ask")
    location.save()
    ServiceAtLocation.objects.create(service=found["virtual"], location=location)
    found["elsewhere"] = make_service("Kahvila", "cafe")
    open_on(make_place(found["elsewhere"], lon=24.94, lat=60.17, timezone="Europe/Helsinki"), "09:00", "17:30")
    return found


def _full(cast: Cast) -> Service:
    """A service of which everything is known."""
    owner = Organization.objects.create(
        name="演示·康宁药业", name_en="Demo Health", description="演示机构", url="https://example.org", email="ask@example.org",
        phone="010-00001000", source="seed", external_id="org-full",
    )  # fmt: skip
    OrganizationIdentifier.objects.create(organization=owner, identifier="91350100M000100Y43")
    programme = Program.objects.create(organization=owner, name="演示·长者用药")
    row = make_service(
        "演示·康宁药房", name_en="Demo Pharmacy", organization=owner, program=programme, description="送药上门",
        languages=["zh", "en", "xx"], eligibility="60岁以上", minimum_age=60, maximum_age=120, application="电话预约",
        fees="免费送药", alert="春节照常", email="shop@example.org", url="https://example.org/shop", is_certified=True,
        source="seed", external_id="full", rating_sum=9, rating_count=2,
    )  # fmt: skip
    contact = Contact.objects.create(
        service=row, title="服务台", title_en="Desk", department="前厅", email="desk@example.org"
    )
    Phone.objects.create(contact=contact, number="010-00001001", languages=["zh", "ug"])
    Phone.objects.create(service=row, number="010-00001002", extension=8, kind="voice", description="取药")
    Contact.objects.create(organization=owner, title="总台")
    CostOption.objects.create(
        service=row, option="配送", amount=550, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1)
    )
    CostOption.objects.create(service=row, terms="按药品标价")
    RequiredDocument.objects.create(service=row, document="医保卡", uri="https://example.org/card")
    ServiceArea.objects.create(service=row, division=cast.community)
    ServiceArea.objects.create(service=row, name="周边三公里")
    Certification.objects.create(service=row, division=cast.subdistrict)
    at = make_place(
        row, phone="010-00001003", address="演示路2号", address_en="2 Demo Road", postal_code="100020", community=cast.community,
        name="演示大厦", name_en="Demo Tower", transportation="地铁演示站 A 口", accessibility="yes", accessibility_details="坡道",
        languages=["zh"],
    )  # fmt: skip
    Phone.objects.create(service_at_location=at, number="010-00001004")
    Accessibility.objects.create(
        location=at.location, description="有电梯", details="东门", url="https://example.org/lift"
    )
    open_on(at, "08:00", "12:00", byday="MO,TU,WE,TH,FR")
    open_on(at, "13:00", "17:00", byday="MO,TU,WE,TH,FR")
    open_on(at, "09:00", "12:00", days="holidays", layer=1)
    open_on(at, "07:00", "19:00", season_from="06-01", season_to="08-31", layer=1)
    open_on(at, "10:00", "11:00", freq="MONTHLY", byday="2SU", layer=1, adds=True)
    return row


def suspend(service: Service, cast: Cast) -> None:
    Suspension.objects.create(service=service, division=cast.subdistrict, reason="虚假宣传")
