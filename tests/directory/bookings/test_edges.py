"""Where a line could stand still, a place could be kept for nobody, or a calendar could end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.urls import reverse

from backend.core import subjects
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.vault import destroy
from backend.core.verb import verb
from backend.directory.bookings import acting, errors, loops, offers, places, reading
from backend.directory.bookings.flow import State
from backend.directory.models import Booking, Offer, Slot
from backend.people.actor import Actor
from notifications.notice import Notice
from tests.cast import Cast, Http
from tests.directory.bookings import making
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Http]
DAY = reverse("web:work-bookings")
FAR = ("0001-01-01", "9999-12-31")


@verb("test.queued")
def queue(actor: Actor, *, slot_id: UUID) -> int:
    return places.queue(slot_id, 5)


@verb("test.joined")
def join(actor: Actor, *, enrolled: UUID, account: UUID) -> None:
    subjects.move(enrolled, account)


def topics(person_id: object) -> list[str]:
    return list(Notice.objects.filter(person_id=person_id).order_by("id").values_list("topic", flat=True))


def test_a_party_that_never_fits_cannot_hold_up_the_line(cast: Cast) -> None:
    offer = making.make_offer(cast, venue=True, kind="sessions", capacity=5, party_most=4)
    small = making.make_session(offer, capacity=2)
    with pytest.raises(Invalid):
        acting.book(cast.wang.actor, session_id=small.id, party=4, waiting=True)
    assert acting.book(cast.neighbour.actor, session_id=small.id).state == State.CONFIRMED


def test_who_no_longer_fits_is_told_and_the_next_gets_the_place(cast: Cast) -> None:
    offer = making.make_offer(cast, capacity=4, party_most=4)
    making.book(cast.wang, offer)
    large = making.book(cast.neighbour, offer, party=4, waiting=True)
    small = making.book(cast.outsider, offer, waiting=True)
    offers.change_offer(making.SYSTEM, offer_id=offer.id, capacity=3, party_most=3)
    assert Booking.objects.get(id=small.id).state == State.CONFIRMED
    assert Booking.objects.get(id=large.id).state == State.CANCELLED
    assert topics(cast.neighbour.id) == ["booking.unanswered"]
    slot = Slot.objects.get(id=small.slot_id)
    assert (slot.taken, slot.queued) == (2, 0)


def test_nobody_joins_the_line_of_what_was_called_off_in_the_same_moment(cast: Cast) -> None:
    called_off = making.make_session(making.make_offer(cast, venue=True, kind="sessions", capacity=2))
    offers.call_off(making.SYSTEM, session_id=called_off.id)
    with pytest.raises(errors.SlotClosed):
        queue(making.SYSTEM, slot_id=called_off.id)


def test_what_was_booked_while_the_offer_ended_is_cancelled_and_told(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.wang, offer)
    Offer.objects.filter(id=offer.id).update(ended_at=now())  # what `end_offer` leaves when a booking commits after it
    assert loops.close_what_is_gone() == 1
    assert Booking.objects.get(id=booked.id).state == State.CANCELLED
    assert topics(cast.wang.id)[-1] == "booking.closed"


def test_two_sessions_at_once_cannot_be_put_into_one_room_afterwards(cast: Cast) -> None:
    offer = making.make_offer(cast, kind="sessions", capacity=4)
    making.make_session(offer)
    making.make_session(offer)
    with pytest.raises(errors.RoomTaken):
        offers.make_offer(making.SYSTEM, place_id=offer.place_id, title="演示", room_of=offer.id)


def test_bookings_follow_whom_the_desk_enrolled_into_their_account(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.neighbour, offer, note="坐轮椅")
    join(making.SYSTEM, enrolled=cast.neighbour.id, account=cast.wang.id)
    destroy(cast.neighbour.id)
    shown = reading.one(cast.wang.actor, booked.id)
    assert (shown.is_mine, shown.note, shown.booking.state) == (True, "坐轮椅", State.CONFIRMED)


def test_who_stands_twice_after_joining_keeps_one_place(cast: Cast) -> None:
    offer = making.make_offer(cast, capacity=2)
    mine, other = making.book(cast.wang, offer), making.book(cast.neighbour, offer)
    waits = making.book(cast.outsider, offer, waiting=True)
    join(making.SYSTEM, enrolled=cast.neighbour.id, account=cast.wang.id)
    states = [Booking.objects.get(id=row.id).state for row in (mine, other, waits)]
    assert states == [State.CONFIRMED, State.CANCELLED, State.CONFIRMED]


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("path", ["/services/{}/slots?day=", "/events?since=", "/events?until=", "/bookings?day="])
def test_a_day_at_the_end_of_the_calendar_is_empty(cast: Cast, client_for: ClientFor, path: str, day: str) -> None:
    offer = making.make_offer(cast)
    answer = client_for(cast.wang).get(path.format(offer.place.service_id) + day)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00+00:00"])
def test_a_time_at_the_end_of_the_calendar_cannot_be_booked(cast: Cast, client_for: ClientFor, start: str) -> None:
    offer = making.make_offer(cast)
    answer = client_for(cast.wang).post("/bookings", {"offer_id": str(offer.id), "start": start})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-bookable")


@pytest.mark.parametrize("day", FAR)
def test_pages_of_a_day_at_the_end_of_the_calendar_open(cast: Cast, day: str) -> None:
    offer = making.make_offer(cast)
    browser = Browser(making.make_provider(cast, offer))
    for path in (f"/app/book/{offer.id}?day={day}", f"{DAY}?day={day}"):
        assert browser.get(path).status_code == 200


def test_a_session_is_announced_at_most_two_years_ahead(cast: Cast) -> None:
    offer = making.make_offer(cast, venue=True, kind="sessions", capacity=2)
    start, end = (datetime(9999, 12, 31, hour, tzinfo=UTC) for hour in (20, 22))
    with pytest.raises(Invalid):
        making.make_session(offer, start=start, end=end)


def test_every_reason_that_ends_a_booking_has_words() -> None:
    import re
    from pathlib import Path

    from backend.directory import bookings
    from web.texts.bookings import TEXTS

    code = "".join(file.read_text() for file in Path(bookings.__file__).parent.glob("*.py"))
    told = set(re.findall(r'why(?:: str)? ?= ?"(\w+)"', code))
    assert {"joined", "lapsed", "closed"} <= told
    assert {f"booking.why.{why}" for why in told} <= TEXTS.keys()


def test_a_form_with_characters_that_cannot_be_kept_is_refused_in_words(cast: Cast) -> None:
    offer = making.make_offer(cast, venue=True, kind="sessions", capacity=2)
    browser = Browser(cast.community_worker)
    browser.get(DAY)
    start, end = (f"{making.tomorrow(hour):%Y-%m-%dT%H:%M}" for hour in (14, 16))
    form = {"offer": str(offer.id), "title": "书\x00法", "start": start, "end": end}
    assert browser.post(f"{DAY}/sessions", form).status_code == 302
    assert "含有无法保存的字符" in browser.get(DAY).content.decode()
    assert not Slot.objects.exists()
