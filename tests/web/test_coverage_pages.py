"""Pages of coverage, index, themed circles and booklet: what residents read and what officers keep."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from backend.core import jobs
from backend.directory import walk_times
from backend.directory.coverage import keeping
from backend.directory.models import Network, Service, ServiceAtLocation, ThemedCircle
from backend.insight import acting, beginning
from backend.insight.models import IndexConfig, IndexResult, OfficialStar
from tests.cast import Cast
from tests.directory.conftest import quarter
from tests.web.conftest import Browser

__all__ = ["quarter"]
pytestmark = pytest.mark.django_db(transaction=True)


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    text: str = response.content.decode()
    return text


@pytest.fixture
def town(cast: Cast, quarter: Network) -> Cast:
    walk_times.recompute(quarter)
    keeping.count_all()
    return cast


def test_a_resident_reads_how_their_own_community_is_served(town: Cast) -> None:
    shown = text_of(Browser(town.wang).get("/app/coverage"))
    assert "演示社区" in shown
    assert "已覆盖 100%" in shown
    assert "尚未计算" in shown
    assert "轮椅" in shown
    other = text_of(Browser(None, "en").get(f"/app/coverage?community={town.other_community.id}&profile=slow"))
    assert "Not known" in other, "its buildings stand on no street"


def test_the_booklet_is_one_press_away(town: Cast) -> None:
    reader = Browser(town.wang)
    assert f"/communities/{town.community.id}/booklet.pdf?large=1" in text_of(reader.get("/app/coverage"))
    answer = reader.get(f"/communities/{town.community.id}/booklet.pdf?large=1")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def words(**more: Any) -> dict[str, Any]:
    return {"kind": "culture", "name": "演示圈", "name_en": "Demo", "text": "走一走", "text_en": "Walk"} | more


def test_an_officer_makes_a_circle_without_scripts(town: Cast) -> None:
    desk = Browser(town.subdistrict_officer)
    desk.get("/desk/circles")
    made = desk.post("/desk/circles", words(division=str(town.community.id)))
    path = made["Location"]
    near, steps = (ServiceAtLocation.objects.get(service__external_id=key) for key in ("near", "steps"))
    assert "国大药房" in text_of(desk.get(f"{path}?find=国大"))
    for place in (near, steps):
        assert desk.post(f"{path}/add", {"place": str(place.id)}).status_code == 302
    shown = text_of(desk.get(path))
    assert "国大药房" in shown
    saved = words(place=[str(near.id), str(steps.id)], position=["2", "1"], note=["一", "二"], note_en=["", ""])
    desk.post(f"{path}/save", saved)
    row = ThemedCircle.objects.get()
    assert [(s.service_at_location_id, s.note) for s in row.stops.all()] == [(steps.id, "二"), (near.id, "一")]
    assert Browser(None).get(f"/app/circles/{row.id}").status_code == 404
    desk.post(f"{path}/publish")
    read = text_of(Browser(None).get(f"/app/circles/{row.id}"))
    assert read.index("天桥早餐") < read.index("国大药房")
    assert "演示圈" in text_of(Browser(None).get("/app/circles?kind=culture"))
    desk.post(f"{path}/withdraw")
    assert "演示圈" not in text_of(Browser(None).get("/app/circles"))


def test_a_cover_is_sent_and_shown(town: Cast) -> None:
    desk = Browser(town.district_officer)
    desk.get("/desk/circles")
    path = desk.post("/desk/circles", words(division=str(town.district.id)))["Location"]
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(out, "PNG")
    out.seek(0)
    out.name = "cover.png"
    desk.get(path)
    assert desk.post(f"{path}/cover", {"file": out}).status_code == 302
    row = ThemedCircle.objects.get()
    assert desk.get(f"/circles/{row.id}/cover.jpg")["Content-Type"] == "image/jpeg"
    assert Browser(None).get(f"/circles/{row.id}/cover.jpg").status_code == 404


def test_the_desk_shows_gaps_changes_and_communities_beside_each_other(town: Cast, moved_clock: Any) -> None:
    from datetime import timedelta

    with moved_clock(timedelta(days=2)):
        Service.objects.filter(external_id="near").update(status="inactive")
        keeping.count_all()
        shown = text_of(Browser(town.district_officer).get(f"/desk/coverage?community={town.community.id}"))
    assert "药店：100% → 0%" in shown
    assert "缺口：1 栋楼" in shown
    assert "演示一号院" in shown
    assert "别处社区" in shown
    mine = text_of(Browser(town.subdistrict_officer).get("/desk/coverage"))
    assert "别处社区" not in mine
    assert (
        Browser(town.subdistrict_officer).get(f"/desk/coverage?community={town.other_community.id}").status_code == 404
    )


def test_the_district_adopts_an_index_and_has_a_month_computed(town: Cast) -> None:
    desk = Browser(town.district_officer)
    desk.get("/desk/index")
    rows = beginning.FIRST[:2]
    form = {
        "source": [row.source for row in rows],
        "codes": [" ".join(row.codes) for row in rows],
        "name": [row.name for row in rows],
        "name_en": [row.name_en for row in rows],
        "weight": ["30", "0"],
        "floor": ["0", "0"],
        "target": ["1", "1"],
        "least": ["1", "1"],
    }
    assert desk.post("/desk/index/draft", form).status_code == 302
    config = IndexConfig.objects.get()
    assert [row.source for row in config.indicators.all()] == ["coverage"], "a weight of 0 leaves the line out"
    desk.post("/desk/index/adopt", {"config": str(config.id)})
    desk.post("/desk/index/run", {"month": f"{keeping.today().replace(day=1):%Y-%m}"})
    assert not IndexResult.objects.exists(), "this month is not over"
    acting.compute(town.district_officer.actor, month=keeping.today().replace(year=2025))
    jobs.LOOP.drain()
    assert IndexResult.objects.count() == 2
    assert "第 1 版" in text_of(desk.get("/desk/coverage"))
    assert Browser(town.subdistrict_officer).get("/desk/index").status_code == 403


def test_a_star_is_noted_beside_the_index(town: Cast) -> None:
    desk = Browser(town.subdistrict_officer)
    desk.get("/desk/coverage")
    form = {"community": str(town.community.id), "stars": "4", "year": "2025", "source": "演示公告", "source_url": ""}
    desk.post("/desk/coverage/star", form | {"source_url": "javascript:alert(1)"})
    assert not OfficialStar.objects.exists()
    desk.post("/desk/coverage/star", form)
    assert "4 星 · 2025 年 · 演示公告" in text_of(Browser(None).get(f"/app/coverage?community={town.community.id}"))
