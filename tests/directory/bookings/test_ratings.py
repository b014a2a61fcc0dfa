"""Ratings: one a visit, sums kept, answered, hidden, never in another's name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from backend.core.errors import Forbidden, NotFound
from backend.directory.bookings import keeping
from backend.directory.models import Booking, Rating, Service
from backend.directory.ratings import acting, reading
from backend.people.actor import Actor
from tests.cast import Cast
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db
Moved = Callable[[timedelta], AbstractContextManager[None]]


def visited(cast: Cast, moved: Moved) -> Booking:
    """A booking whose hour is over."""
    booked = making.book(cast.wang, making.make_offer(cast))
    Booking.objects.filter(id=booked.id).update(
        starts_at=booked.starts_at - timedelta(days=2), ends_at=booked.ends_at - timedelta(days=2)
    )
    booked.refresh_from_db()
    return booked


def sums(service: Service) -> tuple[int, int]:
    service.refresh_from_db()
    return service.rating_sum, service.rating_count


def test_a_visit_is_rated_once_and_changed_within_a_week(cast: Cast, moved_clock: Moved) -> None:
    booked = visited(cast, moved_clock)
    service = booked.offer.place.service
    first = acting.rate(cast.wang.actor, service_id=service.id, stars=2, text="等了很久", booking_id=booked.id)
    with pytest.raises(acting.AlreadyRated):
        acting.rate(cast.wang.actor, service_id=service.id, stars=5, booking_id=booked.id)
    acting.change(cast.wang.actor, rating_id=first.id, stars=4, text="后来好了")
    assert sums(service) == (4, 1)
    with moved_clock(timedelta(days=8)), pytest.raises(acting.TooLateToEdit):
        acting.change(cast.wang.actor, rating_id=first.id, stars=1, text="")
    with pytest.raises(NotFound):
        acting.change(cast.neighbour.actor, rating_id=first.id, stars=1, text="")


def test_only_a_visit_that_took_place_is_rated(cast: Cast, moved_clock: Moved) -> None:
    booked = making.book(cast.wang, making.make_offer(cast))
    service = booked.offer.place.service_id
    with pytest.raises(acting.NotVisited):
        acting.rate(cast.wang.actor, service_id=service, stars=5, booking_id=booked.id)
    with moved_clock(making.until(booked.ends_at) + timedelta(minutes=1)):
        keeping.no_show(making.SYSTEM, booking_id=booked.id)
        with pytest.raises(acting.NotVisited):
            acting.rate(cast.wang.actor, service_id=service, stars=5, booking_id=booked.id)
    with pytest.raises(NotFound):
        acting.rate(cast.neighbour.actor, service_id=service, stars=5, booking_id=booked.id)


def test_a_declared_visit_counts_once_in_ninety_days(cast: Cast, moved_clock: Moved) -> None:
    service = making.make_at(cast).service
    acting.rate(cast.wang.actor, service_id=service.id, stars=5)
    with moved_clock(timedelta(days=89)), pytest.raises(acting.AlreadyRated):
        acting.rate(cast.wang.actor, service_id=service.id, stars=1)
    with moved_clock(timedelta(days=91)):
        acting.rate(cast.wang.actor, service_id=service.id, stars=3)
    assert sums(service) == (8, 2)


def test_nobody_rates_in_another_persons_name(cast: Cast) -> None:
    service = making.make_at(cast).service
    standing = cast.outsider.actor.standing_in_for(cast.wang.user, frozenset())
    with pytest.raises(Forbidden):
        acting.rate(standing, service_id=service.id, stars=5)


def test_everybody_reads_the_words_under_a_masked_name(cast: Cast) -> None:
    service = making.make_at(cast).service
    acting.rate(cast.wang.actor, service_id=service.id, stars=4, text="手艺好")
    (said,) = reading.said(reading.of_service(service.id))
    assert (said.author, said.text, said.stars, said.is_visit_booked) == ("王**", "手艺好", 4, False)


def test_the_provider_answers_and_an_officer_hides_words_but_no_stars(cast: Cast) -> None:
    offer = making.make_offer(cast)
    keeper, service = making.make_provider(cast, offer), offer.place.service
    row = acting.rate(cast.wang.actor, service_id=service.id, stars=1, text="骂人的话")
    acting.reply(keeper.actor, rating_id=row.id, text="抱歉，欢迎再来")
    for stranger in (cast.wang, cast.community_worker, cast.outsider):
        with pytest.raises(NotFound):
            acting.reply(stranger.actor, rating_id=row.id, text="我来回复")
    for stranger in (cast.other_community_worker.actor, cast.neighbour.actor, keeper.actor):
        with pytest.raises((NotFound, Forbidden)):
            acting.hide(stranger, rating_id=row.id, reason="abuse")
    acting.hide(cast.community_worker.actor, rating_id=row.id, reason="abuse")
    (said,) = reading.said(reading.of_service(service.id))
    assert (said.text, said.is_hidden, said.reply) == ("", True, "抱歉，欢迎再来")
    assert sums(service) == (1, 1)
    acting.show(cast.subdistrict_officer.actor, rating_id=row.id)
    assert reading.said(reading.of_service(service.id))[0].text == "骂人的话"


def test_a_rating_repeated_under_its_id_is_the_first_one(cast: Cast) -> None:
    service = making.make_at(cast).service
    first = acting.rate(cast.wang.actor, service_id=service.id, stars=4)
    again = acting.rate(cast.wang.actor, service_id=service.id, stars=4, id=first.id)
    assert (again.id, Rating.objects.count(), sums(service)) == (first.id, 1, (4, 1))
    with pytest.raises(acting.RatingIdTaken):
        acting.rate(cast.neighbour.actor, service_id=service.id, stars=4, id=first.id)
    with pytest.raises(Forbidden):
        acting.rate(Actor.anonymous(), service_id=service.id, stars=4)
