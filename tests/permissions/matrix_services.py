"""Rows of telling more of services and providers: by the offices that review the directory where they are."""

from __future__ import annotations

from typing import Any

from backend.directory import credit_acting
from backend.directory.models import Location, Organization, Service, ServiceAtLocation, TaxonomyTerm
from tests.cast import Cast
from tests.permissions.call import Call

REVIEWERS = {
    "anonymous": 401,
    "wang": 403,
    "neighbour": 403,
    "outsider": 403,
    "manager": 403,
    "technician": 403,
    "provider": 403,
    "auditor": 403,
    "other_community_worker": 403,
    "other_subdistrict_officer": 403,
    "community_worker": 200,
    "subdistrict_officer": 200,
    "district_officer": 200,
    "admin": 200,
}
ROWS: dict[str, dict[str, int]] = dict.fromkeys(
    (
        "PATCH /services/{service_id}",
        "PATCH /locations/{location_id}",
        "PATCH /organizations/{organization_id}",
        "POST /services/{service_id}/certify",
        "POST /services/{service_id}/withdraw",
        "POST /services/{service_id}/suspend",
        "POST /services/{service_id}/restore",
        "POST /organizations/{organization_id}/suspend",
        "POST /organizations/{organization_id}/restore",
    ),
    REVIEWERS,
)


def offered(cast: Cast) -> Service:
    """A service of an organization at a place in 王奶奶's community."""
    owner = Organization.objects.create(name="演示机构")
    service = Service.objects.create(
        name="演示药店", category=TaxonomyTerm.objects.get(code="pharmacy"), organization=owner
    )
    location = Location(community=cast.community)
    location.place(116.4617, 39.9085)
    location.save()
    ServiceAtLocation.objects.create(service=service, location=location)
    return service


def _service(cast: Cast, body: Any = None) -> Call:
    return Call(path={"service_id": offered(cast).id}, body=body)


def _certified(cast: Cast) -> Call:
    service = offered(cast)
    credit_acting.certify(cast.district_officer.actor, service_id=service.id)
    return Call(path={"service_id": service.id}, body={"reason": "演示"})


def _suspended(cast: Cast) -> Call:
    service = offered(cast)
    credit_acting.suspend(cast.district_officer.actor, service_id=service.id, reason="演示")
    return Call(path={"service_id": service.id})


def _owner(cast: Cast, body: Any, *, is_suspended: bool = False) -> Call:
    owner = offered(cast).organization_id
    if is_suspended:
        credit_acting.suspend(cast.district_officer.actor, organization_id=owner, reason="演示")
    return Call(path={"organization_id": owner}, body=body)


CALLS = {
    "PATCH /services/{service_id}": lambda cast: _service(cast, {"eligibility": "60岁以上"}),
    "PATCH /locations/{location_id}": lambda cast: Call(
        path={"location_id": ServiceAtLocation.objects.get(service=offered(cast)).location_id},
        body={"name": "演示大厦"},
    ),
    "PATCH /organizations/{organization_id}": lambda cast: _owner(cast, {"name_en": "Demo"}),
    "POST /services/{service_id}/certify": lambda cast: _service(cast, {}),
    "POST /services/{service_id}/withdraw": _certified,
    "POST /services/{service_id}/suspend": lambda cast: _service(cast, {"reason": "演示"}),
    "POST /services/{service_id}/restore": _suspended,
    "POST /organizations/{organization_id}/suspend": lambda cast: _owner(cast, {"reason": "演示"}),
    "POST /organizations/{organization_id}/restore": lambda cast: _owner(cast, None, is_suspended=True),
}
