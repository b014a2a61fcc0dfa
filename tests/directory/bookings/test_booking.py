"""Booking, waiting, cancelling: what a person does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pytest

from backend.core.errors import Invalid, NotFound
from backend.directory.bookings import acting, errors, keeping, loops, offers, slots
from backend.directory.bookings.flow import State
from backend.directory.models import Booking, Slot
from notifications.notice import Notice
from tests.cast import Cast
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db
Moved = Callable[[timedelta], AbstractContextManager[None]]


def topics(person: object) -> list[str]:
    rows = Notice.objects.filter(person_id=person.id, topic__startswith="booking.").order_by("id")  # type: ignore[attr-defined]
    return list(rows.values_list("topic", flat=True))


def test_a_free_slot_is_confirmed_at_once_and_shown_as_taken(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.wang, offer)
    assert (booked.state, booked.party) == (State.CONFIRMED, 1)
    assert topics(cast.wang) == ["booking.confirmed"]
    first, second = slots.on([offer], making.tomorrow(9).date())[:2]
    assert (first.state, first.free, second.state, second.free) == ("waiting", 0, "open", 1)


def test_a_full_slot_refuses_and_offers_the_waiting_list(cast: Cast) -> None:
    offer = making.make_offer(cast, waiting_places=1)
    making.book(cast.wang, offer)
    with pytest.raises(errors.SlotFull) as refused:
        making.book(cast.neighbour, offer)
    assert refused.value.extra["waiting_list"] == {"open": True, "length": 0, "free": 1}
    waits = making.book(cast.neighbour, offer, waiting=True)
    assert (waits.state, waits.number) == (State.WAITING, 1)
    with pytest.raises(errors.WaitingListFull):
        making.book(cast.outsider, offer, waiting=True)


def test_who_cancels_gives_the_place_to_the_first_in_line_in_the_same_moment(cast: Cast) -> None:
    offer = making.make_offer(cast)
    mine = making.book(cast.wang, offer)
    first = making.book(cast.neighbour, offer, waiting=True)
    second = making.book(cast.outsider, offer, waiting=True)
    acting.cancel(cast.wang.actor, booking_id=mine.id)
    states = [Booking.objects.get(id=row.id).state for row in (mine, first, second)]
    assert states == [State.CANCELLED, State.CONFIRMED, State.WAITING]
    assert topics(cast.neighbour) == ["booking.promoted"]
    slot = Slot.objects.get(id=mine.slot_id)
    assert (slot.taken, slot.queued) == (1, 1)


def test_a_kept_place_goes_on_to_the_next_when_nobody_takes_it(cast: Cast, moved_clock: Moved) -> None:
    offer = making.make_offer(cast, hold_hours=2)
    start = making.tomorrow(9, days=3)
    mine = making.book(cast.wang, offer, start)
    first = making.book(cast.neighbour, offer, start, waiting=True)
    second = making.book(cast.outsider, offer, start, waiting=True)
    acting.cancel(cast.wang.actor, booking_id=mine.id)
    first.refresh_from_db()
    assert first.state == State.OFFERED
    assert topics(cast.neighbour) == ["booking.offered"]
    with moved_clock(timedelta(hours=2, seconds=1)):
        with pytest.raises(errors.OfferLapsed):
            acting.accept(cast.neighbour.actor, booking_id=first.id)
        loops.LOOP.drain()
        second.refresh_from_db()
        assert second.state == State.OFFERED
        accepted = acting.accept(cast.outsider.actor, booking_id=second.id)
    first.refresh_from_db()
    assert (first.state, first.why, accepted.state) == (State.CANCELLED, "lapsed", State.CONFIRMED)


def test_nobody_overtakes_somebody_who_waits_for_two_places(cast: Cast) -> None:
    offer = making.make_offer(cast, capacity=2, party_most=2)
    mine = making.book(cast.wang, offer, party=1)
    making.book(cast.outsider, offer, party=1)
    pair = making.book(cast.neighbour, offer, party=2, waiting=True)
    acting.cancel(cast.wang.actor, booking_id=mine.id)
    pair.refresh_from_db()
    assert pair.state == State.WAITING
    with pytest.raises(errors.SlotFull):
        making.book(cast.pending, offer, party=1)
    acting.cancel(cast.neighbour.actor, booking_id=pair.id)
    assert making.book(cast.pending, offer, party=1).state == State.CONFIRMED


def test_the_same_id_gives_the_first_booking_and_is_nobody_elses(cast: Cast) -> None:
    offer, key = making.make_offer(cast), uuid4()
    first = making.book(cast.wang, offer, id=key)
    again = making.book(cast.wang, offer, id=key)
    assert (again.id, again.is_repeat) == (first.id, True)  # type: ignore[attr-defined]
    with pytest.raises(errors.IdTaken):
        making.book(cast.neighbour, offer, making.tomorrow(10), id=key)


def test_nobody_stands_twice_in_one_hour_of_an_offer(cast: Cast) -> None:
    offer = making.make_offer(cast, capacity=5)
    making.book(cast.wang, offer)
    with pytest.raises(errors.AlreadyBooked):
        making.book(cast.wang, offer)
    class_at_nine = making.make_session(offer, start=making.tomorrow(9), end=making.tomorrow(10))
    with pytest.raises(errors.AlreadyBooked):
        acting.book(cast.wang.actor, session_id=class_at_nine.id)


def test_a_person_has_no_more_bookings_than_the_offer_allows(cast: Cast) -> None:
    offer = making.make_offer(cast, person_limit=1)
    making.book(cast.wang, offer)
    with pytest.raises(errors.BookingLimit):
        making.book(cast.wang, offer, making.tomorrow(10))


@pytest.mark.parametrize(
    ("hour", "minute", "days", "refusal"),
    [
        pytest.param(9, 10, 1, errors.NotBookable, id="between-two-slots"),
        pytest.param(13, 0, 1, errors.NotBookable, id="when-it-is-closed"),
        pytest.param(9, 0, 40, errors.TooEarly, id="beyond-the-horizon"),
        pytest.param(9, 0, -1, errors.TooSoon, id="yesterday"),
        pytest.param(9, 0, 1, errors.TooSoon, id="after-bookings-have-ended"),
    ],
)
def test_what_cannot_be_booked_says_why(
    cast: Cast, hour: int, minute: int, days: int, refusal: type[errors.Conflict]
) -> None:
    offer = making.make_offer(cast, lead_minutes=36 * 60 if refusal is errors.TooSoon else 0)
    with pytest.raises(refusal):
        making.book(cast.wang, offer, making.tomorrow(hour, minute, days=days))


def test_a_late_cancellation_is_marked_or_refused_as_the_offer_says(cast: Cast, moved_clock: Moved) -> None:
    offer = making.make_offer(cast, free_until_hours=48)
    late = acting.cancel(cast.wang.actor, booking_id=making.book(cast.wang, offer).id)
    assert late.is_late
    offers.change_offer(making.SYSTEM, offer_id=offer.id, late_cancel=False)
    booked = making.book(cast.wang, offer)
    with pytest.raises(errors.TooLateToCancel) as refused:
        acting.cancel(cast.wang.actor, booking_id=booked.id)
    assert refused.value.extra == {"phone": "010-00000000"}


def test_strangers_bookings_are_not_there(cast: Cast) -> None:
    booked = making.book(cast.wang, making.make_offer(cast))
    with pytest.raises(NotFound):
        acting.cancel(cast.neighbour.actor, booking_id=booked.id)
    with pytest.raises(NotFound):
        keeping.confirm(cast.community_worker.actor, booking_id=booked.id)  # an organization's, not the community's


def test_a_room_is_taken_by_one_at_a_time(cast: Cast) -> None:
    hall = making.make_offer(cast, slot_minutes=60)
    lessons = making.make_offer(cast, at=hall.place, kind="sessions", title="书法", room_of=hall.id, capacity=20)
    making.book(cast.wang, hall, making.tomorrow(9))
    with pytest.raises(errors.RoomTaken):
        making.make_session(lessons, start=making.tomorrow(9, 30), end=making.tomorrow(11))
    making.make_session(lessons, start=making.tomorrow(10), end=making.tomorrow(11))
    nine, ten, eleven = slots.on([hall], making.tomorrow(9).date())
    assert [nine.state, ten.state, eleven.state] == ["waiting", "full", "open"]
    with pytest.raises(errors.RoomTaken):
        making.book(cast.neighbour, hall, making.tomorrow(10))


def test_too_many_at_once_are_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        making.book(cast.wang, making.make_offer(cast), party=2)
