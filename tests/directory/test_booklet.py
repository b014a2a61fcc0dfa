"""The printed booklet: Chinese and English, plain and large, numbered pages, embedded font, drawn once for the same data."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from backend.directory import walk_times
from backend.directory.booklet import layout
from backend.directory.models import Network, ServiceAtLocation
from tests.cast import Cast, Http


@pytest.fixture
def town(cast: Cast, quarter: Network) -> Cast:
    walk_times.recompute(quarter)
    ServiceAtLocation.objects.filter(service__external_id="near").update(phone="010-5550100")
    return cast


def booklet(cast: Cast, query: str = "language=zh", **headers: str) -> Any:
    return Http().get(f"/communities/{cast.community.id}/booklet.pdf?{query}", headers=headers)


def words(answer: Any) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_it_names_services_phones_hours_and_whom_to_call(town: Cast) -> None:
    answer = booklet(town)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    text = words(answer)
    for said in (
        "演示社区",
        "便民服务手册",
        "119",
        "120",
        "12345",
        "国大药房（望京店）",
        "010-5550100",
        "24小时",
        "步行",
        "第 1 页",
    ):
        assert said in text, said
    assert "Page" not in text


def test_english_says_the_same_in_english(town: Cast) -> None:
    text = words(booklet(town, "language=en"))
    for said in ("Neighbourhood Services", "Guoda Pharmacy", "010-5550100", "24 hours", "Ambulance", "Page 1 of"):
        assert said in text, said
    assert words(booklet(town, "", **{"Accept-Language": "en"})) == text


def test_large_type_is_larger_and_the_font_is_inside(town: Cast) -> None:
    plain, large = (PdfReader(io.BytesIO(booklet(town, f"large={n}").content)) for n in (0, 1))
    assert len(large.pages) >= len(plain.pages)
    assert layout.LARGE >= 1.5 * layout.PLAIN
    for reader in (plain, large):
        font = next(iter(reader.pages[0]["/Resources"]["/Font"].values())).get_object()  # type: ignore[index]
        fonts = [f.get_object() for f in reader.pages[1]["/Resources"]["/Font"].values()]  # type: ignore[index]
        assert any("/FontFile2" in f.get("/FontDescriptor", {}) for f in [font, *fonts])


def test_it_is_drawn_once_until_the_data_changes(town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bool] = []
    draw = layout.draw
    monkeypatch.setattr(layout, "draw", lambda *a, **k: drawn.append(True) or draw(*a, **k))
    first = booklet(town)
    assert booklet(town).content == first.content
    same = booklet(town, **{"If-None-Match": first["ETag"]})
    assert (same.status_code, len(drawn)) == (304, 1)
    ServiceAtLocation.objects.filter(service__external_id="near").update(phone="010-5550199")
    changed = booklet(town, **{"If-None-Match": first["ETag"]})
    assert (changed.status_code, len(drawn)) == (200, 2)
    assert "010-5550199" in words(changed)


def test_a_community_without_anything_has_a_booklet_too(cast: Cast) -> None:
    text = words(Http().get(f"/communities/{cast.other_community.id}/booklet.pdf?language=zh"))
    assert "暂无登记的服务" in text


def test_only_communities_have_one(cast: Cast) -> None:
    assert Http().get(f"/communities/{cast.district.id}/booklet.pdf").status_code == 404
