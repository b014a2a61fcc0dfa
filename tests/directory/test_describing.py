"""Telling more of a service, a place, a provider: what is named changes, a list replaces the list, nonsense is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.audit import AuditRow
from backend.directory.identifiers import is_uscc
from backend.directory.models import Organization, Program, Service, ServiceAtLocation
from tests.cast import Cast, Http
from tests.permissions.matrix_services import offered

pytestmark = pytest.mark.django_db


def edit(cast: Cast, path: str, body: dict[str, Any], **headers: str) -> Any:
    return Http(cast.community_worker).patch(path, body, headers=headers)


def test_facts_and_lists_are_told_and_kept(cast: Cast) -> None:
    service = offered(cast)
    body = {
        "eligibility": "60岁以上",
        "eligibility_en": "60 and older",
        "minimum_age": 60,
        "languages": ["zh", "csl"],
        "cost_options": [{"option": "配送", "amount": 550}, {"terms": "按标价"}],
        "required_documents": [{"document": "医保卡", "document_en": "Insurance card"}],
        "contacts": [{"title": "服务台", "phones": [{"number": "010-00001111", "languages": ["zh"]}]}],
        "service_areas": [{"division_id": str(cast.community.id)}],
    }
    answer = edit(cast, f"/services/{service.id}", body)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["eligibility"], told["minimum_age"], told["service_areas"]) == ("60岁以上", 60, ["演示社区"])
    assert [(one["amount"], one["currency"]) for one in told["cost_options"]] == [(550, "CNY"), (None, "CNY")]
    assert told["contacts"][0]["phones"][0]["number"] == "010-00001111"
    assert told["languages"] == [{"code": "zh", "name": "中文"}, {"code": "csl", "name": "中国手语"}]
    english = Http().get(f"/services/{service.id}", headers={"Accept-Language": "en"}).json()
    assert (english["eligibility"], english["required_documents"][0]["document"]) == ("60 and older", "Insurance card")
    again = edit(cast, f"/services/{service.id}", {"cost_options": [], "minimum_age": None}).json()
    assert (again["cost_options"], again["minimum_age"], again["eligibility"]) == ([], None, "60岁以上")
    assert AuditRow.objects.filter(event="service.described", object_id=service.id).count() == 2


def test_a_mirror_hears_of_it(cast: Cast) -> None:
    service = offered(cast)
    before = Service.objects.get(id=service.id).last_modified
    at = ServiceAtLocation.objects.get(service=service)
    assert edit(cast, f"/locations/{at.location_id}", {"transportation": "地铁"}).status_code == 200
    between = Service.objects.get(id=service.id).last_modified
    assert edit(cast, f"/organizations/{service.organization_id}", {"name_en": "Demo"}).status_code == 200
    assert before < between < Service.objects.get(id=service.id).last_modified


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"languages": ["Chinese"]}, "/languages"),
        ({"url": "example.org"}, "/url"),
        ({"email": "nobody"}, "/email"),
        ({"minimum_age": 60, "maximum_age": 18}, "/maximum_age"),
        ({"cost_options": [{"option": "一"}]}, "/cost_options/0/amount"),
        ({"cost_options": [{"amount": 1, "currency": "rmb"}]}, "/cost_options/0/currency"),
        ({"phones": [{"number": "call me"}]}, "/phones/0/number"),
        ({"contacts": [{"title": "台", "phones": [{"number": "x"}]}]}, "/contacts/0/phones/0/number"),
        ({"service_areas": [{}]}, "/service_areas/0/name"),
        ({"program_id": "01990000-0000-7000-8000-000000000000"}, "/program_id"),
        ({"nickname": "小药房"}, "/nickname"),
        ({"is_certified": True}, "/is_certified"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nonsense_is_refused_by_name(cast: Cast, body: dict[str, Any], pointer: str) -> None:
    service = offered(cast)
    answer = edit(cast, f"/services/{service.id}", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Service.objects.get(id=service.id).last_modified == service.last_modified, "nothing was half-written"


def test_a_credit_code_needs_its_check_digit_and_is_one_organizations(cast: Cast) -> None:
    service = offered(cast)
    path = f"/organizations/{service.organization_id}"
    wrong = edit(cast, path, {"identifiers": [{"identifier": "91350100M000100Y44"}]})
    assert wrong.json()["errors"][0]["code"] == "check-digit"
    assert edit(cast, path, {"identifiers": [{"identifier": "91350100M000100Y43"}]}).status_code == 200
    other = offered(cast)
    taken = edit(
        cast, f"/organizations/{other.organization_id}", {"identifiers": [{"identifier": "91350100M000100Y43"}]}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "identifier-taken")


@pytest.mark.parametrize(
    ("code", "is_one"),
    [("91350100M000100Y43", True), ("91350100M000100Y34", False), ("91350100m000100y43", False), ("91350100M000100Y4", False),
     ("9135010OM000100Y43", False), ("", False)],
    ids=["right", "two signs changed", "small letters", "too short", "letter O", "empty"],
)  # fmt: skip
def test_the_check_digit_of_a_credit_code(code: str, is_one: bool) -> None:
    assert is_uscc(code) is is_one


def test_an_old_version_is_not_written_over(cast: Cast) -> None:
    service = offered(cast)
    etag = Http().get(f"/services/{service.id}")["ETag"]
    assert edit(cast, f"/services/{service.id}", {"fees": "免费"}, **{"If-Match": etag}).status_code == 200
    late = edit(cast, f"/services/{service.id}", {"fees": "收费"}, **{"If-Match": etag})
    assert late.status_code == 412


def test_a_programme_belongs_to_the_organization(cast: Cast) -> None:
    service = offered(cast)
    told = edit(cast, f"/organizations/{service.organization_id}", {"programs": [{"name": "演示·助老"}]})
    assert told.status_code == 200
    mine = Program.objects.get()
    assert edit(cast, f"/services/{service.id}", {"program_id": str(mine.id)}).json()["program"]["name"] == "演示·助老"
    stranger = Program.objects.create(organization=Organization.objects.create(name="别家"), name="别家的")
    assert edit(cast, f"/services/{service.id}", {"program_id": str(stranger.id)}).status_code == 422
