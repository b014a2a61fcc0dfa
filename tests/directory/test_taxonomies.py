"""Official lists of services: their versions and marks, what they mean among our categories, and who shows them."""

from __future__ import annotations

import pytest

from backend.directory import categories, schemes, taxonomy
from backend.directory.models import ListedTerm, Taxonomy
from tests.cast import Http


def test_every_entry_names_a_list_a_mark_and_categories_that_there_are() -> None:
    for scheme in schemes.schemes().values():
        assert scheme.mark in schemes.MARKS
        assert scheme.version
        assert scheme.source
    for term in schemes.terms().values():
        assert term.scheme in schemes.schemes()
        assert term.mark in schemes.MARKS
        assert term.parent is None or term.parent in schemes.terms()
        assert set(term.categories) <= categories.terms().keys()
        assert term.name_zh
        assert term.name_en


@pytest.mark.parametrize(
    ("label", "code"),
    [("beijing-8", "beijing-2022"), ("guide-basic", "mofcom-2021.basic"), ("guide-quality", "mofcom-2021.quality")],
)
def test_the_short_lists_are_those_of_the_official_ones(label: str, code: str) -> None:
    assert categories.covered(label) == schemes.meant(code) == categories.covered(code)


def test_beijing_has_eight_functions_and_the_circle_of_2011_four_families() -> None:
    assert sum(term.scheme == "beijing-2022" for term in schemes.terms().values()) == 8
    families = [term.name_zh for term in schemes.terms().values() if term.scheme == "circle-2011"]
    assert families == ["政府基本公共服务", "志愿互助服务", "便民利民服务", "特色服务"]


def test_nothing_is_called_verified_that_was_read_in_copies() -> None:
    assert "verified" not in {row.mark for row in (*schemes.schemes().values(), *schemes.terms().values())}


@pytest.mark.django_db
def test_the_lists_are_in_the_database_and_loading_them_again_changes_nothing() -> None:
    before = [list(model.objects.values_list()) for model in (Taxonomy, ListedTerm, ListedTerm.categories.through)]
    assert [len(rows) > 3 for rows in before] == [True, True, True]
    taxonomy.load()
    assert [list(m.objects.values_list()) for m in (Taxonomy, ListedTerm, ListedTerm.categories.through)] == before
    assert ListedTerm.objects.get(code="beijing-2022.parcel").categories.get().code == "parcel"


@pytest.mark.django_db
def test_categories_tell_their_lists_with_version_source_and_mark() -> None:
    body = Http().get("/categories").json()
    assert {scheme["code"]: scheme["version"] for scheme in body["schemes"]} == {
        "yike": "1", "mofcom-2021": "商务部 2021", "beijing-2022": "2022", "circle-2011": "2011",
    }  # fmt: skip
    pharmacy = next(item for item in body["items"] if item["code"] == "pharmacy")
    assert pharmacy["listed_as"] == [
        {"scheme": "mofcom-2021", "code": "mofcom-2021.basic.pharmacy", "name": "药店", "mark": "secondary"},
        {"scheme": "circle-2011", "code": "circle-2011.convenience", "name": "便民利民服务", "mark": "secondary"},
    ]
