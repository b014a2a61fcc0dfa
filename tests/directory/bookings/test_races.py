"""Sixty-four threads and one place: one wins, the others are told clearly or stand in line, each at a place of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from backend.core import vault
from backend.directory.bookings import acting, errors
from backend.directory.bookings.flow import COUNTED, State
from backend.directory.models import Booking, Offer, Rating, Service, Slot
from backend.directory.ratings import acting as rating
from backend.people.actor import Actor
from backend.people.models import User
from backend.people.reading import NAME
from tests.cast import Cast
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db(transaction=True)
Barrier = Callable[[int, Callable[[int], Any]], list[Any]]
THREADS = 64


def crowd(count: int) -> list[Actor]:
    """So many people."""
    made = []
    for number in range(count):
        user = User()
        user.name_sealed = vault.seal(user.id, NAME, f"演示{number}")
        user.save(force_insert=True)
        made.append(Actor.of(user))
    return made


def serve(work: Callable[[int], Any]) -> Callable[[int], Any]:
    """As the pages do: in the role that serves people."""

    def run(number: int) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE yike_app")
        return work(number)

    return run


def holds(offer: Offer) -> None:
    """What is true of every slot whatever happens."""
    for slot in Slot.objects.filter(offer=offer):
        rows = Booking.objects.filter(slot=slot)
        assert slot.taken == sum(rows.filter(state__in=COUNTED).values_list("party", flat=True)) <= slot.capacity
        assert slot.queued == rows.filter(state=State.WAITING).count()


def test_the_last_slot_goes_to_one_of_sixty_four(cast: Cast, barrier: Barrier) -> None:
    offer, people = making.make_offer(cast), crowd(THREADS)
    start = making.tomorrow(9)
    found = barrier(THREADS, serve(lambda i: acting.book(people[i], offer_id=offer.id, start=start)))
    assert Counter(type(one).__name__ for one in found) == {"Booking": 1, "SlotFull": THREADS - 1}
    assert Slot.objects.filter(offer=offer).count() == 1
    holds(offer)


def test_those_who_did_not_get_it_stand_in_line_in_one_order(cast: Cast, barrier: Barrier) -> None:
    offer, people = making.make_offer(cast, waiting_places=40, capacity=3), crowd(THREADS)
    start = making.tomorrow(9)
    found = barrier(THREADS, serve(lambda i: acting.book(people[i], offer_id=offer.id, start=start, waiting=True)))
    assert Counter(getattr(one, "state", type(one).__name__) for one in found) == {
        State.CONFIRMED: 3,
        State.WAITING: 40,
        "WaitingListFull": THREADS - 43,
    }
    numbers = sorted(Booking.objects.filter(state=State.WAITING).values_list("number", flat=True))
    assert numbers == list(range(1, 41))
    holds(offer)


def test_everybody_cancels_at_once_and_the_line_moves_up_without_a_gap(cast: Cast, barrier: Barrier) -> None:
    offer, people = making.make_offer(cast, capacity=8, waiting_places=24), crowd(32)
    made = [acting.book(person, offer_id=offer.id, start=making.tomorrow(9), waiting=True) for person in people]
    found = barrier(24, serve(lambda i: acting.cancel(people[i], booking_id=made[i].id)))
    assert {one.state for one in found} == {State.CANCELLED}
    assert set(Booking.objects.filter(id__in=[one.id for one in made[24:]]).values_list("state", flat=True)) == {
        State.CONFIRMED
    }
    holds(offer)


def test_one_person_on_many_phones_books_once_and_never_beyond_the_limit(cast: Cast, barrier: Barrier) -> None:
    offer = making.make_offer(cast, capacity=50, person_limit=2)
    (person,) = crowd(1)
    hours = [making.tomorrow(9), making.tomorrow(10), making.tomorrow(11)]
    found = barrier(30, serve(lambda i: acting.book(person, offer_id=offer.id, start=hours[i % 3])))
    assert Booking.objects.count() == 2
    refused = {type(one) for one in found if isinstance(one, Exception)}
    assert refused <= {errors.AlreadyBooked, errors.BookingLimit}
    key = uuid4()
    (other,) = crowd(1)
    same = barrier(10, serve(lambda i: acting.book(other, offer_id=offer.id, start=hours[0], id=key)))
    assert {one.id for one in same} == {key}
    holds(offer)


def test_a_room_is_given_once_though_two_offers_share_it(cast: Cast, barrier: Barrier) -> None:
    hall = making.make_offer(cast, slot_minutes=60)
    table = making.make_offer(cast, at=hall.place, title="乒乓", slot_minutes=30, room_of=hall.id)
    people = crowd(16)
    offers = [hall, table]
    found = barrier(16, serve(lambda i: acting.book(people[i], offer_id=offers[i % 2].id, start=making.tomorrow(9))))
    assert Counter(isinstance(one, Booking) for one in found) == {True: 1, False: 15}
    assert {type(one) for one in found if isinstance(one, Exception)} <= {errors.SlotFull, errors.RoomTaken}


def test_ratings_at_once_are_all_counted_and_one_visit_is_rated_once(cast: Cast, barrier: Barrier) -> None:
    service = making.make_at(cast).service
    people = crowd(20)
    barrier(20, serve(lambda i: rating.rate(people[i], service_id=service.id, stars=1 + i % 5)))
    service.refresh_from_db()
    assert (service.rating_count, service.rating_sum) == (20, 60)
    found = barrier(20, serve(lambda i: rating.rate(people[0], service_id=service.id, stars=5)))
    assert {type(one) for one in found} == {rating.AlreadyRated}
    assert Rating.objects.count() == Service.objects.get(id=service.id).rating_count == 20
