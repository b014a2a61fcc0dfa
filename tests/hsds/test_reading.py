"""What a reader of the HSDS API meets: pages, filters, streams, versions, refusals, other people's web pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.clock import BEIJING, now
from backend.directory import indexing
from backend.directory import schedules as keeping
from backend.directory.hours import spans_on
from backend.directory.hours.calendars import is_make_up_day, is_public_holiday
from backend.directory.models import Location, Organization, Service, ServiceAtLocation, TaxonomyTerm
from tests.cast import Cast
from tests.hsds import builders
from tests.hsds.conftest import Api

pytestmark = pytest.mark.django_db


def ids(page: dict[str, Any]) -> set[str]:
    return {one["id"] for one in page["contents"]}


def test_the_root_names_version_profile_and_document(api: Api) -> None:
    root = api.json("/")
    assert root["version"] == "3.1"
    for name in ("profile", "openapi_url"):
        assert root[name].startswith("http://testserver/hsds/v3/")
        assert api.get(root[name].removeprefix("http://testserver/hsds/v3")).status_code == 200
    paths = api.json("/openapi.json")["paths"]
    assert {"/", "/services", "/services/{id}", "/service_at_locations", "/taxonomy_terms/{id}"} <= paths.keys()
    assert set(paths["/services"]) == {"get", "post"}


def test_pages_are_cut_and_counted(odd: dict[str, Service], api: Api) -> None:
    pages = [api.json(f"/services?per_page=4&page={number}") for number in (1, 2, 3, 4)]
    assert [page["size"] for page in pages] == [4, 4, 1, 0]
    assert [(page["total_items"], page["total_pages"]) for page in pages] == [(9, 3)] * 4
    assert [page["last_page"] for page in pages] == [False, False, True, True]
    assert [page["empty"] for page in pages] == [False, False, False, True]
    assert len(set().union(*map(ids, pages))) == 9


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "per_page=0", "per_page=501", "full=true&per_page=101", "full=perhaps", "organization_id=7",
     "modified_after=yesterday", "format=xml", "taxonomy_term_id=pharmacy", "page=99999999999999999999"],
)  # fmt: skip
def test_a_parameter_that_makes_no_sense_is_named(api: Api, query: str) -> None:
    answer = api.get(f"/services?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["parameter"] == query.rpartition("&")[2].partition("=")[0]
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", ["search", "postcode", "organization_id"])
@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["nul", "half-a-letter"])
@pytest.mark.parametrize("path", ["/organizations", "/service_at_locations"])
def test_a_text_that_no_database_can_hold_is_refused(api: Api, path: str, name: str, text: str) -> None:
    answer = api.post(path, **{name: text})
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)


@pytest.mark.parametrize(("moment", "count"), [("0001-01-01T00:00:00+23:59", 9), ("9999-12-31T23:59:59-23:59", 0)])
def test_the_ends_of_time_are_moments_too(odd: dict[str, Service], api: Api, moment: str, count: int) -> None:
    assert api.json(f"/services?modified_after={moment.replace('+', '%2B')}")["total_items"] == count


@pytest.mark.parametrize("lat", [90, -90])
def test_at_a_pole_nothing_is_near(odd: dict[str, Service], api: Api, lat: int) -> None:
    assert api.json(f"/service_at_locations?lon=116&lat={lat}")["empty"]


@pytest.mark.parametrize("query", ["proximity=100", "lat=39.9", "lat=99&lon=1", "lat=39.9&lon=116.4&minutes=31"])
def test_a_place_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    assert api.get(f"/service_at_locations?{query}").status_code == 400


@pytest.mark.parametrize("path", [f"/services/{uuid4()}", "/services/7", "/organizations/x", "/taxonomies/none",
                                  f"/taxonomy_terms/{uuid4()}", f"/service_at_locations/{uuid4()}", "/programs", "/services/a/b"],
                         ids=["service", "no id", "organization", "taxonomy", "term", "place", "no list", "below"])  # fmt: skip
def test_what_is_not_there_is_a_problem(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_another_web_page_may_read(odd: dict[str, Service], api: Api) -> None:
    asked = api.client.options(
        "/hsds/v3/services", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    )
    assert asked.status_code == 204
    assert "GET" in asked["Access-Control-Allow-Methods"]
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]
    assert api.get("/services", Origin="https://a.example")["Access-Control-Allow-Origin"] == "*"
    refused = api.client.delete("/hsds/v3/services")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")


def test_what_has_not_changed_is_not_sent_twice(
    odd: dict[str, Service], api: Api, api_in: Callable[[str], Api]
) -> None:
    for path in ("/", "/services", f"/services/{odd['full'].id}", "/taxonomies", "/openapi.json", "/profile"):
        first = api.get(path)
        again = api.get(path, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), path
        assert "max-age" in first["Cache-Control"]
        assert "Accept-Language" in first["Vary"]
    assert api_in("en").get("/services")["ETag"] != api.get("/services")["ETag"]
    Service.objects.filter(id=odd["full"].id).update(name="演示·新名", last_modified=now())
    path = f"/services/{odd['full'].id}"
    assert api.get(path, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_list_may_be_asked_for_by_post(odd: dict[str, Service], api: Api) -> None:
    owner = str(odd["full"].organization_id)
    asked = api.post("/services", organization_id=owner, full=True)
    assert ids(asked.json()) == {str(odd["full"].id)}
    assert asked["Cache-Control"] == "no-store"
    form = api.client.post("/hsds/v3/services?full=false", {"organization_id": owner})
    assert ids(form.json()) == {str(odd["full"].id)}
    assert api.client.post("/hsds/v3/services", b"[]", content_type="application/json").status_code == 400


def test_filters_count_together(odd: dict[str, Service], api: Api, cast: Cast) -> None:
    pharmacy = TaxonomyTerm.objects.get(code="pharmacy")
    owner = Organization.objects.get(name="演示·康宁药业")
    both = f"taxonomy_term_id={pharmacy.id}&organization_id={owner.id}"
    assert ids(api.json(f"/services?taxonomy_term_id={pharmacy.id}")) == {str(odd["full"].id), str(odd["bare"].id)}
    assert ids(api.json(f"/services?{both}")) == {str(odd["full"].id)}
    assert len(api.json(f"/service_at_locations?{both}")["contents"]) == 1
    assert ids(api.json(f"/organizations?taxonomy_term_id={pharmacy.id}")) == {str(owner.id)}
    cafe = TaxonomyTerm.objects.get(code="cafe")
    assert api.json(f"/services?taxonomy_term_id={cafe.id}&organization_id={owner.id}")["empty"] is True
    assert api.json(f"/services?taxonomy_term_id={uuid4()}")["empty"] is True
    group = TaxonomyTerm.objects.get(code="daily")
    assert str(odd["full"].id) in ids(api.json(f"/services?taxonomy_term_id={group.id}"))


def test_a_taxonomy_chooses_its_terms_and_services(odd: dict[str, Service], api: Api) -> None:
    for one in api.json("/taxonomies")["contents"]:
        found = api.json(f"/taxonomy_terms?per_page=500&taxonomy_id={one['id']}")["contents"]
        assert found
        assert {term["taxonomy_id"] for term in found} == {one["id"]}
        assert api.json(f"/services?taxonomy_id={one['id']}")["total_items"] <= len(odd)
    whole = api.json("/taxonomy_terms?per_page=500")["contents"]
    top = api.json("/taxonomy_terms?per_page=500&top_only=true")["contents"]
    assert 0 < len(top) < len(whole)
    parent = next(term["parent_id"] for term in whole if "parent_id" in term)
    assert {term["parent_id"] for term in api.json(f"/taxonomy_terms?parent_id={parent}")["contents"]} == {parent}


def test_a_mirror_asks_for_what_changed_and_for_the_minimum(odd: dict[str, Service], api: Api) -> None:
    Service.objects.update(last_modified=datetime(2026, 1, 1, tzinfo=BEIJING))
    changed = datetime(2026, 3, 1, 12, tzinfo=BEIJING)
    Service.objects.filter(id=odd["gone"].id).update(last_modified=changed)
    assert ids(api.json("/services?modified_after=2026-02-01")) == {str(odd["gone"].id)}
    assert ids(api.json("/services?modified_after=2026-03-01T12:00:00%2B08:00")) == {str(odd["gone"].id)}, "on or after"
    assert api.json("/services?modified_after=2026-03-01T12:00:01%2B08:00")["empty"] is True
    found = api.json("/services?minimal=true")
    assert found["size"] == len(odd)
    assert {tuple(sorted(one)) for one in found["contents"]} == {("id", "last_modified")}


def test_a_stream_gives_everything_one_a_line(odd: dict[str, Service], api: Api) -> None:
    answer = api.get("/services?format=ndjson&per_page=2")
    assert answer["Content-Type"] == "application/x-ndjson"
    lines = b"".join(answer).splitlines()
    assert {json.loads(line)["id"] for line in lines} == {str(one.id) for one in odd.values()}


def test_a_postcode_and_metres_from_its_centre(odd: dict[str, Service], api: Api) -> None:
    there = ServiceAtLocation.objects.get(service=odd["overnight"])
    assert ids(api.json("/service_at_locations?postcode=100102")) == {str(there.id)}
    near = ids(api.json("/service_at_locations?postcode=100102&proximity=500"))
    assert str(there.id) in near
    assert len(near) > 1
    assert api.json("/service_at_locations?postcode=999999&proximity=500")["empty"] is True
    assert api.json("/service_at_locations?postcode=000000")["empty"] is True, "unknown is no place"


def test_what_can_be_walked_to_comes_nearest_first_and_in_use_alone(odd: dict[str, Service], api: Api) -> None:
    far = builders.make_place(builders.make_service("演示·远处", "pharmacy"), lat=builders.LAT + 0.005)
    found = api.json(f"/service_at_locations?lat={builders.LAT}&lon={builders.LON}&minutes=15")["contents"]
    assert found[-1]["id"] == str(far.id)
    assert "步行约" in found[-1]["description"]
    assert str(odd["gone"].id) not in {one["service_id"] for one in found}
    one = api.json(f"/service_at_locations?lat={builders.LAT}&lon={builders.LON}&per_page=1&page=2")
    assert (one["total_items"], one["size"], one["contents"][0]["id"]) == (len(found), 1, found[1]["id"])
    term = TaxonomyTerm.objects.get(code="pharmacy").id
    named = api.json(f"/service_at_locations?lat={builders.LAT}&lon={builders.LON}&taxonomy_term_id={term}")
    assert {one["service"]["name"] for one in named["contents"]} == {"演示·康宁药房", "演示·远处"}


def test_what_nobody_told_is_said_honestly(odd: dict[str, Service], api: Api) -> None:
    (nameless,) = api.json(f"/services/{odd['nameless'].id}")["service_at_locations"]
    (address,) = nameless["location"]["addresses"]
    assert (address["postal_code"], address["address_1"]) == ("000000", "39.90850, 116.46170 (WGS-84)")
    assert "schedules" not in nameless
    (virtual,) = api.json(f"/services/{odd['virtual'].id}")["service_at_locations"]
    assert virtual["location"]["location_type"] == "virtual"
    assert virtual["location"].keys() & {"latitude", "longitude", "addresses"} == set()
    assert "url" not in api.json(f"/services/{odd['overnight'].id}"), "what is no URI is not told"


def test_hours_carry_their_offset_and_dates_tell_of_holidays(odd: dict[str, Service], api: Api) -> None:
    (at,) = api.json(f"/services/{odd['overnight'].id}")["service_at_locations"]
    weekly = [rule for rule in at["schedules"] if "freq" in rule]
    assert [(rule["byday"], rule["opens_at"], rule["closes_at"], rule["timezone"]) for rule in weekly] == [
        ("FR,SA", "18:00+08:00", "02:00+08:00", 8)
    ]
    dated = [rule for rule in at["schedules"] if "freq" not in rule]
    assert dated
    assert all("opens_at" not in rule for rule in dated)
    for rule in dated:
        assert is_public_holiday(date.fromisoformat(rule["valid_from"]), "Asia/Shanghai")


def test_read_together_the_rows_say_what_the_place_really_does(odd: dict[str, Service], api: Api) -> None:
    """A reader who follows our profile gets the very openings of every day of the coming year."""
    at = ServiceAtLocation.objects.select_related("location").get(service=odd["full"])
    keeping.keep_compiled(at)
    (shown,) = api.json(f"/services/{odd['full'].id}")["service_at_locations"]
    first = now().astimezone(BEIJING).date()
    for step in range(360):
        day = first + timedelta(days=step)
        real = [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in spans_on(at, day)]
        assert _as_profile_says(shown["schedules"], day) == real, (day, is_make_up_day(day, "Asia/Shanghai"))


def _as_profile_says(rows: list[dict[str, Any]], day: date) -> list[tuple[str, str]]:
    dated = [row for row in rows if "freq" not in row and row["valid_from"] <= day.isoformat() <= row["valid_to"]]
    regular = [
        row
        for row in rows
        if "freq" in row and ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day.weekday()] in row["byday"]
    ]
    return sorted((row["opens_at"][:5], row["closes_at"][:5]) for row in dated or regular if "opens_at" in row)


def test_money_leaves_as_a_number_of_the_currency(odd: dict[str, Service], api: Api) -> None:
    options = api.json(f"/services/{odd['full'].id}")["cost_options"]
    assert [(one.get("amount"), one["currency"]) for one in options] == [(5.5, "CNY"), (None, "CNY")]


def test_a_suspended_provider_says_so_and_is_not_certified(odd: dict[str, Service], api: Api, cast: Cast) -> None:
    path = f"/services/{odd['full'].id}"
    assert "accreditations" in api.json(path)
    builders.suspend(odd["full"], cast)
    shown = api.json(path)
    assert "accreditations" not in shown
    assert "虚假宣传" in shown["alert"]


def test_a_page_takes_the_same_few_reads_however_long_it_is(odd: dict[str, Service], api: Api) -> None:
    api.json("/services?per_page=1")
    counts = []
    for size in (2, 9):
        with CaptureQueriesContext(connection) as few:
            api.json(f"/services?per_page={size}")
        counts.append(len(few))
    assert max(counts) <= 8
    with CaptureQueriesContext(connection) as full:
        api.json("/services?full=true")
    assert len(full) <= 30


def test_a_place_without_position_is_in_no_circle(odd: dict[str, Service]) -> None:
    assert Location.objects.get(kind="virtual").zone == 0


@pytest.mark.parametrize("words", ["康宁", "kangning", "kn", "Demo Pharmacy"])
def test_words_find_services_their_places_and_what_is_near(odd: dict[str, Service], api: Api, words: str) -> None:
    ServiceAtLocation.objects.update(search=None)
    indexing.refresh()
    assert ids(api.json(f"/services?search={words}")) == {str(odd["full"].id)}
    assert api.json(f"/service_at_locations?search={words}")["total_items"] == 1
    near = api.json(f"/service_at_locations?search={words}&lat={builders.LAT}&lon={builders.LON}")
    assert [one["service_id"] for one in near["contents"]] == [str(odd["full"].id)]
    assert api.json("/services?search=没有这样的词")["empty"] is True


def test_words_find_organizations_by_name(odd: dict[str, Service], api: Api) -> None:
    assert api.json("/organizations?search=康宁")["total_items"] == 1
    assert api.json("/organizations?search=%25")["total_items"] == 0, "a sign of the pattern is only a sign"
