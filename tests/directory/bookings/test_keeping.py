"""What the keeper of an offer does: confirm, refuse, move, say who came; and what is called off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from backend.core import vault
from backend.core.clock import now
from backend.core.errors import NotFound
from backend.directory.bookings import acting, errors, keeping, loops, offers, reading, slots
from backend.directory.bookings.flow import State
from backend.directory.bookings.words import REASON
from backend.directory.models import Booking, Closure, Membership, Slot, Status, Suspension
from backend.people import delegations
from backend.people.acting import with_powers
from backend.people.roles import Power
from tests.cast import Cast
from tests.directory.bookings import making
from tests.directory.bookings.test_booking import topics

pytestmark = pytest.mark.django_db
Moved = Callable[[timedelta], AbstractContextManager[None]]


def test_the_keeper_says_yes_first_where_the_offer_asks_for_it(cast: Cast) -> None:
    offer = making.make_offer(cast, needs_confirmation=True)
    keeper = making.make_provider(cast, offer)
    asked = making.book(cast.wang, offer)
    assert asked.state == State.REQUESTED
    assert topics(keeper) == ["booking.asked"]
    assert keeping.confirm(keeper.actor, booking_id=asked.id).state == State.CONFIRMED
    assert topics(cast.wang) == ["booking.requested", "booking.confirmed"]


def test_a_refusal_says_why_and_frees_the_place(cast: Cast) -> None:
    offer = making.make_offer(cast)
    keeper = making.make_provider(cast, offer)
    booked, waits = making.book(cast.wang, offer), making.book(cast.neighbour, offer, waiting=True)
    refused = keeping.refuse(keeper.actor, booking_id=booked.id, reason="师傅生病")
    assert refused.state == State.REFUSED
    assert vault.unseal(cast.wang.id, REASON, refused.reason_sealed or b"") == "师傅生病"
    assert Booking.objects.get(id=waits.id).state == State.CONFIRMED


def test_the_keeper_sees_a_masked_name_and_a_code_and_no_other_organizations_bookings(cast: Cast) -> None:
    offer = making.make_offer(cast)
    keeper = making.make_provider(cast, offer)
    booked = making.book(cast.wang, offer, note="坐轮椅")
    (seen,) = reading.seen(keeper.actor, reading.everything().visible_to(keeper.actor))
    assert (seen.person, seen.note, seen.booking.code) == ("王**", "坐轮椅", booked.code)
    other = making.make_provider(cast, making.make_offer(cast), "other_provider")
    assert not reading.everything().visible_to(other.actor).exists()
    Membership.objects.filter(person=keeper.user).update(ended_at=now())
    assert not reading.everything().visible_to(keeper.actor).exists()


def test_a_communitys_venue_is_kept_by_its_workers_and_not_by_a_provider_there(cast: Cast) -> None:
    hall = making.make_offer(cast, venue=True)
    provider = making.make_provider(cast, making.make_offer(cast))
    booked = making.book(cast.wang, hall)
    assert hall.community_id == cast.community.id
    for stranger in (provider, cast.other_community_worker, cast.subdistrict_officer, cast.manager):
        assert not reading.everything().visible_to(stranger.actor).exists()
        with pytest.raises(NotFound):
            keeping.confirm(stranger.actor, booking_id=booked.id)
    assert reading.everything().visible_to(cast.community_worker.actor).count() == 1


def test_who_did_not_come_is_said_only_after_it_began(cast: Cast, moved_clock: Moved) -> None:
    offer = making.make_offer(cast)
    keeper = making.make_provider(cast, offer)
    booked = making.book(cast.wang, offer)
    for early in (keeping.no_show, keeping.attended):
        with pytest.raises(errors.NotStarted):
            early(keeper.actor, booking_id=booked.id)
    with moved_clock(making.until(booked.starts_at) - timedelta(minutes=10)):
        assert keeping.attended(keeper.actor, booking_id=booked.id).state == State.ATTENDED
    with moved_clock(making.until(booked.starts_at) + timedelta(minutes=1)):
        assert keeping.no_show(keeper.actor, booking_id=booked.id).state == State.NO_SHOW
        assert keeping.no_show(keeper.actor, booking_id=booked.id).state == State.NO_SHOW


def test_three_absences_in_ninety_days_ask_this_keepers_confirmation_and_nobody_elses(
    cast: Cast, moved_clock: Moved
) -> None:
    offer, other = making.make_offer(cast, person_limit=0), making.make_offer(cast)
    for hour in (9, 10, 11):
        missed = making.book(cast.wang, offer, making.tomorrow(hour))
        Booking.objects.filter(id=missed.id).update(state=State.NO_SHOW, starts_at=now() - timedelta(days=hour))
    assert making.book(cast.wang, offer, making.tomorrow(9, days=2)).state == State.REQUESTED
    assert making.book(cast.wang, other).state == State.CONFIRMED
    with moved_clock(timedelta(days=90)):
        assert making.book(cast.wang, offer, making.tomorrow(9, days=3)).state == State.CONFIRMED


def test_another_time_is_kept_until_the_person_answers_and_the_old_one_stands_meanwhile(cast: Cast) -> None:
    offer = making.make_offer(cast)
    keeper = making.make_provider(cast, offer)
    old = making.book(cast.wang, offer, making.tomorrow(9))
    waits = making.book(cast.neighbour, offer, making.tomorrow(9), waiting=True)
    new = keeping.move(keeper.actor, booking_id=old.id, start=making.tomorrow(11))
    assert (new.state, new.moved_from_id) == (State.OFFERED, old.id)
    assert topics(cast.wang)[-1] == "booking.moved"
    assert Booking.objects.get(id=old.id).state == State.CONFIRMED
    assert acting.accept(cast.wang.actor, booking_id=new.id).state == State.CONFIRMED
    old.refresh_from_db()
    assert (old.state, old.why) == (State.CANCELLED, "moved")
    assert Booking.objects.get(id=waits.id).state == State.CONFIRMED
    assert Slot.objects.get(id=new.slot_id).taken == 1


def test_another_time_that_is_declined_changes_nothing(cast: Cast) -> None:
    offer = making.make_offer(cast)
    old = making.book(cast.wang, offer)
    new = keeping.move(making.SYSTEM, booking_id=old.id, start=making.tomorrow(11))
    acting.cancel(cast.wang.actor, booking_id=new.id)
    assert Booking.objects.get(id=old.id).state == State.CONFIRMED
    assert Slot.objects.get(id=new.slot_id).taken == 0


def test_a_session_called_off_cancels_its_bookings_and_tells_everybody(cast: Cast) -> None:
    offer = making.make_offer(cast, kind="sessions", capacity=1, title="书法")
    session = making.make_session(offer, capacity=1)
    booked = acting.book(cast.wang.actor, session_id=session.id)
    waits = acting.book(cast.neighbour.actor, session_id=session.id, waiting=True)
    offers.call_off(making.SYSTEM, session_id=session.id)
    assert [Booking.objects.get(id=b.id).state for b in (booked, waits)] == [State.CANCELLED, State.CANCELLED]
    assert topics(cast.wang)[-1] == topics(cast.neighbour)[-1] == "booking.closed"
    session.refresh_from_db()
    assert (session.taken, session.queued) == (0, 0)
    with pytest.raises(errors.SlotClosed):
        acting.book(cast.outsider.actor, session_id=session.id)


def test_a_closure_of_the_place_cancels_what_was_booked_in_it_and_nothing_else(cast: Cast) -> None:
    offer = making.make_offer(cast)
    shut, stays = making.book(cast.wang, offer, making.tomorrow(9)), making.book(cast.wang, offer, making.tomorrow(11))
    Closure.objects.create(
        service_at_location=offer.place, starts_at=making.tomorrow(8), ends_at=making.tomorrow(10), kind="outage"
    )
    assert loops.close_what_is_shut() == 1
    assert loops.close_what_is_shut() == 0
    assert [Booking.objects.get(id=b.id).state for b in (shut, stays)] == [State.CANCELLED, State.CONFIRMED]


def test_a_service_that_is_gone_cancels_what_was_booked(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.wang, offer)
    assert loops.close_what_is_gone() == 0
    service = offer.place.service
    service.status = Status.DEFUNCT
    service.save()
    assert loops.close_what_is_gone() == 1
    assert Booking.objects.get(id=booked.id).why == "closed"
    assert slots.offers_at(service=service) == []


def test_a_suspended_provider_is_not_booked_and_its_bookings_are_cancelled(cast: Cast) -> None:
    offer, other = making.make_offer(cast), making.make_offer(cast)
    booked, elsewhere = making.book(cast.wang, offer), making.book(cast.wang, other)
    owner = offer.place.service.organization
    Suspension.objects.create(organization=owner, division=cast.community, reason="演示")
    with pytest.raises(errors.NotBookable):
        making.book(cast.neighbour, offer, making.tomorrow(10))
    assert slots.offers_at(place=offer.place_id) == []
    assert {slot.state for slot in slots.on([offer], making.tomorrow(9).date())} == {"closed"}
    assert loops.close_what_is_gone() == 1
    assert [Booking.objects.get(id=b.id).state for b in (booked, elsewhere)] == [State.CANCELLED, State.CONFIRMED]


def test_reminders_come_a_day_and_two_hours_before_once_each(cast: Cast, moved_clock: Moved) -> None:
    offer = making.make_offer(cast, horizon_days=30)
    booked = making.book(cast.wang, offer, making.tomorrow(10, days=3))
    assert booked.due_at == booked.starts_at - timedelta(hours=24)
    for before, count in ((24, 1), (23, 1), (2, 2), (1, 2)):
        with moved_clock(making.until(booked.starts_at) - timedelta(hours=before) + timedelta(seconds=1)):
            loops.LOOP.drain()
            assert topics(cast.wang).count("booking.reminder") == count
    booked.refresh_from_db()
    assert booked.due_at is None


def test_a_request_that_nobody_answers_ends_when_it_begins(cast: Cast, moved_clock: Moved) -> None:
    offer = making.make_offer(cast, needs_confirmation=True)
    booked = making.book(cast.wang, offer)
    with moved_clock(making.until(booked.starts_at) + timedelta(seconds=1)):
        loops.LOOP.drain()
    booked.refresh_from_db()
    assert (booked.state, booked.why) == (State.CANCELLED, "lapsed")
    assert topics(cast.wang)[-1] == "booking.unanswered"


def test_a_delegate_books_in_the_persons_name_and_hears_of_it_while_the_power_lasts(cast: Cast) -> None:
    power = delegations.give(
        cast.wang.actor,
        person_id=cast.wang.id,
        powers=["book"],
        until=now() + timedelta(days=9),
        delegate=cast.outsider.id,
    )
    offer = making.make_offer(cast)
    standing = with_powers(cast.outsider.actor, cast.wang.id, (Power.BOOK,))
    booked = acting.book(standing, offer_id=offer.id, start=making.tomorrow(9))
    assert (booked.person_id, booked.booked_by_id) == (cast.wang.id, cast.outsider.id)
    assert topics(cast.wang) == topics(cast.outsider) == ["booking.confirmed"]
    delegations.revoke(cast.wang.actor, person_id=cast.wang.id, delegation_id=power.id)
    acting.cancel(cast.wang.actor, booking_id=booked.id)
    assert topics(cast.outsider) == ["booking.confirmed"]


def test_more_places_go_to_those_who_wait(cast: Cast) -> None:
    offer = making.make_offer(cast, capacity=1)
    making.book(cast.wang, offer)
    waits = making.book(cast.neighbour, offer, waiting=True)
    with pytest.raises(errors.HasBookings):
        offers.change_offer(making.SYSTEM, offer_id=offer.id, slot_minutes=60)
    offers.change_offer(making.SYSTEM, offer_id=offer.id, capacity=2)
    assert Booking.objects.get(id=waits.id).state == State.CONFIRMED


def test_an_offer_that_ends_cancels_what_was_booked_ahead(cast: Cast) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.wang, offer)
    offers.end_offer(making.SYSTEM, offer_id=offer.id)
    assert Booking.objects.get(id=booked.id).why == "ended"
    with pytest.raises(errors.NotBookable):
        making.book(cast.neighbour, offer)
