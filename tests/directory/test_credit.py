"""The credit record of a provider: certified, withdrawn, suspended, restored; by the office of the place, and said in public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.directory import catalogue, circle, credit, credit_acting
from backend.directory.circle import Start, Wish
from backend.directory.credit_acting import AlreadyCertified, AlreadySuspended, NotCertified, NotSuspended
from backend.directory.listing import Filters
from backend.directory.models import Service, ServiceAtLocation
from backend.directory.models.intake import Correction
from backend.people.actor import Actor
from tests.cast import Cast, Http
from tests.hsds.builders import LAT, LON, make_place
from tests.permissions.matrix_services import offered

pytestmark = pytest.mark.django_db


def shown(service: Service, language: str = "zh-CN") -> dict[str, Any]:
    found: dict[str, Any] = Http().get(f"/services/{service.id}", headers={"Accept-Language": language}).json()
    return found


def certified_nearby() -> set[Any]:
    wish = Wish(filters=Filters(certified=True))
    return {found.listed.service_id for found in circle.of(Start(LON, LAT), wish).items}


def test_an_office_certifies_and_the_detail_says_who_and_since_when(cast: Cast) -> None:
    service = offered(cast)
    credit_acting.certify(cast.subdistrict_officer.actor, service_id=service.id, until=now() + timedelta(days=365))
    record = shown(service)["credit"]
    assert (record["certified"], record["certified_by"]) == (True, "演示街道")
    assert record["certified_since"] < record["certified_until"]
    assert certified_nearby() == {service.id}
    with pytest.raises(AlreadyCertified):
        credit_acting.certify(cast.community_worker.actor, service_id=service.id)
    row = AuditRow.objects.get(event="service.certified")
    assert (row.actor_id, row.object_id) == (cast.subdistrict_officer.id, service.id)


def test_the_office_is_that_of_the_place(cast: Cast) -> None:
    service = offered(cast)
    for stranger in (cast.other_community_worker, cast.manager, cast.wang):
        with pytest.raises(Forbidden):
            credit_acting.certify(stranger.actor, service_id=service.id)
    with pytest.raises(NotFound):
        credit_acting.certify(cast.community_worker.actor, service_id=cast.wang.id)
    assert Service.objects.get(id=service.id).is_certified is False


def test_what_lies_in_no_community_is_the_districts(cast: Cast) -> None:
    service = offered(cast)
    at = ServiceAtLocation.objects.get(service=service)
    at.location.community = None
    at.location.save()
    with pytest.raises(Forbidden):
        credit_acting.certify(cast.subdistrict_officer.actor, service_id=service.id)
    credit_acting.certify(cast.district_officer.actor, service_id=service.id)
    assert shown(service)["credit"]["certified_by"] == "朝阳区"


def test_a_withdrawn_mark_is_gone_with_its_reason_kept(cast: Cast) -> None:
    service = offered(cast)
    with pytest.raises(NotCertified):
        credit_acting.withdraw(cast.community_worker.actor, service_id=service.id, reason="没有")
    credit_acting.certify(cast.community_worker.actor, service_id=service.id)
    with pytest.raises(Invalid):
        credit_acting.withdraw(cast.community_worker.actor, service_id=service.id, reason=" ")
    credit_acting.withdraw(cast.community_worker.actor, service_id=service.id, reason="证照到期")
    assert shown(service)["certified"] is False
    assert certified_nearby() == set()
    credit_acting.certify(cast.community_worker.actor, service_id=service.id)
    assert shown(service)["certified"] is True


def test_a_suspended_provider_vanishes_from_the_certified_and_says_so(cast: Cast) -> None:
    service = offered(cast)
    credit_acting.certify(cast.district_officer.actor, service_id=service.id)
    owner = service.organization_id
    with pytest.raises(Invalid):
        credit_acting.suspend(cast.district_officer.actor, organization_id=owner, reason="迟", until=now())
    credit_acting.suspend(cast.district_officer.actor, organization_id=owner, reason="虚假宣传")
    assert certified_nearby() == set()
    record = shown(service)["credit"]
    assert record["certified"] is False
    assert (record["suspension"]["reason"], record["suspension"]["by"]) == ("虚假宣传", "朝阳区")
    with pytest.raises(AlreadySuspended):
        credit_acting.suspend(cast.district_officer.actor, organization_id=owner, reason="又")
    credit_acting.restore(cast.district_officer.actor, organization_id=owner)
    assert certified_nearby() == {service.id}, "what the suspension held back returns"
    record = shown(service)["credit"]
    assert record["suspension"] is None
    assert len(record["past_suspensions"]) == 1
    with pytest.raises(NotSuspended):
        credit_acting.restore(cast.district_officer.actor, organization_id=owner)


def test_an_organization_is_suspended_by_who_reaches_all_of_its_places(cast: Cast) -> None:
    service = offered(cast)
    credit_acting.suspend(cast.community_worker.actor, organization_id=service.organization_id, reason="一处")
    credit_acting.restore(cast.community_worker.actor, organization_id=service.organization_id)
    make_place(service, community=cast.other_community)
    with pytest.raises(Forbidden):
        credit_acting.suspend(cast.community_worker.actor, organization_id=service.organization_id, reason="两处")
    credit_acting.suspend(cast.community_worker.actor, service_id=service.id, reason="一项服务")


def test_what_runs_out_loses_its_mark_and_what_an_import_marks_again_too(
    cast: Cast, moved_clock: Callable[..., Any]
) -> None:
    service = offered(cast)
    credit_acting.certify(cast.district_officer.actor, service_id=service.id, until=now() + timedelta(days=2))
    with moved_clock(timedelta(days=3)):
        credit.settle_all(Actor.system("test"))
        assert Service.objects.get(id=service.id).is_certified is False
        credit_acting.certify(cast.district_officer.actor, service_id=service.id)
        credit_acting.suspend(
            cast.district_officer.actor, service_id=service.id, reason="演示", until=now() + timedelta(days=1)
        )
        Service.objects.filter(id=service.id).update(is_certified=True)
        assert catalogue.detail(service.id).credit.is_certified is False
        credit.settle_all(Actor.system("test"))
        assert Service.objects.get(id=service.id).is_certified is False
    with moved_clock(timedelta(days=5)):
        credit.settle_all(Actor.system("test"))
        assert Service.objects.get(id=service.id).is_certified is True


def test_complaints_are_confirmed_corrections_counted_not_told(cast: Cast) -> None:
    service = offered(cast)
    for state in ("approved", "refused", "pending"):
        Correction.objects.create(service=service, kind="hours", person=cast.wang.user, state=state)
    assert shown(service)["credit"]["complaints"] == 1
    assert "wang" not in str(shown(service))
