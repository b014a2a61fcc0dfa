"""Bookings over HTTP, as clients see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar

from backend.core.clock import now
from backend.directory.bookings import acting
from backend.directory.models import Booking
from backend.people import delegations
from tests.cast import Cast, Http
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db(transaction=True)
ClientFor = Callable[..., Http]


def wish(offer: Any, **more: Any) -> dict[str, Any]:
    return {"offer_id": str(offer.id), "start": making.tomorrow(9).isoformat()} | more


def test_anybody_sees_what_is_free_and_by_which_rules(cast: Cast, client_for: ClientFor) -> None:
    offer = making.make_offer(cast, text="洗剪吹")
    making.book(cast.wang, offer)
    day = making.tomorrow(9).date().isoformat()
    shown = client_for(None).get(f"/services/{offer.place.service_id}/slots?day={day}").json()
    assert shown["day"] == day
    assert [(one["title"], one["text"], one["keeper"]) for one in shown["offers"]] == [
        ("剪发", "洗剪吹", "organization")
    ]
    first, second = shown["items"][:2]
    assert (first["state"], first["free"], second["state"], second["free"]) == ("waiting", 0, "open", 1)
    assert datetime.fromisoformat(first["start"]) == making.tomorrow(9)
    assert "王" not in str(shown)
    english = client_for(None, **{"Accept-Language": "en"}).get(f"/services/{offer.place.service_id}/slots?day={day}")
    assert english.json()["offers"][0]["title"] == "Haircut"


def test_a_booking_is_made_once_under_its_id_and_its_key(cast: Cast, client_for: ClientFor) -> None:
    offer, wang = making.make_offer(cast), client_for(cast.wang)
    body = wish(offer, id=str(uuid4()))
    first = wang.post("/bookings", body, headers={"Idempotency-Key": "one"})
    assert (first.status_code, first.json()["state"]) == (201, "confirmed")
    assert wang.post("/bookings", body, headers={"Idempotency-Key": "one"})["Idempotent-Replayed"] == "true"
    assert wang.post("/bookings", body).status_code == 200
    taken = client_for(cast.neighbour).post("/bookings", body)
    assert (taken.status_code, taken.json()["code"]) == (409, "id-taken")
    assert Booking.objects.count() == 1
    assert first.json()["person"] == "王奶奶"
    assert first.json()["steps"] == ["cancel"]


def test_a_full_slot_says_whether_one_can_wait(cast: Cast, client_for: ClientFor) -> None:
    offer = making.make_offer(cast)
    making.book(cast.wang, offer)
    neighbour = client_for(cast.neighbour)
    full = neighbour.post("/bookings", wish(offer))
    assert (full.status_code, full.json()["code"]) == (409, "slot-full")
    assert full.json()["waiting_list"] == {"open": True, "length": 0, "free": 10}
    waits = neighbour.post("/bookings", wish(offer, waiting=True))
    assert (waits.status_code, waits.json()["state"], waits.json()["ahead"]) == (201, "waiting", 0)
    mine = Booking.objects.get(person=cast.wang.user)
    late = client_for(cast.wang).post(f"/bookings/{mine.id}/cancel").json()
    assert (late["state"], late["late"]) == ("cancelled", False)
    assert neighbour.get(f"/bookings/{waits.json()['id']}").json()["state"] == "confirmed"


def test_a_delegate_with_the_power_books_and_one_without_does_not(cast: Cast, client_for: ClientFor) -> None:
    offer = making.make_offer(cast)
    in_her_name = client_for(cast.outsider, **{"Acting-For": str(cast.wang.id)})
    assert in_her_name.post("/bookings", wish(offer)).status_code == 403
    delegations.give(
        cast.wang.actor,
        person_id=cast.wang.id,
        powers=["book"],
        until=now() + timedelta(days=9),
        delegate=cast.outsider.id,
    )
    made = in_her_name.post("/bookings", wish(offer))
    assert (made.status_code, made.json()["person"]) == (201, "王奶奶")
    assert [row["id"] for row in in_her_name.get("/bookings").json()["items"]] == [made.json()["id"]]
    assert client_for(cast.outsider).get("/bookings").json()["items"] == []


def test_the_keepers_list_of_a_day_names_nobody_in_full(cast: Cast, client_for: ClientFor) -> None:
    offer = making.make_offer(cast)
    keeper = making.make_provider(cast, offer)
    booked = making.book(cast.wang, offer)
    day = making.tomorrow(9).date().isoformat()
    (row,) = client_for(keeper).get(f"/bookings?day={day}&offer_id={offer.id}").json()["items"]
    assert (row["person"], row["code"], row["steps"]) == (
        "王**",
        booked.code,
        ["refuse", "move", "attended", "no-show"],
    )
    assert client_for(cast.manager).get(f"/bookings?day={day}").json()["items"] == []
    early = client_for(keeper).post(f"/bookings/{booked.id}/no-show")
    assert (early.status_code, early.json()["code"]) == (409, "not-started")
    wrong = client_for(keeper).post(f"/bookings/{booked.id}/confirm")
    assert wrong.status_code == 200


def test_events_are_public_and_tell_where(cast: Cast, client_for: ClientFor) -> None:
    offer = making.make_offer(cast, venue=True, kind="sessions", title="演示·课程")
    session = making.make_session(offer)
    (event,) = client_for(None).get(f"/events?community_id={cast.community.id}").json()["items"]
    assert (event["id"], event["free"], event["title"], event["address"]) == (
        str(session.id),
        2,
        "演示·书法课",
        "演示路1号",
    )
    assert client_for(None).get(f"/events?community_id={cast.other_community.id}").json()["items"] == []
    booked = client_for(cast.wang).post("/bookings", {"session_id": str(session.id)})
    assert (booked.status_code, booked.json()["session_id"]) == (201, str(session.id))
    called_off = client_for(cast.community_worker).post(f"/sessions/{session.id}/call-off").json()
    assert (called_off["state"], called_off["free"]) == ("closed", 0)
    gone = client_for(cast.neighbour).post("/bookings", {"session_id": str(session.id)})
    assert (gone.status_code, gone.json()["code"]) == (410, "slot-closed")


def test_a_calendar_file_is_read_by_a_calendar(cast: Cast, client_for: ClientFor) -> None:
    offer = making.make_offer(cast, title="剪发；洗、吹, 造型" * 8)
    booked = making.book(cast.wang, offer)
    answer = client_for(cast.wang).get(f"/bookings/{booked.id}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == booked.starts_at
    assert str(event["summary"]) == "剪发；洗、吹, 造型" * 8
    assert str(event["status"]) == "CONFIRMED"
    acting.cancel(cast.wang.actor, booking_id=booked.id)
    (event,) = Calendar.from_ical(client_for(cast.wang).get(f"/bookings/{booked.id}/calendar.ics").content).walk(
        "VEVENT"
    )
    assert str(event["status"]) == "CANCELLED"


def test_an_offer_is_made_and_changed_within_bounds(cast: Cast, client_for: ClientFor) -> None:
    at, worker = making.make_at(cast, organization=False), client_for(cast.community_worker)
    made = worker.post("/offers", {"place_id": str(at.id), "title": "演示·活动室", "slot_minutes": 60})
    assert (made.status_code, made.json()["keeper"], made.json()["offset_minutes"]) == (201, "community", 0)
    where = f"/offers/{made.json()['id']}"
    assert worker.patch(where, {"slot_minutes": 50}).json()["errors"][0]["code"] == "not-a-divisor"
    assert worker.patch(where, {"capacity": 0}).json()["errors"][0]["pointer"] == "/capacity"
    assert worker.patch(where, {"capacity": 4, "party_most": 2}).json()["party_most"] == 2
    assert [row["id"] for row in worker.get("/offers").json()["items"]] == [made.json()["id"]]
    assert worker.post(f"{where}/end").json()["ended"] is True


def test_a_rating_is_public_under_the_first_character_of_a_name(cast: Cast, client_for: ClientFor) -> None:
    service = making.make_at(cast).service_id
    given = client_for(cast.wang).post(f"/services/{service}/ratings", {"stars": 4, "text": "手艺好"})
    assert given.status_code == 201
    again = client_for(cast.wang).post(f"/services/{service}/ratings", {"stars": 5})
    assert (again.status_code, again.json()["code"]) == (409, "already-rated")
    (said,) = client_for(None).get(f"/services/{service}/ratings").json()["items"]
    assert (said["author"], said["text"], said["stars"], said["booked"]) == ("王**", "手艺好", 4, False)
    assert client_for(None).get(f"/services/{service}").json()["rating"] == 4.0
    changed = client_for(cast.wang).patch(f"/ratings/{said['id']}", {"stars": 2, "text": ""})
    assert changed.json()["stars"] == 2
