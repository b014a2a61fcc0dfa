"""Booking on the pages: day, time, check; one's own; the keeper's day. Forms are sent as without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from backend.core.clock import now
from backend.directory.bookings import acting, keeping
from backend.directory.bookings.flow import State
from backend.directory.models import Booking, Rating
from backend.people import delegations
from tests.cast import Cast
from tests.directory.bookings import making
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
DAY = reverse("web:work-bookings")
BrowserOf = Callable[..., Browser]
Moved = Callable[[timedelta], AbstractContextManager[None]]


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def links(page: str) -> list[str]:
    """The times that can be booked, in order."""
    return [link.replace("&amp;", "&") for link in re.findall(r'class="card book-time" href="([^"]+)"', page)]


def sent(browser: Browser, link: str, **form: str) -> Any:
    """Open the third step and send it."""
    page = text(browser.get(link))
    made = re.search(r'name="id" value="([^"]+)"', page)
    assert made
    waits = {"waiting": "1"} if 'name="waiting"' in page else {}
    return browser.post(link, {"id": made[1]} | waits | form)


def test_a_slot_is_booked_in_three_steps_and_cancelled(cast: Cast, browser_of: BrowserOf) -> None:
    offer = making.make_offer(cast)
    wang = browser_of(cast.wang)
    service = text(wang.get(f"/app/services/{offer.place_id}"))
    assert f"/app/book/{offer.id}" in service
    times = text(wang.get(f"/app/book/{offer.id}?day={making.tomorrow(9):%Y-%m-%d}"))
    assert len(links(times)) == 6
    answer = sent(wang, links(times)[0], note="坐轮椅")
    booked = Booking.objects.get()
    assert answer["Location"] == f"/app/bookings/{booked.id}"
    page = text(wang.get(answer["Location"]))
    assert booked.code in page
    assert "坐轮椅" in page
    assert "剪发" in text(wang.get("/app/bookings"))
    assert b"BEGIN:VEVENT" in wang.get(f"/app/bookings/{booked.id}/calendar.ics").content
    wang.get(answer["Location"])
    wang.post(f"/app/bookings/{booked.id}/cancel")
    assert Booking.objects.get().state == State.CANCELLED


def test_a_full_slot_offers_the_waiting_list_in_words(cast: Cast, browser_of: BrowserOf) -> None:
    offer = making.make_offer(cast)
    making.book(cast.wang, offer)
    neighbour = browser_of(cast.neighbour)
    link = links(text(neighbour.get(f"/app/book/{offer.id}?day={making.tomorrow(9):%Y-%m-%d}")))[0]
    assert "排队候补" in text(neighbour.get(link))
    sent(neighbour, link)
    waits = Booking.objects.get(person=cast.neighbour.user)
    assert waits.state == State.WAITING
    assert "前面还有 0 人" in text(neighbour.get(f"/app/bookings/{waits.id}"))
    english = text(browser_of(cast.neighbour, "en").get(f"/app/bookings/{waits.id}"))
    assert "0 before you" in english


def test_two_who_open_the_last_slot_at_once_are_told_and_may_wait(cast: Cast, browser_of: BrowserOf) -> None:
    offer = making.make_offer(cast)
    slow = browser_of(cast.neighbour)
    link = links(text(slow.get(f"/app/book/{offer.id}?day={making.tomorrow(9):%Y-%m-%d}")))[0]
    slow.get(link)
    making.book(cast.wang, offer)
    answer = slow.post(link, {"id": "01a20000-0000-7000-8000-0000000000aa"})
    assert answer.status_code == 409
    assert "排队候补" in text(answer)


def test_a_delegate_books_for_the_person_on_the_pages(cast: Cast, browser_of: BrowserOf) -> None:
    delegations.give(
        cast.wang.actor,
        person_id=cast.wang.id,
        powers=["book"],
        until=now() + timedelta(days=30),
        delegate=cast.outsider.id,
    )
    offer = making.make_offer(cast)
    browser = browser_of(cast.outsider)
    browser.get("/app/family")
    browser.post("/app/family/act", {"person": str(cast.wang.id)})
    page = text(browser.get(f"/app/book/{offer.id}?day={making.tomorrow(9):%Y-%m-%d}"))
    assert "正在替 王奶奶 办理" in page
    sent(browser, links(page)[0])
    booked = Booking.objects.get()
    assert (booked.person_id, booked.booked_by_id) == (cast.wang.id, cast.outsider.id)


def test_the_keeper_sees_the_day_confirms_and_says_who_came(
    cast: Cast, browser_of: BrowserOf, moved_clock: Moved
) -> None:
    offer = making.make_offer(cast, needs_confirmation=True)
    keeper = making.make_provider(cast, offer)
    booked = making.book(cast.wang, offer)
    browser = browser_of(keeper)
    page = text(browser.get(f"{DAY}?day={making.tomorrow(9):%Y-%m-%d}"))
    assert "王**" in page
    assert "王奶奶" not in page
    assert booked.code in page
    browser.post(f"{DAY}/{booked.id}/confirm")
    assert Booking.objects.get().state == State.CONFIRMED
    with moved_clock(making.until(booked.starts_at) + timedelta(minutes=5)):
        assert "未到场" in text(browser.get(DAY))
        browser.post(f"{DAY}/{booked.id}/no-show")
        assert Booking.objects.get().state == State.NO_SHOW
    assert browser_of(cast.wang).get(DAY).status_code == 403


def test_a_session_is_announced_found_among_the_events_and_called_off(cast: Cast, browser_of: BrowserOf) -> None:
    offer = making.make_offer(cast, venue=True, kind="sessions", title="演示·课程", capacity=20)
    worker = browser_of(cast.community_worker)
    worker.get(DAY)
    when = {"start": f"{making.tomorrow(14):%Y-%m-%dT%H:%M}", "end": f"{making.tomorrow(16):%Y-%m-%dT%H:%M}"}
    told = {
        "offer": str(offer.id),
        "title": "演示·书法课",
        "title_en": "Demo Calligraphy",
        "capacity": "2",
        "room": "二层",
    }
    assert worker.post(f"{DAY}/sessions", told | when).status_code == 302
    events = text(browser_of(cast.wang).get("/app/events"))
    assert "演示·书法课" in events
    session = offer.slots.get()
    booked = acting.book(cast.wang.actor, session_id=session.id)
    worker.get(f"{DAY}?day={making.tomorrow(14):%Y-%m-%d}")
    worker.post(f"{DAY}/sessions/{session.id}/call-off")
    assert Booking.objects.get(id=booked.id).why == "closed"
    assert "演示·书法课" not in text(browser_of(cast.wang).get("/app/events"))


def test_a_visit_is_rated_from_the_booking(cast: Cast, browser_of: BrowserOf, moved_clock: Moved) -> None:
    offer = making.make_offer(cast)
    booked = making.book(cast.wang, offer)
    with moved_clock(making.until(booked.ends_at) + timedelta(minutes=5)):
        keeping.attended(making.SYSTEM, booking_id=booked.id)
        browser = browser_of(cast.wang)
        assert "评价这次服务" in text(browser.get(f"/app/bookings/{booked.id}"))
        page = text(browser.get(f"/app/bookings/{booked.id}/rate"))
        made = re.search(r'name="id" value="([^"]+)"', page)
        assert made
        browser.post(f"/app/bookings/{booked.id}/rate", {"id": made[1], "stars": "5", "text": "手艺好"})
        assert Rating.objects.get().stars == 5
        assert "评价这次服务" not in text(browser.get(f"/app/bookings/{booked.id}"))
