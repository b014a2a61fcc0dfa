"""Setting schedules, closing for a time, opening again: who may, what is refused, what readers then see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.core.clock import now
from backend.directory import keeping
from backend.directory.hours import spans_on
from backend.directory.models import Closure, Membership, Network, Schedule, ServiceAtLocation
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Http, Member
from tests.directory.conftest import make_place
from tests.permissions.matrix_services import offered

BEIJING = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
Client = Callable[[Member], Http]


@pytest.fixture
def at(cast: Cast) -> ServiceAtLocation:
    return ServiceAtLocation.objects.select_related("service", "location").get(service=offered(cast))


def path(at: ServiceAtLocation, rest: str = "schedules") -> str:
    return f"/services-at-locations/{at.id}/{rest}"


def spans(at: ServiceAtLocation, day: date) -> list[str]:
    at = ServiceAtLocation.objects.select_related("location").get(id=at.id)
    return [f"{start:%d %H:%M}-{end:%d %H:%M}" for start, end in spans_on(at, day)]


WEEKDAYS = {"byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "18:00"}


def test_schedules_are_set_and_read_in_words(at: ServiceAtLocation, cast: Cast, client_for: Client) -> None:
    rules = [
        WEEKDAYS,
        {"byday": "FR,SA", "opens_at": "20:00", "closes_at": "02:00"},
        {"season_from": "06-01", "season_to": "08-31", "opens_at": "07:00", "closes_at": "20:00", "note": "夏季"},
        {"days": "holidays"},
        {"dtstart": "2026-12-24", "count": 1, "opens_at": "09:00", "closes_at": "12:00"},
        {"freq": "MONTHLY", "byday": "2TU", "layer": 4},
    ]
    answer = client_for(cast.community_worker).put(path(at), {"schedules": rules, "make_up_day": "MO"})
    assert answer.status_code == 200, answer.content
    assert [row["text"] for row in answer.json()["schedules"]] == [
        "周一至周五 09:00–18:00",
        "周五、周六 20:00–次日02:00",
        "每年6月1日至8月31日 07:00–20:00（夏季）",
        "法定节假日 休息",
        "2026年12月24日 09:00–12:00",
        "每月第二个周二 休息",
    ]
    english = Http().get(path(at), headers={"Accept-Language": "en"}).json()
    assert [row["text"] for row in english["schedules"]][1:4] == [
        "Friday, Saturday 20:00–02:00 the next day",
        "1 Jun to 31 Aug 07:00–20:00 (夏季)",
        "public holidays closed",
    ]
    assert spans(at, date(2026, 11, 27)) == ["27 09:00-27 18:00", "27 20:00-28 02:00"]
    assert spans(at, date(2026, 12, 24)) == ["24 09:00-24 12:00"]
    assert spans(at, date(2026, 12, 8)) == []
    assert spans(at, date(2026, 10, 1)) == []
    assert spans(at, date(2026, 10, 10)) == ["10 09:00-10 18:00"]


def test_hours_may_be_written_in_openstreetmaps_grammar(at: ServiceAtLocation, cast: Cast, client_for: Client) -> None:
    answer = client_for(cast.community_worker).put(path(at), {"hours_text": "Mo-Fr 09:00-18:00; PH off"})
    assert (answer.status_code, answer.json()["hours_text"]) == (200, "Mo-Fr 09:00-18:00; PH off")
    assert spans(at, MONDAY) == ["23 09:00-23 18:00"]
    assert client_for(cast.community_worker).put(path(at), {}).json()["known"] is False
    assert ServiceAtLocation.objects.get(id=at.id).hours is None


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"byday": "XX"}, "/byday", "not-rfc5545"),
    ({"byday": "2MO"}, "/byday", "monthly-only"),
    ({"freq": "MONTHLY"}, "/byday", "missing"),
    ({"bymonthday": "1"}, "/bymonthday", "monthly-only"),
    ({"freq": "MONTHLY", "bymonthday": "32"}, "/bymonthday", "not-rfc5545"),
    ({"byweekno": "54"}, "/byweekno", "not-rfc5545"),
    ({"interval": 0}, "/interval", "out-of-range"),
    ({"interval": 2}, "/dtstart", "missing"),
    ({"dtstart": "2026-01-01", "count": 0}, "/count", "out-of-range"),
    ({"dtstart": "2026-01-01", "count": 2, "until": "2026-02-01"}, "/count", "not-rfc5545"),
    ({"dtstart": "2026-01-02", "until": "2026-01-01"}, "/until", "before-start"),
    ({"valid_from": "2026-01-02", "valid_to": "2026-01-01"}, "/valid_to", "before-start"),
    ({"opens_at": "09:00"}, "/closes_at", "missing"),
    ({"opens_at": "09:00:30", "closes_at": "10:00"}, "/opens_at", "not-a-minute"),
    ({"opens_at": "09:00+08:00", "closes_at": "10:00"}, "/opens_at", "not-a-minute"),
    ({"season_from": "02-30", "season_to": "03-01"}, "/season_from", "not-a-day"),
    ({"season_from": "02-01"}, "/season_to", "missing"),
    ({"days": "school"}, "/days", "calendar-unknown"),
    ({"layer": 10}, "/layer", "out-of-range"),
]


@pytest.mark.parametrize(("rule", "field", "code"), WRONG, ids=[f"{field} {code}" for _, field, code in WRONG])
def test_a_wrong_field_is_named_with_its_rule(
    rule: dict[str, Any], field: str, code: str, at: ServiceAtLocation, cast: Cast, client_for: Client
) -> None:
    answer = client_for(cast.community_worker).put(path(at), {"schedules": [WEEKDAYS, rule]})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/schedules/1{field}", code)]
    assert not Schedule.objects.exists()


def test_hours_that_are_not_understood_are_refused(at: ServiceAtLocation, cast: Cast, client_for: Client) -> None:
    worker = client_for(cast.community_worker)
    assert worker.put(path(at), {"hours_text": "whenever"}).json()["errors"][0]["code"] == "not-understood"
    both = {"hours_text": "24/7", "schedules": [WEEKDAYS]}
    assert worker.put(path(at), both).json()["errors"][0]["code"] == "ambiguous"


def test_who_read_an_older_version_does_not_overwrite(at: ServiceAtLocation, cast: Cast, client_for: Client) -> None:
    worker = client_for(cast.community_worker)
    etag = worker.get(path(at))["ETag"]
    fresh = worker.put(path(at), {"hours_text": "24/7"}, headers={"If-Match": etag})
    assert (fresh.status_code, fresh["ETag"]) == (200, worker.get(path(at))["ETag"])
    assert worker.put(path(at), {"hours_text": "Mo 9-10"}, headers={"If-Match": etag}).status_code == 412


def test_a_provider_sets_the_hours_of_its_own_services_alone(
    at: ServiceAtLocation, cast: Cast, client_for: Client
) -> None:
    shop = cast.add("shop", "演示店主")
    RoleGrant.objects.create(user=shop.user, role=Role.PROVIDER, scope_kind="community", scope_id=cast.community.id)
    provider = client_for(shop)
    assert provider.put(path(at), {"hours_text": "24/7"}).status_code == 403
    assert at.service.organization is not None
    Membership.objects.create(person_id=shop.id, organization=at.service.organization)
    assert provider.put(path(at), {"hours_text": "24/7"}).status_code == 200
    Membership.objects.update(ended_at=now())
    assert provider.put(path(at), {"hours_text": "24/7"}).status_code == 403


def test_a_closure_closes_and_ending_it_opens_again(at: ServiceAtLocation, cast: Cast, client_for: Client) -> None:
    worker = client_for(cast.community_worker)
    worker.put(path(at), {"hours_text": "Mo-Su 00:00-24:00"})
    start = (now() + timedelta(days=2)).astimezone(BEIJING).replace(hour=12, minute=0, second=0, microsecond=0)
    told = {"kind": "renovation", "starts_at": start.isoformat(), "ends_at": (start + timedelta(days=30)).isoformat()}
    made = worker.post(path(at, "closures"), told)
    assert (made.status_code, made.json()["text"][-9:]) == (201, "暂停服务：装修改造"), made.content
    assert spans(at, start.date()) == [f"{start:%d} 00:00-{start:%d} 12:00"]
    assert spans(at, (start + timedelta(days=7)).date()) == []
    opening = Http().get(f"/services/{at.service_id}").json()["locations"][0]
    assert datetime.fromisoformat(opening["closes_at"]) == start
    assert [row["id"] for row in Http().get(path(at)).json()["closures"]] == [made.json()["id"]]
    ended = worker.delete(path(at, f"closures/{made.json()['id']}"))
    assert ended.status_code == 200
    assert spans(at, (start + timedelta(days=7)).date()) != []
    assert Http().get(path(at)).json()["closures"] == []
    assert worker.delete(path(at, f"closures/{made.json()['id']}")).json()["code"] == "closure-over"


def test_the_next_opening_is_found_beyond_a_closure_of_weeks(
    at: ServiceAtLocation, cast: Cast, client_for: Client
) -> None:
    worker = client_for(cast.community_worker)
    worker.put(path(at), {"schedules": [WEEKDAYS | {"byday": ""}]})
    end = now().astimezone(BEIJING).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=100)
    start = now() - timedelta(minutes=5)
    told = {"kind": "outage", "starts_at": start.isoformat(), "ends_at": end.isoformat(), "id": str(at.id)}
    assert [worker.post(path(at, "closures"), told).status_code for _ in range(2)] == [201, 200]
    place = Http().get(f"/services/{at.service_id}").json()["locations"][0]
    assert (place["open_now"], datetime.fromisoformat(place["opens_at"])) == (False, end.replace(hour=9))


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        (
            {"starts_at": "2100-01-02T00:00:00+08:00", "ends_at": "2100-01-01T00:00:00+08:00"},
            "/ends_at",
            "before-start",
        ),
        ({"starts_at": "2020-01-02T00:00:00+08:00", "ends_at": "2020-02-01T00:00:00+08:00"}, "/ends_at", "past"),
        ({"starts_at": "2026-12-01T00:00:00"}, "/starts_at", "not-an-instant"),
        ({"starts_at": "0001-01-01T00:00:00+08:00"}, "/starts_at", "too-far"),
        ({"starts_at": "9999-12-31T23:59:00-08:00"}, "/starts_at", "too-far"),
        ({"starts_at": "2026-12-01T00:00:00Z", "kind": "other"}, "/reason", "required"),
    ],
    ids=["ends before it starts", "over already", "no offset", "the first year", "the last year", "no reason"],
)
def test_a_closure_that_cannot_be_is_refused(
    told: dict[str, Any], pointer: str, code: str, at: ServiceAtLocation, cast: Cast, client_for: Client
) -> None:
    answer = client_for(cast.community_worker).post(path(at, "closures"), {"kind": "renovation"} | told)
    assert answer.status_code == 422
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert not Closure.objects.exists()


def test_a_schedule_may_count_to_the_end_of_time(at: ServiceAtLocation, cast: Cast, client_for: Client) -> None:
    rule = {"dtstart": "9999-12-30", "count": 400, "opens_at": "09:00", "closes_at": "12:00"}
    answer = client_for(cast.community_worker).put(path(at), {"schedules": [rule, WEEKDAYS]})
    assert answer.status_code == 200, answer.content
    assert spans(at, MONDAY) == ["23 09:00-23 18:00"]


def test_an_import_leaves_the_hours_that_were_set_here(quarter: Network, cast: Cast, client_for: Client) -> None:
    at = ServiceAtLocation.objects.select_related("location").get(service__external_id="steps")
    admin = client_for(cast.admin)
    assert admin.put(path(at), {"hours_text": "Mo-Su 07:00-11:00"}).status_code == 200

    def import_again(hours: str) -> None:
        told = make_place("steps", 300, 110, name="天桥早餐", category="breakfast", hours=hours)
        keeping.keep([told], source="seed", area=quarter, retire=False)

    import_again("Mo-Su 06:00-10:00; PH off")
    assert spans(at, MONDAY) == ["23 07:00-23 11:00"]
    import_again("Mo-Su 05:00-10:00")
    assert spans(at, MONDAY) == ["23 05:00-23 10:00"]
