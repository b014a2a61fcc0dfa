"""Every list to its last page, and everything in it, is HSDS 3.1 to the letter, whatever the data look like."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from backend.directory.models import Service
from tests.cast import Cast
from tests.hsds import builders
from tests.hsds.checker import HERE, Checker, validator
from tests.hsds.conftest import Api

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.standards,
    pytest.mark.skipif(not HERE.is_dir(), reason="HSDS's schemas do not lie beside the working tree"),
]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_odd_services_are_told_to_the_letter(
    odd: dict[str, Service], cast: Cast, api_in: Callable[[str], Api], language: str
) -> None:
    builders.suspend(odd["overnight"], cast)
    report = Checker(api_in(language).json, per_page=4).check(("services", "organizations", "service_at_locations"))
    assert report.faults == []
    assert report.seen["services"] == len(odd)
    assert report.seen["service_at_locations"] == len(odd) - 1


def test_taxonomies_and_terms_are_told_to_the_letter(api: Api) -> None:
    report = Checker(api.json, per_page=50).check(("taxonomies", "taxonomy_terms"))
    assert report.faults == []
    assert report.seen["taxonomies"] > 3


def test_an_empty_directory_is_a_directory(api: Api) -> None:
    report = Checker(api.json).check(("services", "organizations", "service_at_locations"))
    assert report.faults == []
    assert api.json("/services")["total_pages"] == 0


def test_organizations_with_full_services_and_what_is_near_are_told_to_the_letter(
    odd: dict[str, Service], api: Api
) -> None:
    checker = Checker(api.json)
    assert len(list(checker.pages("organizations", full_service="true", full="true"))) == 1
    assert len(list(checker.pages("service_at_locations", lat="39.9085", lon="116.4617", full="true"))) == 4
    list(checker.pages("service_at_locations", lat="39.9085", lon="116.4617"))
    assert checker.report.faults == []


def test_a_stream_of_lines_is_told_to_the_letter(odd: dict[str, Service], api: Api) -> None:
    for name, schema in (("services", "compiled/service"), ("service_at_locations", "compiled/service_at_location")):
        lines = b"".join(api.get(f"/{name}?format=ndjson&full=true")).splitlines()
        assert lines
        assert [error.message for line in lines for error in validator(schema).iter_errors(json.loads(line))] == []
