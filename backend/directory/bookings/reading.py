"""Bookings as those concerned read them: the person all of it, the keeper a masked name and the code said at the door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from backend.core import vault
from backend.core.clock import now
from backend.core.errors import NotFound
from backend.directory.bookings.acting import is_late
from backend.directory.bookings.flow import ACTIVE, State, allowed
from backend.directory.bookings.keeping import EARLY
from backend.directory.bookings.sight import BookingQuerySet, keeps, kept_by
from backend.directory.bookings.slots import zone_of
from backend.directory.bookings.words import NOTE, REASON
from backend.directory.models import Booking, Offer, Rating
from backend.directory.ratings.acting import may_be_rated
from backend.people import masks
from backend.people.actor import Actor
from backend.people.reading import names_by_id


@dataclass(frozen=True)
class Seen:
    """A booking as this reader sees it. `person` is masked for everybody but the person; `steps` are what the reader may do
    now; `ahead` people wait before this one; `would_be_late`: cancelling now is no longer free; times in the place's zone."""

    booking: Booking
    starts_at: datetime
    ends_at: datetime
    person: str
    note: str
    reason: str
    steps: list[str]
    ahead: int
    is_mine: bool
    would_be_late: bool
    may_rate: bool
    moment: datetime

    @property
    def has_begun(self) -> bool:
        """Whether it is time to say who came."""
        return self.booking.starts_at - EARLY <= self.moment


def everything() -> BookingQuerySet:
    """Bookings with what their pages need."""
    return Booking.objects.select_related("slot", "offer__place__location", "offer__place__service")


def one(actor: Actor, booking_id: UUID) -> Seen:
    """A booking in the reader's sight. Raises NotFound."""
    found = everything().visible_to(actor).filter(id=booking_id).first()
    if found is None:
        raise NotFound
    return seen(actor, [found])[0]


def seen(actor: Actor, rows: Iterable[Booking]) -> list[Seen]:
    """The rows as this reader sees them; the reader's sight was asked already."""
    rows = list(rows)
    names = names_by_id(row.person_id for row in rows)
    sealed = [(row, NOTE, row.note_sealed) for row in rows if row.note_sealed]
    sealed += [(row, REASON, row.reason_sealed) for row in rows if row.reason_sealed]
    opened = vault.unseal_many((row.person_id, context, blob) for row, context, blob in sealed)
    texts = {(row.id, context): text for (row, context, _), text in zip(sealed, opened, strict=True)}
    rated = set(Rating.objects.filter(booking__in=rows).values_list("booking_id", flat=True))
    ahead = _ahead(rows)
    offers = {row.offer_id: keeps(actor, row.offer) for row in rows}
    made = []
    for row in rows:
        is_mine = row.person_id == actor.person_id
        zone, name = zone_of(row.offer), names.get(row.person_id, "")
        steps = (allowed(row.state, "person") if is_mine else []) + (
            allowed(row.state, "keeper") if offers[row.offer_id] else []
        )
        made.append(
            Seen(
                booking=row,
                starts_at=row.starts_at.astimezone(zone),
                ends_at=row.ends_at.astimezone(zone),
                person=name if is_mine else masks.name(name),
                note=texts.get((row.id, NOTE), ""),
                reason=texts.get((row.id, REASON), ""),
                steps=steps,
                ahead=ahead.get(row.id, 0),
                is_mine=is_mine,
                would_be_late=is_late(row),
                moment=now(),
                may_rate=is_mine and row.id not in rated and may_be_rated(row),
            )
        )
    return made


def _ahead(rows: list[Booking]) -> dict[UUID, int]:
    """How many wait before each of these that waits."""
    waiting = [row for row in rows if row.state == State.WAITING]
    found = Booking.objects.filter(slot_id__in={row.slot_id for row in waiting}, state=State.WAITING)
    numbers = [(slot, number or 0) for slot, number in found.values_list("slot_id", "number")] if waiting else []
    return {row.id: sum(s == row.slot_id and n < (row.number or 0) for s, n in numbers) for row in waiting}


def mine(actor: Actor) -> QuerySet[Booking]:
    """The person's own bookings."""
    return everything().filter(person_id=actor.must_be_known())


def coming(rows: QuerySet[Booking], moment: datetime) -> QuerySet[Booking]:
    """Those that are still to come."""
    return rows.filter(state__in=ACTIVE, ends_at__gt=moment)


def offers_kept(actor: Actor) -> QuerySet[Offer]:
    """The offers that the actor keeps."""
    return Offer.objects.filter(kept_by(actor)).select_related("place__location", "place__service")


def of_day(offer: Offer, day: date) -> QuerySet[Booking]:
    """An offer's bookings that begin on a local day."""
    begin = datetime.combine(day, time(), zone_of(offer))
    return everything().filter(offer=offer, starts_at__gte=begin, starts_at__lt=begin + timedelta(days=1))
