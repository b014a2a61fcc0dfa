"""Coverage: homes within 15 minutes, what is unknown told apart, kept when it changes, compared and drawn."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.community.models import Building, Compound, Home
from backend.core.clock import today
from backend.directory import circle, walk_times
from backend.directory.circle import Wish
from backend.directory.coverage import counting, keeping
from backend.directory.coverage.profiles import PROFILES
from backend.directory.listing import Filters
from backend.directory.models import CoverageMark, CoverageSpan, Network, Service
from tests.cast import Cast, Http
from tests.directory.conftest import at

NEAR, FAR, OFF = at(0, 10), at(0, -140), at(5000, 5000)


def make_building(compound: Compound, name: str, place: tuple[float, float] | None, homes: int) -> Building:
    lon, lat = place or (None, None)
    made = Building.objects.create(compound=compound, name=name, name_en=name, lon=lon, lat=lat)
    for number in range(homes):
        Home.objects.create(building=made, name=str(number), compound=compound, community_id=compound.community_id)
    return made


@pytest.fixture
def town(cast: Cast, quarter: Network) -> Cast:
    """Homes of the community: 2 of the cast's own building, 3 at the street, 4 beyond its west end, 5 nowhere near, 6 unplaced."""
    make_building(cast.compound, "near", NEAR, 3)
    make_building(cast.compound, "west", FAR, 4)
    make_building(cast.compound, "off", OFF, 5)
    make_building(cast.compound, "unplaced", None, 6)
    walk_times.recompute(quarter)
    return cast


def coverage(cast: Cast, query: str = "list=guide-basic") -> dict[str, Any]:
    answer = Http().get(f"/circle/coverage?community_id={cast.community.id}&{query}")
    assert answer.status_code == 200, answer.content
    return {item["category"]: item for item in answer.json()["items"]}


def test_homes_are_covered_uncovered_or_unknown_and_add_up(town: Cast) -> None:
    lines = coverage(town)
    for line in lines.values():
        assert line["homes"] == line["covered"] + line["uncovered"] + line["unknown"] == 20
        assert line["unknown"] == 11, "without a position, or without a street within 150 m"
    pharmacy, vegetables, laundry = lines["pharmacy"], lines["vegetables"], lines["laundry"]
    assert (pharmacy["covered"], pharmacy["share"], pharmacy["found"]) == (9, 1.0, 1)
    assert (laundry["covered"], laundry["share"], laundry["found"], laundry["nearest_seconds"]) == (0, 0.0, 0, None)
    assert [gap["homes"] for gap in laundry["gaps"]] == [4, 3, 2], "most homes first, the unknown ones are no gaps"
    assert vegetables["nearest_seconds"] is not None


def test_what_is_covered_is_what_the_circle_of_the_building_says(town: Cast) -> None:
    """The same question asked building by building, by other code."""
    for profile, pace in (("standard", "standard"), ("slow", "slow")):
        codes = counting.codes_of("guide-basic")
        for one in counting.counts([town.community.id], codes, profile):
            covered, seconds, found = 0, [], set[UUID]()
            for building in Building.objects.filter(compound=town.compound, name__in=["near", "west", "1号楼"]):
                assert building.lon is not None
                assert building.lat is not None
                wish = Wish(pace=pace, filters=Filters(category=one.category), limit=200)
                items = circle.from_building(building.id, building.lon, building.lat, wish).items
                covered += building.homes.count() if items else 0
                seconds += [item.walk_seconds for item in items]
                found |= {item.listed.id for item in items}
            assert (one.covered, one.found) == (covered, len(found)), (profile, one.category)
            assert one.nearest_seconds == (min(seconds) if seconds else None)


def test_who_walks_slowly_reaches_less(town: Cast) -> None:
    usual, slow = coverage(town), coverage(town, "list=guide-basic&profile=slow")
    assert all(slow[code]["covered"] <= line["covered"] for code, line in usual.items())
    assert slow["pharmacy"]["nearest_seconds"] > usual["pharmacy"]["nearest_seconds"]


def test_a_service_that_closes_covers_nobody(town: Cast) -> None:
    Service.objects.filter(category__code="pharmacy").update(status="temporarily closed")
    assert coverage(town)["pharmacy"]["covered"] == 0


def test_a_community_without_homes_has_zeros_and_no_share(town: Cast) -> None:
    empty = counting.counts([town.subdistrict.id], ["pharmacy"])[0]
    assert (empty.homes, empty.covered, empty.uncovered, empty.unknown, empty.share) == (0, 0, 0, 0, None)


def test_a_day_is_kept_only_when_its_numbers_differ(town: Cast, moved_clock: Any) -> None:
    keeping.count_all()
    first = CoverageSpan.objects.count()
    assert first == len(keeping.kept_codes()) * len(PROFILES) * 2  # two communities have homes
    with moved_clock(timedelta(days=3)):
        keeping.count_all()
        assert CoverageSpan.objects.count() == first
        Service.objects.filter(category__code="pharmacy").update(status="inactive")
        keeping.count_all()
        keeping.count_all()
    spans = CoverageSpan.objects.filter(community=town.community, profile="standard", category__code="pharmacy")
    day = today() + timedelta(days=3)
    assert [(s.since, s.until, s.covered) for s in spans.order_by("since")] == [(today(), day, 9), (day, None, 0)]
    answer = Http().get(f"/circle/coverage/history?community_id={town.community.id}&category=pharmacy&to={day}")
    assert [item["covered"] for item in answer.json()["items"]] == [9], "`to` is exclusive"
    answer = Http().get(
        f"/circle/coverage/history?community_id={town.community.id}&category=pharmacy&to={day + timedelta(days=1)}"
    )
    assert [item["covered"] for item in answer.json()["items"]] == [9, 0]


def test_a_second_count_on_the_same_day_corrects_the_first(town: Cast) -> None:
    keeping.count_some([town.community.id])
    Service.objects.filter(category__code="pharmacy").update(status="inactive")
    keeping.count_some([town.community.id])
    spans = CoverageSpan.objects.filter(community=town.community, profile="standard", category__code="pharmacy")
    assert [(s.since, s.until, s.covered) for s in spans] == [(today(), None, 0)]
    assert CoverageMark.objects.filter(community=town.community).exists()


def test_the_worker_counts_each_community_once_a_day(town: Cast, moved_clock: Any) -> None:
    assert (keeping.count_due(), keeping.count_due()) == (2, 0)
    with moved_clock(timedelta(days=1)):
        assert (keeping.count_due(), keeping.count_due()) == (2, 0)


def test_communities_stand_beside_each_other(town: Cast, django_assert_max_num_queries: Any) -> None:
    keeping.count_all()
    with django_assert_max_num_queries(8):
        answer = Http().get(f"/circle/coverage/compare?subdistrict_id={town.district.id}&list=beijing-8")
    items = {item["community_id"]: item for item in answer.json()["items"]}
    assert items.keys() == {str(town.community.id), str(town.other_community.id)}
    mine = items[str(town.community.id)]
    assert (mine["homes"], len(mine["cells"])) == (20, 8)
    assert mine["mean_share"] == round(sum(c["share"] for c in mine["cells"]) / 8, 4)
    assert items[str(town.other_community.id)]["mean_share"] is None, "nothing is known of its homes"


def test_the_map_draws_where_buildings_stand_and_says_so(town: Cast) -> None:
    keeping.count_all()
    answer = Http().get(f"/circle/coverage/map?subdistrict_id={town.district.id}&category=pharmacy")
    features = {f["properties"]["community_id"]: f for f in answer.json()["features"]}
    mine, other = features[str(town.community.id)], features[str(town.other_community.id)]
    assert (mine["geometry"]["type"], mine["properties"]["geometry_is"]) == ("Polygon", "hull")
    ring = mine["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
    assert area > 0, "counter-clockwise, as GeoJSON asks"
    assert (other["geometry"]["type"], other["properties"]["geometry_is"]) == ("MultiPoint", "points")


@pytest.mark.parametrize(
    ("query", "status"),
    [("list=nothing", 422), ("profile=flying", 422), ("", 200)],
    ids=["unknown-list", "unknown-profile", "plain"],
)
def test_what_is_asked_must_make_sense(town: Cast, query: str, status: int) -> None:
    assert Http().get(f"/circle/coverage?community_id={town.community.id}&{query}").status_code == status


def test_only_a_community_has_coverage(town: Cast) -> None:
    assert Http().get(f"/circle/coverage?community_id={town.subdistrict.id}").status_code == 404
