"""What the search column holds, and how typed text is read against it."""

from __future__ import annotations

import pytest
from django.db import connection

from backend.directory import categories, lexemes, misspelt, searching, synonyms


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("药房", True), ("国大药房", True), ("国大药房（望京店）", True), ("药", True), ("大药", True), ("望京 药房", True),
        ("望京 书店", False), ("國大藥房", True), ("药房国大", True), ("望京药店", True), ("买药", True), ("剪头", False),
        ("yaof", True), ("guodayao", True), ("guo da yao fang", True), ("gdyf", True), ("yf", True), ("wangjing", True),
        ("yaodian", True), ("yao dian", True), ("wangjing yaodian", True), ("wangjingyaodian", True), ("pharm", True),
        ("pharmacies", True), ("pharmacy near me", True), ("drug store", True), ("Café", True), ("CAFE", True),
        ("ＹＡＯＦＡＮＧ", True), ("光华路", True), ("guanghua", True), ("guanghua yaodian", True), ("房药", False),
        ("xyz", False), ("'; drop table x --", False), ("&|!", False), ("", False), ("的", False),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_name_a_kind_and_an_address_are_found_as_they_are_typed(typed: str, found: bool) -> None:
    assert _finds(searching.written(typed).whole) is found


@pytest.mark.parametrize(
    "typed",
    [
        "国达药房", "国大要房", "郭大药房", "国药房", "国大的药房", "guodayaofan", "guo da yao fan", "gouda pharmacy", "farmacy",
        "药占", "yaodiang",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_slips_and_soundalikes_are_found_nearly(typed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO directory_searchword (word) VALUES ('guoda'), ('guodayaofang'), ('pharmacy')")
    assert _finds(searching.nearly(typed).whole)


@pytest.mark.parametrize(
    ("typed", "lexeme"), [("绿野", "plvye"), ("lüye", "plvye"), ("lvye", "plvye"), ("lyuye", "plvye")]
)
def test_every_way_to_type_u_umlaut_is_one(typed: str, lexeme: str) -> None:
    own = lexemes.of_service("绿野公园", "", "park")
    assert "plvyegongyuan" in own
    assert f"'{lexeme}'" in searching.written(typed).whole or typed == "绿野"


@pytest.mark.parametrize(
    ("typed", "known", "far"),
    [("pharmacy", "pharmacy", 0), ("pharmcy", "pharmacy", 1), ("pharmayc", "pharmacy", 1), ("farmacy", "pharmacy", 2),
     ("parmcy", "pharmacy", 2), ("abcdef", "ghijkl", 3)],
)  # fmt: skip
def test_slips_are_counted(typed: str, known: str, far: int) -> None:
    assert misspelt.distance(typed, known, 2) == far


def test_the_beginning_of_a_longer_word_is_near_too() -> None:
    assert misspelt.beginning("guodayaofnag", "guodayaofangdian", 2) == (1, "guodayaofang")


def test_every_row_of_the_synonyms_names_a_category_and_every_category_has_a_word() -> None:
    table = synonyms.table()
    members = {code for code, term in categories.terms().items() if term.parent is not None}
    meant = {code for meaning in table.written.values() for code in meaning.strong | meaning.weak}
    assert meant == members
    rows = [line.split(",")[0] for line in synonyms.FILE.read_text(encoding="utf-8").splitlines()[1:]]
    assert set(rows) <= set(categories.terms())


@pytest.mark.parametrize(
    ("typed", "strong"),
    [
        ("买菜", {"market", "vegetables"}), ("剪头", {"hair-beauty"}), ("看病", {"health"}), ("取快递", {"parcel"}),
        ("修鞋", {"repair"}), ("换煤气", {"repair"}), ("附近的厕所", {"toilets"}), ("where is the nearest pharmacy", {"pharmacy"}),
        ("bakeries", {"bakery"}), ("yao dian", {"pharmacy"}), ("藥店", {"pharmacy"}), ("青篮子", set()),
    ],
)  # fmt: skip
def test_words_mean_kinds(typed: str, strong: set[str]) -> None:
    assert searching.meaning_of(typed).strong == strong


def _finds(query: str) -> bool:
    words = lexemes.of_service("国大药房（望京店）", "Guoda Pharmacy Café", "pharmacy", "国大集团", "朝阳区光华路12号")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_to_tsvector(%s::text[]) @@ %s::tsquery", [words, query])
        return bool(cursor.fetchone()[0])
