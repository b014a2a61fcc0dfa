"""Rows of bookings and ratings: one's own, a delegate's with the power `book`, and the keepers' of a community's venue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.directory.bookings import acting, offers
from backend.directory.bookings.flow import State
from backend.directory.models import Booking
from backend.directory.ratings import acting as rating
from tests.cast import Cast
from tests.directory.bookings import making
from tests.permissions.call import Call

PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200}
OWN = {"anonymous": 401, "wang": 200, "neighbour": 404, "outsider": 404}
SEEN = OWN | {"community_worker": 200, "other_community_worker": 404, "manager": 404, "provider": 404, "admin": 404}
KEEPER = {"anonymous": 401, "outsider": 403, "wang": 403, "community_worker": 200, "other_community_worker": 404,
          "provider": 404, "subdistrict_officer": 403, "admin": 403}  # fmt: skip
OFFICER = {"anonymous": 401, "outsider": 403, "wang": 403, "community_worker": 200, "other_community_worker": 404,
           "subdistrict_officer": 200, "other_subdistrict_officer": 404, "district_officer": 200, "admin": 200}  # fmt: skip

ROWS: dict[str, dict[str, int]] = {
    "GET /services/{service_id}/slots": PUBLIC,
    "GET /events": PUBLIC,
    "GET /services/{service_id}/ratings": PUBLIC,
    "POST /bookings": {"anonymous": 401, "wang": 201, "outsider": 201},
    "GET /bookings": {"anonymous": 401, "wang": 200, "outsider": 200},
    "GET /bookings/{booking_id}": SEEN,
    "GET /bookings/{booking_id}/calendar.ics": SEEN,
    "POST /bookings/{booking_id}/cancel": OWN,
    "POST /bookings/{booking_id}/accept": OWN,
    "POST /bookings/{booking_id}/confirm": KEEPER,
    "POST /bookings/{booking_id}/refuse": KEEPER,
    "POST /bookings/{booking_id}/attended": KEEPER,
    "POST /bookings/{booking_id}/no-show": KEEPER,
    "POST /bookings/{booking_id}/move": KEEPER | {"community_worker": 201},
    "GET /offers": KEEPER | {"other_community_worker": 200, "provider": 200},
    "POST /offers": KEEPER | {"community_worker": 201},
    "PATCH /offers/{offer_id}": KEEPER,
    "POST /offers/{offer_id}/end": KEEPER,
    "POST /offers/{offer_id}/sessions": KEEPER | {"community_worker": 201},
    "POST /sessions/{session_id}/call-off": KEEPER,
    "POST /services/{service_id}/ratings": {"anonymous": 401, "wang": 201, "outsider": 201},
    "PATCH /ratings/{rating_id}": OWN,
    "POST /ratings/{rating_id}/reply": OWN | {"wang": 404, "community_worker": 200, "other_community_worker": 404},
    "POST /ratings/{rating_id}/hide": OFFICER,
    "POST /ratings/{rating_id}/show": OFFICER,
}


def _booked(cast: Cast, **rules: Any) -> Booking:
    return making.book(cast.wang, making.make_offer(cast, venue=True, **rules))


def _booking(body: Any = None, **rules: Any) -> Callable[[Cast], Call]:
    return lambda cast: Call({"booking_id": _booked(cast, **rules).id}, body=body() if callable(body) else body)


def _promoted(cast: Cast) -> Call:
    first = _booked(cast, hold_hours=2)
    acting.cancel(cast.wang.actor, booking_id=first.id)
    other = making.book(cast.neighbour, first.offer)
    waits = making.book(cast.wang, first.offer, waiting=True)
    acting.cancel(cast.neighbour.actor, booking_id=other.id)
    return Call({"booking_id": waits.id})


def _begun(cast: Cast) -> Call:
    booked = _booked(cast)
    Booking.objects.filter(id=booked.id).update(starts_at=now() - timedelta(minutes=5))
    return Call({"booking_id": booked.id})


def _requested(cast: Cast) -> Call:
    booked = _booked(cast, needs_confirmation=True)
    assert booked.state == State.REQUESTED
    return Call({"booking_id": booked.id})


def _book(cast: Cast) -> Call:
    offer = making.make_offer(cast)
    return Call(body={"offer_id": str(offer.id), "start": making.tomorrow(9).isoformat()})


def _service(cast: Cast) -> Call:
    return Call({"service_id": making.make_offer(cast, venue=True).place.service_id}, body=None)


def _rate(cast: Cast) -> Call:
    return Call(_service(cast).path, body={"stars": 4})


def _rating(body: Any = None) -> Callable[[Cast], Call]:
    def make(cast: Cast) -> Call:
        service = _service(cast).path["service_id"]
        return Call({"rating_id": rating.rate(cast.wang.actor, service_id=service, stars=4).id}, body=body)

    return make


def _offer(body: Any = None) -> Callable[[Cast], Call]:
    return lambda cast: Call({"offer_id": making.make_offer(cast, venue=True).id}, body=body)


def _session(cast: Cast) -> Call:
    hall = making.make_offer(cast, venue=True)
    told = {"start": making.tomorrow(14), "end": making.tomorrow(15)}
    return Call({"session_id": offers.announce(making.SYSTEM, offer_id=hall.id, **told).id})


CALLS: dict[str, Callable[[Cast], Call]] = {
    "GET /services/{service_id}/slots": _service,
    "GET /services/{service_id}/ratings": _service,
    "POST /bookings": _book,
    "GET /bookings/{booking_id}": _booking(),
    "GET /bookings/{booking_id}/calendar.ics": _booking(),
    "POST /bookings/{booking_id}/cancel": _booking(),
    "POST /bookings/{booking_id}/accept": _promoted,
    "POST /bookings/{booking_id}/confirm": _requested,
    "POST /bookings/{booking_id}/refuse": _booking({"reason": "停电"}),
    "POST /bookings/{booking_id}/attended": _begun,
    "POST /bookings/{booking_id}/no-show": _begun,
    "POST /bookings/{booking_id}/move": _booking(lambda: {"start": making.tomorrow(11).isoformat()}),
    "POST /offers": lambda cast: Call(
        body={"place_id": str(making.make_at(cast, organization=False).id), "title": "演示·活动室", "id": str(uuid7())}
    ),
    "PATCH /offers/{offer_id}": _offer({"lead_minutes": 30}),
    "POST /offers/{offer_id}/end": _offer(),
    "POST /offers/{offer_id}/sessions": lambda cast: Call(
        {"offer_id": making.make_offer(cast, venue=True).id},
        body={"start": making.tomorrow(14).isoformat(), "end": making.tomorrow(15).isoformat()},
    ),
    "POST /sessions/{session_id}/call-off": _session,
    "POST /services/{service_id}/ratings": _rate,
    "PATCH /ratings/{rating_id}": _rating({"stars": 2}),
    "POST /ratings/{rating_id}/reply": _rating({"text": "谢谢"}),
    "POST /ratings/{rating_id}/hide": _rating({"reason": "abuse"}),
    "POST /ratings/{rating_id}/show": _rating(),
}
