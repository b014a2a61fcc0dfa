"""`GET /services/{id}`, `GET /categories`, and finding services by name."""

from __future__ import annotations

import pytest

from backend.directory import taxonomy
from backend.directory.models import Network, Service, TaxonomyTerm
from tests.cast import Http


def test_a_service_tells_its_places_and_hours(quarter: Network) -> None:
    row = Service.objects.get(external_id="steps")
    body = Http().get(f"/services/{row.id}").json()
    assert (body["name"], body["category"], body["category_name"], body["status"]) == (
        "天桥早餐", "breakfast", "早餐", "active",
    )  # fmt: skip
    (place,) = body["locations"]
    told = ("freq", "byday", "opens_at", "closes_at", "on_holidays", "text")
    assert [tuple(rule[name] for name in told) for rule in place["schedules"]] == [
        ("WEEKLY", "MO,TU,WE,TH,FR,SA,SU", "06:00+08:00", "10:00+08:00", False, "每天 06:00–10:00"),
        ("WEEKLY", "", None, None, True, "法定节假日 休息"),
    ]
    assert place["hours_text"] == "Mo-Su 06:00-10:00; PH off"


def test_a_service_names_its_organization_and_speaks_english(quarter: Network) -> None:
    far = Http().get(f"/services/{Service.objects.get(external_id='far').id}").json()
    assert far["organization"]["name"] == "小关合作社"
    near = Service.objects.get(external_id="near")
    answer = Http().get(f"/services/{near.id}", headers={"Accept-Language": "en"})
    assert (answer.json()["name"], answer.json()["category_name"]) == ("Guoda Pharmacy", "Pharmacy")


def test_an_unchanged_service_is_not_sent_twice(quarter: Network) -> None:
    path = f"/services/{Service.objects.get(external_id='near').id}"
    etag = Http().get(path)["ETag"]
    assert Http().get(path, headers={"If-None-Match": etag}).status_code == 304


def test_an_unknown_service_is_not_found(quarter: Network) -> None:
    assert Http().get("/services/01990000-0000-7000-8000-000000000000").status_code == 404


@pytest.mark.django_db
def test_categories_are_the_official_lists_in_both_languages() -> None:
    chinese = {item["code"]: item for item in Http().get("/categories").json()["items"]}
    english = {
        item["code"]: item for item in Http().get("/categories", headers={"Accept-Language": "en"}).json()["items"]
    }
    eight = [item["name"] for item in chinese.values() if "beijing-8" in item["lists"]]
    assert len(eight) == 8
    assert {"蔬菜零售", "早餐", "洗染"} <= set(eight)
    assert (chinese["pharmacy"]["name"], english["pharmacy"]["name"]) == ("药店", "Pharmacy")
    assert chinese["pharmacy"]["parent"] == "daily"
    assert chinese["daily"]["parent"] is None


@pytest.mark.django_db
def test_the_taxonomy_is_in_the_database_and_loading_it_again_changes_nothing() -> None:
    before = list(TaxonomyTerm.objects.values_list())
    assert len(before) == len({row[2] for row in before}) > 60
    taxonomy.load()
    assert list(TaxonomyTerm.objects.values_list()) == before
