"""Making, changing and ending what can be booked: by the provider's people, or by the community's workers for its venues."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from backend.core.clock import now, today
from backend.core.errors import NotFound
from backend.core.ids import uuid7
from backend.core.verb import record, verb
from backend.directory.bookings import closing, places
from backend.directory.bookings.errors import HasBookings, IdTaken, RoomTaken, SlotClosed, wrong
from backend.directory.bookings.places import alone
from backend.directory.bookings.sight import keeps, offer_of
from backend.directory.bookings.slots import DAY, zone_of
from backend.directory.hours import spans_on
from backend.directory.models import Offer, ServiceAtLocation, Slot
from backend.people.actor import Actor
from backend.people.roles import Can

BOUNDS: dict[str, tuple[int, int]] = {
    "slot_minutes": (5, DAY),
    "offset_minutes": (0, DAY - 1),
    "capacity": (1, 500),
    "party_most": (1, 50),
    "person_limit": (0, 50),
    "lead_minutes": (0, 30 * DAY),
    "horizon_days": (1, 180),
    "free_until_hours": (0, 30 * 24),
    "waiting_places": (0, 200),
    "hold_hours": (0, 72),
    "no_show_limit": (0, 20),
}
WORDS = {"title": 120, "title_en": 160, "text": 2000, "text_en": 2000}
FURTHEST = timedelta(days=731)
FIXED = ("slot_minutes", "offset_minutes")
RULES = frozenset(BOUNDS) | frozenset(WORDS) | {"late_cancel", "needs_confirmation"}


@verb("offer.made")
def make_offer(
    actor: Actor, /, *, place_id: UUID, title: str, kind: str = "slots", id: UUID | None = None, room_of: UUID | None = None,
    **rules: Any,
) -> Offer:  # fmt: skip
    """Let a service at a location be booked, by `RULES`. `room_of`: it takes place in the same room as that offer.

    It is the organization's where the actor acts for the service's organization, else the community's whose venue it is. An offer
    for one party at a time has a room of its own. Raises NotFound, Invalid, IdTaken, RoomTaken.
    """
    actor.require(Can.BOOKING_KEEP)
    at = ServiceAtLocation.objects.select_related("service", "location").filter(id=place_id).first()
    if at is None:
        raise NotFound
    if id is not None and (found := Offer.objects.filter(id=alone("offer", id)).first()) is not None:
        if not keeps(actor, found):
            raise IdTaken
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
        return found
    if kind not in Offer.Kind.values:
        wrong("kind", "unknown", "slots or sessions", "须为 slots 或 sessions")
    offer = Offer(id=id or uuid7(), place=at, kind=kind, **_keeper(actor, at), **_checked({"title": title} | rules))
    if "offset_minutes" not in rules:
        offer.offset_minutes = _first_minute(offer)
    _check_grid(offer)
    if room_of is not None:
        offer.resource = _room(actor, room_of)
    elif offer.kind == Offer.Kind.SLOTS and offer.capacity == 1:
        offer.resource = offer.id
    offer.save(force_insert=True)
    record("offer.made", about=offer, place=at.id)
    return offer


def _keeper(actor: Actor, at: ServiceAtLocation) -> dict[str, Any]:
    """The service's organization if the actor acts for it, else the community of the place. Raises NotFound."""
    theirs = {"organization_id": at.service.organization_id, "community_id": None}
    venue = {"organization_id": None, "community_id": at.location.community_id}
    for keeper in (theirs, venue):
        if any(keeper.values()) and keeps(actor, Offer(place=at, **keeper)):
            return keeper
    raise NotFound


def _room(actor: Actor, offer_id: UUID) -> UUID:
    other = offer_of(actor, offer_id, lock=True)
    if other.resource is None:
        other.resource = other.id
        other.save(update_fields=["resource"])
        try:
            with transaction.atomic():
                Slot.objects.filter(offer=other, ends_at__gt=now()).update(resource=other.id)
        except IntegrityError:  # two of its sessions are at the same time already
            raise RoomTaken from None
    return other.resource


def _checked(rules: dict[str, Any]) -> dict[str, Any]:
    """The rules within their bounds. Raises Invalid."""
    if unknown := rules.keys() - RULES:
        raise TypeError(f"no such rule: {', '.join(sorted(unknown))}")
    for name, (least, most) in BOUNDS.items():
        if name in rules and not least <= rules[name] <= most:
            wrong(name, "out-of-range", f"must be {least} to {most}", f"须为 {least} 到 {most}")
    for name, longest in WORDS.items():
        if len(rules.get(name, "")) > longest:
            wrong(name, "too-long", f"at most {longest} characters", f"最多 {longest} 字")
    if "title" in rules and not rules["title"].strip():
        wrong("title", "required", "needs a title", "请填写名称")
    return rules


def _check_grid(offer: Offer) -> None:
    if DAY % offer.slot_minutes or offer.offset_minutes >= offer.slot_minutes:
        wrong("slot_minutes", "not-a-divisor", "must divide a day evenly", "时长须能整除一天（1440 分钟）")
    if offer.party_most > offer.capacity:
        wrong("party_most", "out-of-range", "no more than the capacity", "不能超过名额")


def _first_minute(offer: Offer) -> int:
    """Slots begin with the opening of the next day that is open, so that the first one does not wait for a full hour."""
    for ahead in range(14):
        for opens, _ in spans_on(offer.place, today() + timedelta(days=ahead)):
            local = opens.astimezone(zone_of(offer))
            return (local.hour * 60 + local.minute) % offer.slot_minutes
    return 0


@verb("offer.changed")
def change_offer(actor: Actor, /, *, offer_id: UUID, **rules: Any) -> Offer:
    """Change the rules; more places go to those who wait, fewer send nobody away.

    Raises NotFound, Invalid, HasBookings.
    """
    offer = offer_of(actor, offer_id, lock=True)
    ahead = Slot.objects.filter(offer=offer, is_session=False, ends_at__gt=now())
    moved = any(name in rules and rules[name] != getattr(offer, name) for name in FIXED)
    if moved and ahead.filter(taken__gt=0).exists():
        raise HasBookings
    for name, value in _checked(rules).items():
        setattr(offer, name, value)
    _check_grid(offer)
    if (
        offer.resource == offer.id
        and offer.capacity > 1
        and not Offer.objects.filter(resource=offer.id).exclude(id=offer.id).exists()
    ):
        offer.resource = None
    offer.save()
    if moved:
        ahead.filter(taken=0, queued=0).exclude(bookings__isnull=False).delete()
    if "capacity" in rules or "waiting_places" in rules:
        for slot_id in list(ahead.order_by("id").values_list("id", flat=True)):
            slot = places.held(slot_id)
            Slot.objects.filter(id=slot_id).update(
                capacity=Greatest(F("taken"), offer.capacity), resource=offer.resource
            )
            places.promote(slot)
    record("offer.changed", about=offer, rules=sorted(rules))
    return offer


@verb("offer.ended")
def end_offer(actor: Actor, *, offer_id: UUID) -> Offer:
    """It can no longer be booked; what was booked ahead is cancelled and people are told. Raises NotFound."""
    offer = offer_of(actor, offer_id, lock=True)
    if offer.ended_at is None:
        offer.ended_at = now()
        offer.save(update_fields=["ended_at"])
        record("offer.ended", about=offer, cancelled=closing.close_coming([offer.id]))
    return offer


@verb("session.announced")
def announce(
    actor: Actor, *, offer_id: UUID, start: datetime, end: datetime, capacity: int | None = None, id: UUID | None = None,
    title: str = "", title_en: str = "", text: str = "", text_en: str = "", room: str = "",
) -> Slot:  # fmt: skip
    """Announce a class, a film, a meeting: aware times, `capacity` places (the offer's when not given), in `room`.

    Raises NotFound, Invalid, RoomTaken, IdTaken, SlotClosed (the offer has ended).
    """
    offer = offer_of(actor, offer_id)
    if offer.ended_at is not None:
        raise SlotClosed
    if (
        id is not None
        and (found := Slot.objects.filter(id=alone("session", id)).select_related("offer").first()) is not None
    ):
        if found.offer_id != offer.id:
            raise IdTaken
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
        return found
    if start > now() + FURTHEST:
        wrong("start", "out-of-range", "at most two years ahead", "最多提前两年")
    if not now() < start < end or end - start > timedelta(days=1):
        wrong("end", "out-of-range", "from now on, and at most a day long", "须在将来，且不超过一天")
    _checked({"title": title or offer.title, "title_en": title_en, "text": text, "text_en": text_en})
    _checked({"capacity": capacity or offer.capacity})
    made = Slot(
        id=id or uuid7(), offer=offer, is_session=True, starts_at=start, ends_at=end, capacity=capacity or offer.capacity,
        resource=offer.resource, title=title, title_en=title_en, text=text, text_en=text_en, room=room[:80],
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as broken:
        if "one_at_a_time_in_a_room" in str(broken):
            raise RoomTaken from None
        raise
    record("session.announced", about=made, offer=offer.id)
    return made


@verb("session.called-off")
def call_off(actor: Actor, *, session_id: UUID) -> Slot:
    """It does not take place: bookings are cancelled, people told; called off already: nothing changes. Raises NotFound."""
    found = Slot.objects.filter(id=session_id).values_list("offer_id", flat=True).first()
    if found is None:
        raise NotFound
    offer = offer_of(actor, found)
    count = closing.close_slot(session_id)
    slot = Slot.objects.get(id=session_id)
    slot.offer = offer
    record("session.called-off", about=slot, cancelled=count)
    return slot
