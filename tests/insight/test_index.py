"""The service index: versions that never change, computed by month as a job, explained line by line, stars beside it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from backend.core import jobs
from backend.core.clock import now
from backend.directory import walk_times
from backend.directory.coverage import keeping
from backend.directory.coverage.counting import codes_of
from backend.directory.models import Network
from backend.emergency.models import Incident
from backend.insight import acting, months, runs
from backend.insight.beginning import FIRST
from backend.insight.models import IndexConfig, IndexResult
from backend.insight.sources import SOURCES
from backend.tickets.models import Ticket
from tests.cast import Cast, Http
from tests.tickets.making import make_ticket

INDICATORS = [
    {"source": "coverage", "codes": ["guide-basic"], "name": "覆盖", "name_en": "Coverage", "weight": 30, "floor": 0, "target": 1},
    {"source": "tickets-response", "name": "响应", "name_en": "Response", "weight": 10, "floor": 0.5, "target": 1, "least": 2},
]  # fmt: skip


@pytest.fixture
def town(cast: Cast, quarter: Network) -> Cast:
    walk_times.recompute(quarter)
    keeping.count_all()
    return cast


@pytest.fixture
def district(cast: Cast) -> Http:
    return Http(cast.district_officer)


def adopted(officer: Http, indicators: Any = INDICATORS) -> dict[str, Any]:
    made = officer.post("/index/configs", {"note": "首版", "indicators": indicators})
    assert made.status_code == 201, made.content
    answer = officer.post(f"/index/configs/{made.json()['id']}/adopt")
    assert answer.json()["state"] == "adopted"
    body: dict[str, Any] = answer.json()
    return body


def of(cast: Cast, query: str = "") -> Any:
    return Http().get(f"/communities/{cast.community.id}/index?{query}").json()


def test_a_month_is_computed_as_a_job_and_explains_itself(town: Cast, district: Http, moved_clock: Any) -> None:
    adopted(district)
    for late in (False, False, True):
        ticket = make_ticket(town, "accepted")
        accepted = ticket.deadline + timedelta(hours=1) if late else ticket.deadline
        Ticket.objects.filter(id=ticket.id).update(accepted_at=accepted)
    month = months.first_of(now().date())
    with moved_clock(timedelta(days=40)):
        fresh = Http(town.district_officer)
        started = fresh.post("/index/runs", {"month": month.isoformat()})
        assert started.status_code == 202
        jobs.LOOP.drain()
        done = fresh.get(f"/jobs/{started.json()['id']}").json()
        assert (done["state"], done["done"], done["total"]) == ("done", 2, 2)
    shown = of(town, f"month={month}")
    coverage, response = shown["lines"]
    assert (response["raw"], response["cases"]) == (0.6667, 3)
    assert response["scaled"] == round((0.6667 - 0.5) / 0.5, 4)
    assert response["points"] == 8.34, "100 × 10 × (0.6667 − 0.5) ÷ (1 − 0.5) ÷ 40, halves up"
    cells = keeping.on([town.community.id], keeping.kept_codes(), "standard")
    basic = [cell.share for cell in cells if cell.category in codes_of("guide-basic")]
    assert coverage["raw"] == pytest.approx(sum(s for s in basic if s is not None) / len(basic), abs=1e-4)
    assert shown["points"] == pytest.approx(coverage["points"] + response["points"])
    assert (shown["config_number"], shown["measured"], shown["official_stars"]) == (1, 1.0, [])


def test_few_cases_say_nothing(town: Cast, district: Http) -> None:
    adopted(district)
    make_ticket(town, "accepted")
    config = IndexConfig.objects.get()
    result = runs.compute(
        runs.SYSTEM, config=config, community_id=town.community.id, month=months.first_of(now().date())
    )
    line = result.lines.get(indicator__source="tickets-response")
    assert (line.raw, line.points, line.why_not, line.cases) == (None, None, "too-few-cases", 1)


def test_what_was_computed_keeps_the_version_it_was_made_with(town: Cast, district: Http) -> None:
    adopted(district)
    month, community = months.first_of(now().date()), town.community.id
    runs.compute(runs.SYSTEM, config=IndexConfig.objects.get(number=1), community_id=community, month=month)
    before = of(town)
    second = adopted(district, [INDICATORS[0] | {"weight": 5, "floor": 0.2}])
    assert of(town) == before
    assert [c["state"] for c in Http().get("/index/configs").json()["items"]] == ["adopted", "replaced"]
    assert district.post(f"/index/configs/{second['id']}/adopt").json()["code"] == "index-not-draft"
    runs.compute(runs.SYSTEM, config=IndexConfig.objects.get(number=2), community_id=community, month=month)
    assert of(town)["config_number"] == 2
    assert IndexResult.objects.filter(community=community).count() == 2


def test_the_worker_computes_a_month_that_is_over_once(town: Cast, district: Http) -> None:
    assert runs.compute_last_month() == 0, "no version is adopted"
    adopted(district)
    assert runs.compute_last_month() == 2
    assert runs.compute_last_month() == 0
    assert of(town)["month"] == months.last().isoformat()


def test_a_killed_job_goes_on_where_it_stopped(town: Cast, district: Http) -> None:
    adopted(district)
    job = acting.compute(town.district_officer.actor, month=months.last())
    job.cursor = 1
    job.save(update_fields=["cursor"])
    jobs.LOOP.drain()
    assert IndexResult.objects.count() == 1


def test_every_source_reads_with_and_without_rows(town: Cast) -> None:
    start, end = months.bounds(months.first_of(now().date()))
    for code, source in SOURCES.items():
        raw = source.read(town.community.id, start, end, ["guide-basic"])
        assert (raw.value is None) == (raw.cases == 0), code
        empty = source.read(uuid4(), start, end, ["guide-basic"])
        assert (empty.value, empty.cases) == (None, 0), code


def test_alarms_taken_within_a_minute_are_counted_and_tests_are_not(cast: Cast) -> None:
    moment = now() - timedelta(minutes=5)
    for number, (seconds, disposition) in enumerate(((30, "real"), (90, "false"), (10, "test"))):
        Incident.objects.create(
            kind="sos", priority="P1", state="resolved", subject=f"t{number}", identity="verified", disposition=disposition,
            community=cast.community, division=cast.subdistrict, opened_at=moment, last_signal_at=moment,
            acknowledged_at=moment + timedelta(seconds=seconds), resolved_at=moment + timedelta(minutes=2), policy=[],
        )  # fmt: skip
    start, end = months.bounds(months.first_of(now().date()))
    raw = SOURCES["alarms-prompt"].read(cast.community.id, moment - timedelta(hours=1), end, [])
    assert (raw.value, raw.cases) == (Decimal("0.5000"), 2)
    assert start < end


def test_the_official_star_stands_beside_and_moves_no_points(town: Cast, district: Http) -> None:
    adopted(district)
    runs.compute_last_month()
    before = of(town)["points"]
    path = f"/communities/{town.community.id}/stars"
    star = {"stars": 4, "year": 2025, "source": "演示·评定公告"}
    assert district.post(path, star).status_code == 200
    assert district.post(path, star | {"stars": 5}).json()["stars"] == 5
    shown = of(town)
    assert shown["points"] == before
    assert [(s["stars"], s["year"], s["source"]) for s in shown["official_stars"]] == [(5, 2025, "演示·评定公告")]


def test_communities_are_compared_by_one_version_and_month(town: Cast, district: Http) -> None:
    adopted(district)
    runs.compute_last_month()
    answer = Http().get(f"/index/compare?subdistrict_id={town.district.id}").json()
    assert answer["month"] == months.last().isoformat()
    assert {item["community_id"] for item in answer["items"]} == {str(town.community.id), str(town.other_community.id)}


def test_only_the_district_decides_on_the_index(town: Cast) -> None:
    officer = Http(town.subdistrict_officer)
    assert officer.post("/index/configs", {"indicators": INDICATORS}).status_code == 403
    assert officer.post("/index/runs", {"month": months.last().isoformat()}).status_code == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"source": "residents"}, "/indicators/0/source"),
        ({"floor": 1}, "/indicators/0/target"),
        ({"codes": []}, "/indicators/0/codes"),
        ({"codes": ["nothing"]}, "/indicators/0/codes"),
    ],
    ids=["unknown-source", "no-span", "coverage-of-nothing", "unknown-list"],
)
def test_a_version_must_make_sense(town: Cast, district: Http, change: dict[str, Any], pointer: str) -> None:
    answer = district.post("/index/configs", {"indicators": [INDICATORS[0] | change]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_month_that_is_not_over_is_not_computed(town: Cast, district: Http) -> None:
    adopted(district)
    assert district.post("/index/runs", {"month": now().date().isoformat()}).json()["code"] == "month-not-over"


def test_the_first_version_is_a_good_one(cast: Cast) -> None:
    acting.draft(cast.district_officer.actor, indicators=FIRST)
    assert IndexConfig.objects.get().indicators.count() == len(FIRST)


@pytest.mark.django_db
def test_no_table_of_the_index_knows_a_person() -> None:
    tables = [name for name in connection.introspection.table_names() if name.startswith("insight_")]
    assert len(tables) == 5
    with connection.cursor() as cursor:
        for table in tables:
            targets = {target for _, target in connection.introspection.get_relations(cursor, table).values()}
            assert all(target.startswith(("insight_", "community_division")) for target in targets), table
