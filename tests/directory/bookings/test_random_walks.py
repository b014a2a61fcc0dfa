"""Any mixture of booking, waiting, cancelling, promoting, closing and time: places never overrun, the line keeps its order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core import clock
from backend.core.errors import Refusal
from backend.core.ids import uuid7
from backend.core.verb import verb
from backend.directory.bookings import acting, closing, keeping, loops, offers
from backend.directory.bookings.flow import ACTIVE, COUNTED, HOLDS, State
from backend.directory.models import Booking, Offer, Slot
from backend.people.actor import Actor
from backend.people.models import User
from tests.cast import Cast
from tests.directory.bookings import making

HOURS = (9, 10)
KINDS = (
    "wait",
    "wait",
    "wait",
    "book",
    "cancel",
    "cancel",
    "accept",
    "confirm",
    "refuse",
    "move",
    "close",
    "capacity",
    "time",
    "came",
)
MOVES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 4), st.sampled_from((0, 0, 0, 1)), st.integers(1, 2)),
    min_size=12,
    max_size=40,
)


@verb("test.closed")
def close(actor: Actor, *, offer: Offer, hour: int) -> None:
    closing.close_between(offer.place_id, making.tomorrow(hour, days=2), making.tomorrow(hour + 1, days=2))


class Walk:
    """One offer, five people, and a clock that only goes forward."""

    def __init__(self, cast: Cast, rules: dict[str, Any]) -> None:
        self.offer = making.make_offer(cast, slot_minutes=60, person_limit=0, horizon_days=9, **rules)
        self.people = [Actor.of(User.objects.create(id=uuid7())) for _ in range(5)]
        self.first = clock.today()

    def step(self, kind: str, who: int, which: int, size: int) -> None:
        person, start = self.people[who], making.tomorrow(HOURS[which], days=2) - self.days
        rows = Booking.objects.filter(person_id=person.person_id).order_by("-id")
        mine = rows.filter(state__in=ACTIVE).first() or rows.first()
        some: dict[str, Callable[[], object]] = {
            "book": lambda: acting.book(person, offer_id=self.offer.id, start=start, party=size),
            "wait": lambda: acting.book(person, offer_id=self.offer.id, start=start, party=size, waiting=True),
            "close": lambda: close(making.SYSTEM, offer=self.offer, hour=HOURS[which]),
            "capacity": lambda: offers.change_offer(making.SYSTEM, offer_id=self.offer.id, capacity=size + 1),
            "time": lambda: self.later(timedelta(hours=4 * size)),
        }
        if mine is not None:
            some |= {
                "cancel": lambda: acting.cancel(person, booking_id=mine.id),
                "accept": lambda: acting.accept(person, booking_id=mine.id),
                "confirm": lambda: keeping.confirm(making.SYSTEM, booking_id=mine.id),
                "refuse": lambda: keeping.refuse(making.SYSTEM, booking_id=mine.id, reason="满"),
                "move": lambda: keeping.move(making.SYSTEM, booking_id=mine.id, start=start),
                "came": lambda: keeping.no_show(making.SYSTEM, booking_id=mine.id),
            }
        if kind in some:
            with suppress(Refusal):
                some[kind]()

    @property
    def days(self) -> timedelta:
        """How many days of Beijing the clock has moved on: the hours stay those of the first day."""
        return clock.today() - self.first

    def later(self, by: timedelta) -> None:
        clock._shift += by
        loops.LOOP.drain()

    def holds(self) -> None:
        for slot in Slot.objects.filter(offer=self.offer):
            rows = Booking.objects.filter(slot=slot)
            assert slot.taken == sum(rows.filter(state__in=COUNTED).values_list("party", flat=True)) <= slot.capacity
            line = list(rows.filter(state=State.WAITING).order_by("number"))
            assert slot.queued == len(line)
            if line and slot.starts_at > clock.now():
                assert slot.taken + line[0].party > slot.capacity, "the first in line could have a place"
                given_one = rows.filter(state__in=HOLDS, number__isnull=False).values_list("number", flat=True)
                assert all(number < (line[0].number or 0) for number in given_one), "somebody overtook"
                later = rows.filter(state__in=HOLDS, number=None, created_at__gt=line[0].created_at)
                assert not later.exists(), "a newcomer overtook"
        for person in self.people:
            spans = Booking.objects.filter(person_id=person.person_id, state__in=ACTIVE).order_by("starts_at")
            times = list(spans.values_list("starts_at", "ends_at"))
            assert all(one[1] <= two[0] for one, two in pairwise(times))


@pytest.mark.django_db
@given(
    moves=MOVES,
    capacity=st.integers(2, 3),
    hold=st.sampled_from((0, 6)),
    by_hand=st.booleans(),
    waiting=st.sampled_from((2, 10)),
)
@settings(max_examples=12, deadline=None)
def test_places_never_overrun_and_nobody_overtakes(
    moves: list[tuple[str, int, int, int]], capacity: int, hold: int, by_hand: bool, waiting: int
) -> None:
    trial = transaction.atomic()
    trial._from_testcase = True  # type: ignore[attr-defined]  # durable verbs may run inside
    with clock.moved(timedelta()), trial:
        rules = {"capacity": capacity, "party_most": 2, "hold_hours": hold, "needs_confirmation": by_hand}
        walk = Walk(Cast(), rules | {"waiting_places": waiting})
        for move in moves:
            walk.step(*move)
            walk.holds()
        transaction.set_rollback(True)
