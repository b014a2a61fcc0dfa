"""The categories as data."""

import re

import pytest

from backend.tickets.categories import GROUPS, all_categories, named_like


def test_there_are_enough_categories_in_both_languages_with_known_groups():
    categories = all_categories()
    assert len(categories) >= 20
    for category in categories.values():
        assert re.search(r"[\u4e00-\u9fff]", category.zh)
        assert re.search(r"[A-Za-z]", category.en)
        assert category.group in GROUPS
        assert category.visibility in {"home", "compound", "public"}


def test_street_things_are_public_and_go_to_the_subdistrict():
    street = [c for c in all_categories().values() if c.group == "street"]
    assert street
    assert all((c.visibility, c.route, c.place) == ("public", "subdistrict", "point") for c in street)


def test_what_only_a_compounds_residents_see_needs_a_building():
    assert all(c.place == "building" for c in all_categories().values() if c.visibility == "compound")


def test_a_complaint_about_the_company_does_not_go_to_the_company():
    assert all_categories()["property-service"].route == "subdistrict"


@pytest.mark.parametrize(
    ("code", "answers", "text", "kind"),
    [
        ("gas-smell", {}, "三层", "gas"),
        ("home-gas", {"smell": "yes"}, "灶台", "gas"),
        ("home-gas", {"smell": "unsure"}, "灶台", "gas"),
        ("home-gas", {"smell": "no"}, "没有燃气味，打不着火", None),
        ("lift", {"trapped": "yes"}, "停在五层", "entrapment"),
        ("lift", {"trapped": "no"}, "按钮坏了", None),
        ("other", {}, "楼道里有一股煤气味", "gas"),
        ("corridor-light", {}, "灯坏了，好像还有点天然气的味道", "gas"),
        ("other", {}, "There is a strong smell of gas here", "gas"),
        ("other", {}, "I think a gas leak", "gas"),
        ("home-water", {"near-power": "no"}, "厨房有燃气泄漏的声音", "gas"),
        ("home-gas", {"smell": "no"}, "燃气表没电", None),
        ("other", {}, "the gas bill is wrong", None),
    ],
)
def test_a_report_means_danger_by_category_answer_or_words(code, answers, text, kind):
    assert all_categories()[code].danger_of(answers, text) == kind


def test_a_category_is_found_by_a_part_of_its_name():
    assert "street-light" in named_like("路灯")
    assert "street-light" in named_like("street LIGHT")
