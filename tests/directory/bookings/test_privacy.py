"""What bookings hold of people: given out whole, and gone when they go."""

from __future__ import annotations

import pytest

from backend.core import subjects, vault
from backend.core.verb import verb
from backend.directory.bookings import acting
from backend.directory.bookings.flow import State
from backend.directory.models import Booking, Rating, Service, Slot
from backend.directory.ratings import acting as rating
from backend.directory.ratings import reading
from backend.people.actor import Actor
from tests.cast import Cast
from tests.directory.bookings import making

pytestmark = pytest.mark.django_db
ROOM = "directory.bookings"


@verb("test.erased")
def erase(actor: Actor, *, person: object) -> None:
    subjects.erase_rows(person, ROOM)  # type: ignore[arg-type]


def test_a_copy_holds_the_persons_bookings_and_ratings_and_nobody_elses(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.wang, offer, note="坐轮椅")
    making.book(cast.neighbour, offer, making.tomorrow(10), note="邻居的话")
    rating.rate(cast.wang.actor, service_id=offer.place.service_id, stars=4, text="手艺好")
    told = subjects.exported(cast.wang.id, ROOM)
    (row,) = told["bookings.json"]
    assert (row["id"], row["note"], row["state"]) == (booked.id, "坐轮椅", "confirmed")
    assert [row["text"] for row in told["ratings.json"]] == ["手艺好"]
    assert "邻居的话" not in str(told)


def test_who_is_erased_frees_the_place_and_leaves_stars_without_words(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked, waits = making.book(cast.wang, offer, note="坐轮椅"), making.book(cast.neighbour, offer, waiting=True)
    rating.rate(cast.wang.actor, service_id=offer.place.service_id, stars=4, text="手艺好")
    assert subjects.kept(cast.wang.id).count("anonymous") == 1
    erase(making.SYSTEM, person=cast.wang.id)
    vault.destroy(cast.wang.id)
    booked.refresh_from_db()
    assert (booked.state, booked.why, booked.due_at) == (State.CANCELLED, "erased", None)
    assert Booking.objects.get(id=waits.id).state == State.CONFIRMED
    assert Slot.objects.get(id=booked.slot_id).taken == 1
    (said,) = reading.said(reading.of_service(offer.place.service_id))
    assert (said.text, said.author, said.stars) == ("", "—", 4)
    assert Service.objects.get(id=offer.place.service_id).rating_sum == 4
    assert Rating.objects.count() == 1


def test_what_a_delegate_booked_forgets_the_delegate(cast: Cast) -> None:
    offer = making.make_offer(cast)
    standing = cast.outsider.actor.standing_in_for(cast.wang.user, frozenset())
    booked = acting.book(standing, offer_id=offer.id, start=making.tomorrow(9))
    erase(making.SYSTEM, person=cast.outsider.id)
    booked.refresh_from_db()
    assert (booked.booked_by_id, booked.state) == (None, State.CONFIRMED)
