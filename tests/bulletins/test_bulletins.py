"""Bulletins: put up once, read by everybody there, pushed in portions, linked to the reports they explain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from backend.bulletins import actions, push
from backend.bulletins.models import Bulletin, BulletinTicket
from backend.community.models import Home, Unit
from backend.core import handoff, jobs
from backend.core.clock import now
from backend.core.jobs import Job
from notifications import addresses, deliveries, inbox
from notifications.broadcasts import Broadcast
from notifications.deliveries import Delivery
from notifications.preferences import Preference
from tests.cast import Cast, Http, Member

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Http]


def outage(cast: Cast, **more: Any) -> dict[str, Any]:
    """The body of a water outage of the building, tomorrow from 9 to 17."""
    start = now() + timedelta(days=1)
    return {
        "kind": "planned_outage",
        "subject": "water",
        "scope": "building",
        "scope_id": str(cast.building.id),
        "from": start.isoformat(),
        "to": (start + timedelta(hours=8)).isoformat(),
        "text": "水箱清洗，请提前储水。",
    } | more


def no_water(cast: Cast) -> dict[str, Any]:
    """The body of a report."""
    return {"category": "home-water", "text": "没水了", "home_id": str(cast.home.id), "answers": {"near-power": "no"}}


def published(cast: Cast, **more: Any) -> Bulletin:
    answer = Http(cast.manager).post("/bulletins", outage(cast, **more))
    assert answer.status_code == 201, answer.content
    return Bulletin.objects.get(id=answer.json()["id"])


def told(who: Member) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = Http(who).get("/inbox").json()["items"]
    return [item for item in items if item["topic"].startswith("bulletin.")]


def test_everybody_of_the_building_finds_it_in_their_inbox_and_nobody_else(cast: Cast) -> None:
    row = published(cast)
    for who in (cast.wang, cast.neighbour):
        (item,) = told(who)
        assert "停水通知" in item["text"]
        assert item["about"] == f"/api/v1/bulletins/{row.id}"
        assert item["channel"] == f"building:{cast.building.id}"
        assert item["seq"] == 1
    assert told(cast.outsider) == told(cast.pending) == told(cast.ended_tenant) == []
    assert Broadcast.objects.count() == 1, "one row for all, not one a person"


def test_it_is_read_in_english_too(cast: Cast) -> None:
    published(cast, title_en="Tank cleaning", text_en="Please store water.")
    (item,) = Http(cast.wang).get("/inbox", headers={"Accept-Language": "en"}).json()["items"]
    assert "Tank cleaning" in item["text"]
    assert "Please store water" in item["text"]


def test_reading_and_putting_away_are_each_persons_own(cast: Cast) -> None:
    published(cast)
    (item,) = told(cast.wang)
    wang, neighbour = Http(cast.wang), Http(cast.neighbour)
    assert wang.post("/inbox/read", {"ids": [item["id"]]}).json() == {"marked": 1, "unread": 0}
    assert wang.post("/inbox/read", {"ids": [item["id"]]}).json()["marked"] == 0
    assert neighbour.get("/inbox").json()["unread"] == 1
    assert wang.post("/inbox/archive", {"ids": [item["id"]]}).json()["archived"] == 1
    assert wang.get("/inbox").json()["items"] == []
    assert len(wang.get("/inbox?archived=true").json()["items"]) == 1
    assert len(neighbour.get("/inbox").json()["items"]) == 1


def test_since_covers_all_channels_of_the_inbox(cast: Cast) -> None:
    published(cast)
    http = Http(cast.wang)
    since = http.get("/inbox").json()["since"]
    assert http.get(f"/inbox?since={since}").json()["items"] == []
    published(cast, subject="lift")
    again = http.get(f"/inbox?since={since}").json()
    assert [item["seq"] for item in again["items"]] == [2]
    assert http.get(f"/inbox?since={again['since']}").json()["items"] == []


def test_the_inbox_pages_through_own_and_common_entries_in_order(cast: Cast) -> None:
    for _ in range(3):
        published(cast)
        Http(cast.wang).post("/tickets", {"category": "noise", "text": "深夜施工", "home_id": str(cast.home.id)})
    http, seen, cursor = Http(cast.wang), [], ""
    for _ in range(10):
        body = http.get(f"/inbox?limit=2{cursor}").json()
        seen += [(item["at"], item["id"]) for item in body["items"]]
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"
    assert len(set(seen)) == len(seen) == 6
    assert seen == sorted(seen, reverse=True)


def test_words_are_searched_in_what_is_read(cast: Cast) -> None:
    published(cast)
    published(cast, subject="lift", text="更换钢丝绳")
    found = Http(cast.wang).get("/inbox?q=钢丝").json()["items"]
    assert len(found) == 1
    assert Http(cast.wang).get("/inbox?q=没有这个").json()["items"] == []


def test_pushes_go_out_in_portions_and_to_those_only_who_want_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "PORTION", 1)
    for who in (cast.wang, cast.neighbour, cast.outsider):
        addresses.add(who.id, addresses.FCM, f"ok-{who.key}")
    Http(cast.neighbour).put("/preferences", {"off": {"bulletin.outage": ["fcm"]}})
    row = published(cast)
    jobs.BROADCASTS.drain()
    assert set(Delivery.objects.filter(notice_id=row.id).values_list("person_id", flat=True)) == {cast.wang.id}
    job = Job.objects.get(id=row.job_id)
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    assert Http(cast.manager).get(f"/jobs/{job.id}").json()["state"] == "done"


def test_many_people_are_told_only_after_their_number_was_confirmed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MANY", 1)
    http = Http(cast.manager)
    refused = http.post("/bulletins", outage(cast))
    assert (refused.status_code, refused.json()["code"], refused.json()["audience"]) == (409, "confirm-audience", 2)
    assert http.post("/bulletins", outage(cast, confirm_audience=3)).status_code == 409
    assert http.post("/bulletins", outage(cast, confirm_audience=2)).status_code == 201


def test_a_preview_tells_nobody_but_its_author(cast: Cast) -> None:
    shown = Http(cast.manager).post("/bulletins/preview", outage(cast, send_to_me=True)).json()
    assert shown["audience"] == 2
    assert "停水通知" in shown["zh"]
    assert shown["en"].startswith("[")
    assert not Bulletin.objects.exists()
    assert told(cast.wang) == []
    assert len(told(cast.manager)) == 1


def test_an_outage_that_began_explains_a_report_and_its_end_is_told_to_the_reporter(
    cast: Cast, moved_clock: Any
) -> None:
    row = published(cast)
    wang = Http(cast.wang)
    before = wang.get(f"/tickets/similar?category=home-water&home_id={cast.home.id}").json()
    assert [one["id"] for one in before["bulletins"]] == [str(row.id)]
    assert wang.get(f"/tickets/similar?category=noise&home_id={cast.home.id}").json()["bulletins"] == []
    with moved_clock(timedelta(days=1, hours=1)):
        sent = wang.post(
            "/tickets",
            {"category": "home-water", "text": "没水了", "home_id": str(cast.home.id), "answers": {"near-power": "no"}},
        )
        assert sent.status_code == 201, sent.content
        handoff.loop.drain()
        link = BulletinTicket.objects.get()
        assert (link.bulletin_id, str(link.ticket_id)) == (row.id, sent.json()["id"])
        assert Http(cast.manager).get(f"/bulletins/{row.id}").json()["tickets"] == 1
        assert wang.get(f"/bulletins/{row.id}").json()["tickets"] is None
        assert Http(cast.manager).post(f"/bulletins/{row.id}/end").json()["state"] == "ended"
        texts = [item["text"] for item in told(cast.wang)]
        assert any(sent.json()["number"] in text and "恢复" in text for text in texts)
        assert not any(sent.json()["number"] in item["text"] for item in told(cast.neighbour))


def test_a_report_outside_the_outage_is_not_linked(cast: Cast) -> None:
    published(cast)
    assert Http(cast.wang).post("/tickets", no_water(cast)).status_code == 201
    handoff.loop.drain()
    assert not BulletinTicket.objects.exists()


def test_it_can_be_prolonged_and_withdrawn_but_not_twice(cast: Cast) -> None:
    row = published(cast)
    http = Http(cast.manager)
    later = (row.ends_at or now()) + timedelta(hours=3)
    assert http.patch(f"/bulletins/{row.id}", {"to": later.isoformat()}).status_code == 200
    assert [item["topic"] for item in told(cast.wang)] == ["bulletin.changed", "bulletin.outage"]
    assert http.post(f"/bulletins/{row.id}/withdraw").status_code == 200
    again = http.post(f"/bulletins/{row.id}/end")
    assert (again.status_code, again.json()["code"]) == (409, "already-closed")
    assert Http(cast.wang).get("/bulletins").json()["items"] == []
    assert len(Http(cast.wang).get("/bulletins?past=true").json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": None}, "/to"),
        ({"text": "  "}, "/text"),
        ({"scope_id": "01a20000-0000-7000-8000-000000000001"}, "/scope_id"),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, change: dict[str, Any], pointer: str) -> None:
    answer = Http(cast.manager).post("/bulletins", outage(cast) | change)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_anybody_reads_what_is_announced_at_a_place(cast: Cast) -> None:
    row = published(cast)
    for query in (f"building_id={cast.building.id}", f"compound_id={cast.compound.id}"):
        found = Http(None).get(f"/bulletins?{query}").json()["items"]
        assert [one["id"] for one in found] == [str(row.id)], query
    assert Http(None).get(f"/bulletins?compound_id={cast.other_compound.id}").json()["items"] == []
    assert Http(None).get("/bulletins").json()["items"] == []
    assert Http(None).get(f"/bulletins/{row.id}").json()["audience"] is None


def test_a_district_is_told_through_its_communities(cast: Cast) -> None:
    answer = Http(cast.district_officer).post(
        "/bulletins",
        {"kind": "notice", "scope": "district", "scope_id": str(cast.district.id), "text": "全区开展消防演练。"},
    )
    assert answer.status_code == 201, answer.content
    assert {row.channel for row in Broadcast.objects.all()} == {
        f"community:{cast.community.id}",
        f"community:{cast.other_community.id}",
    }
    assert len(told(cast.wang)) == len(told(cast.outsider)) == 1


def test_the_same_id_again_gives_the_first_and_anothers_is_refused(cast: Cast) -> None:
    body = outage(cast, id="01a20000-0000-7000-8000-00000000000a")
    assert Http(cast.manager).post("/bulletins", body).status_code == 201
    assert Http(cast.manager).post("/bulletins", body).status_code == 200
    assert Http(cast.community_worker).post("/bulletins", body).status_code == 409
    assert Broadcast.objects.count() == 1


def test_what_is_urgent_passes_quiet_hours_and_wishes_but_stays_out_of_the_lane_of_alarms(cast: Cast) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    Preference.objects.create(
        person_id=cast.wang.id, off={"bulletin.notice": ["fcm"]}, quiet_from=time(0, 0), quiet_until=time(23, 59, 59)
    )
    body = {"kind": "notice", "scope": "compound", "scope_id": str(cast.compound.id), "text": "燃气管道抢修"}
    for severity in ("important", "urgent"):
        assert Http(cast.manager).post("/bulletins", body | {"severity": severity}).status_code == 201
    jobs.BROADCASTS.drain()
    row = Delivery.objects.get(topic="bulletin.notice", channel="fcm")
    assert (row.urgency, row.state) == ("urgent", "queued")
    assert row.due_at is not None
    assert row.due_at <= now()
    assert deliveries.lane_name(row.channel, row.urgency) == "courier.fcm.normal"


def test_what_was_called_off_is_pushed_no_more(cast: Cast) -> None:
    addresses.add(cast.wang.id, addresses.FCM, "ok-1")
    first, second = published(cast), published(cast, subject="lift")
    jobs.BROADCASTS.drain()
    later = published(cast, subject="gas")
    for row in (first, second, later):
        assert Http(cast.manager).post(f"/bulletins/{row.id}/withdraw").status_code == 200
    jobs.BROADCASTS.drain()
    pushes = Delivery.objects.filter(channel="fcm", state="queued")
    assert set(pushes.values_list("topic", flat=True)) == {"bulletin.withdrawn"}
    assert Delivery.objects.filter(state="skipped", topic="bulletin.outage").count() == 2


def test_a_stairwells_outage_is_told_to_its_own_people_alone(cast: Cast, moved_clock: Any) -> None:
    other = Unit.objects.create(building=cast.building, name="2单元")
    Home.objects.filter(id=cast.neighbour_home.id).update(unit=other)
    start = now() + timedelta(minutes=1)
    row = published(
        cast,
        scope="unit",
        scope_id=str(cast.unit.id),
        **{"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat()},
    )
    assert [item["topic"] for item in told(cast.wang)] == ["bulletin.outage"]
    assert told(cast.neighbour) == []
    with moved_clock(timedelta(minutes=10)):
        body = no_water(cast) | {"home_id": str(cast.neighbour_home.id)}
        assert Http(cast.neighbour).post("/tickets", body).status_code == 201
        handoff.loop.drain()
    assert not BulletinTicket.objects.filter(bulletin=row).exists()


def test_a_search_goes_on_where_a_page_of_it_ended(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "SEARCHED", 2)
    published(cast, subject="lift", text="更换钢丝绳")
    for _ in range(3):
        published(cast)
    http, found, cursor = Http(cast.wang), [], ""
    for _ in range(5):
        body = http.get(f"/inbox?q=钢丝{cursor}").json()
        found += body["items"]
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"
    assert len(found) == 1
