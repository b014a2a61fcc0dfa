"""Slots against the opening hours they are cut from."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.directory.bookings.slots import grid, is_time_of, times_of
from backend.directory.hours import dump, parse, spans_on
from backend.directory.models import Location, Offer, Service, ServiceAtLocation

BEIJING = ZoneInfo("Asia/Shanghai")
LENGTHS = (5, 10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240)
HOURS = ("24/7", "Mo-Fr 08:15-11:50,13:00-17:30", "Mo-Su 22:00-02:00", "Tu-Su 10:00-21:00; PH off", "Mo-Su 09:00-09:20",
         "Sa,Su 06:00-24:00; PH 10:00-16:00", "Mo-Su 09:07-12:03")  # fmt: skip


def offer_of(hours: str, length: int, offset: int) -> Offer:
    at = ServiceAtLocation(service=Service(), location=Location(timezone="Asia/Shanghai"), hours=dump(parse(hours)))
    return Offer(place=at, slot_minutes=length, offset_minutes=offset)


@given(
    hours=st.sampled_from(HOURS),
    length=st.sampled_from(LENGTHS),
    shift=st.integers(0, 239),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
@settings(max_examples=200, deadline=None)
def test_slots_fill_the_opening_hours_and_never_leave_them(hours: str, length: int, shift: int, day: date) -> None:
    offer = offer_of(hours, length, shift % length)
    spans, found = spans_on(offer.place, day), times_of(offer, day)
    for start, end in found:
        assert end - start == timedelta(minutes=length)
        assert any(opens <= start and end <= closes for opens, closes in spans)
        assert is_time_of(offer, start) == (start, end)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    begin = datetime.combine(day, time(), BEIJING)
    marks = [begin + timedelta(minutes=minute) for minute in range(shift % length, 3 * 1440, length)]
    wanted = [at for at in marks if any(o <= at and at + timedelta(minutes=length) <= c for o, c in spans)]
    assert [start for start, _ in found] == wanted


@given(
    length=st.sampled_from(LENGTHS), shift=st.integers(0, 239), opens=st.integers(0, 1439), minutes=st.integers(1, 1440)
)
@settings(max_examples=200, deadline=None)
def test_a_change_of_hours_never_moves_a_slot(length: int, shift: int, opens: int, minutes: int) -> None:
    offer = offer_of("24/7", length, shift % length)
    midnight = datetime(2026, 11, 24, tzinfo=BEIJING)
    start = midnight + timedelta(minutes=opens)
    changed = grid(offer, [(start, start + timedelta(minutes=minutes))])
    always = set(grid(offer, [(midnight, midnight + timedelta(days=1))]))
    always |= set(grid(offer, [(midnight + timedelta(days=1), midnight + timedelta(days=2))]))
    over_midnight = {times for times in changed if times[0] < midnight + timedelta(days=1) < times[1]}
    assert set(changed) - over_midnight <= always
