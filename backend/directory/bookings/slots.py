"""When an offer can be booked: the opening hours cut into slots, and the sessions announced by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.directory.credit import live_suspensions
from backend.directory.hours import spans_on
from backend.directory.models import Offer, Service, ServiceAtLocation, Slot, Status

DAY = 24 * 60
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
"""Nothing is looked for outside these days: further off the calendar's own arithmetic ends."""
Times = tuple[datetime, datetime]


@dataclass(frozen=True)
class Shown:
    """A slot as anybody sees it; times are aware, in the place's zone.

    `id` of a session, or of a slot that somebody has booked; `free` places and `waiting` people. `state`: `open`, `waiting` (full,
    the line is open), `full`, `closed`, `past`, `too-soon` (bookings have ended), `too-early` (they have not begun).
    """

    offer: Offer
    id: UUID | None
    is_session: bool
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    waiting: int
    state: str
    title: str = ""
    title_en: str = ""
    text: str = ""
    text_en: str = ""
    room: str = ""


def zone_of(offer: Offer) -> ZoneInfo:
    return ZoneInfo(offer.place.location.timezone)


def grid(offer: Offer, spans: Iterable[Times]) -> list[Times]:
    """The slots that lie wholly within these spans, counted from midnight there: a change of hours never shifts them."""
    zone, step = zone_of(offer), timedelta(minutes=offer.slot_minutes)
    found = set()
    for opens, closes in spans:
        midnight = datetime.combine(opens.astimezone(zone).date(), time(), zone)
        start = midnight + timedelta(minutes=offer.offset_minutes)
        start += step * -((start - opens) // step)  # the first one that does not begin before the opening
        while start + step <= closes:
            found.add((start, start + step))
            start += step
    return sorted(found)


def within(day: date) -> date:
    """The day itself, or the nearest on which anything is looked for."""
    return min(max(day, FIRST), LAST)


def times_of(offer: Offer, day: date) -> list[Times]:
    """The slots whose opening begins on this local day; none of an offer that is booked by session."""
    if offer.kind != Offer.Kind.SLOTS:
        return []
    return grid(offer, spans_on(offer.place, day))


def is_time_of(offer: Offer, start: datetime) -> Times | None:
    """The slot that begins at this instant; after midnight it may belong to the day before."""
    if not FIRST.year < start.year < LAST.year:
        return None
    day = start.astimezone(zone_of(offer)).date()
    for candidate in (day, day - timedelta(days=1)):
        for times in times_of(offer, candidate):
            if times[0] == start:
                return times
    return None


def is_open(offer: Offer) -> bool:
    """Whether the offer can be booked at all: it has not ended, its service is there and not suspended."""
    return _is_live(offer) and not Offer.objects.filter(suspended(), id=offer.id).exists()


def _is_live(offer: Offer) -> bool:
    return offer.ended_at is None and offer.place.service.status == Status.ACTIVE


def suspended() -> Q:
    """A condition on offers: their service or its organization is suspended now."""
    stopped = live_suspensions(now())
    services, organizations = stopped.filter(organization=None), stopped.filter(service=None)
    theirs = Q(place__service__organization_id__in=organizations.values("organization_id"))
    return theirs | Q(place__service_id__in=services.values("service_id"))


def when_bookable(offer: Offer, start: datetime) -> str:
    """`open`, or why not: `past`, `too-soon`, `too-early`."""
    moment, zone = now(), zone_of(offer)
    if start <= moment:
        return "past"
    if start - moment < timedelta(minutes=offer.lead_minutes):
        return "too-soon"
    last = moment.astimezone(zone).date() + timedelta(days=offer.horizon_days)
    return "too-early" if start.astimezone(zone).date() > last else "open"


def offers_at(service: Service | None = None, place: ServiceAtLocation | UUID | None = None) -> list[Offer]:
    """What can be booked of a service, or at one of its places, the oldest first."""
    rows = Offer.objects.filter(ended_at=None, place__service__status=Status.ACTIVE).exclude(suspended())
    rows = rows.select_related("place__location", "place__service")
    rows = rows.filter(place__service=service) if service is not None else rows
    rows = rows.filter(place=place) if place is not None else rows
    return list(rows.order_by("created_at", "id"))


def offer_to_book(offer_id: UUID) -> Offer:
    """An offer that anybody may look at, ended ones too. Raises NotFound."""
    offer = Offer.objects.select_related("place__location", "place__service").filter(id=offer_id).first()
    if offer is None:
        raise NotFound
    return offer


def on(offers: Iterable[Offer], day: date) -> list[Shown]:
    """Every slot and session of these offers on a local day, by time (two queries)."""
    offers = list(offers)
    if not offers or day != within(day):
        return []
    around = datetime.combine(day, time(), zone_of(offers[0]))
    rooms = {offer.resource for offer in offers} - {None}
    near = Slot.objects.filter(starts_at__gte=around - timedelta(days=1), starts_at__lt=around + timedelta(days=3))
    rows = list(near.filter(Q(offer__in=offers) | Q(resource__in=rooms)).order_by("starts_at", "id"))
    stopped = set(Offer.objects.filter(suspended(), id__in=[offer.id for offer in offers]).values_list("id", flat=True))
    found = [one for offer in offers for one in _of_offer(offer, day, rows, offer.id not in stopped)]
    return sorted(found, key=lambda shown: (shown.starts_at, shown.offer.created_at))


def _of_offer(offer: Offer, day: date, rows: list[Slot], may_offer: bool) -> Iterator[Shown]:
    zone, live = zone_of(offer), may_offer and _is_live(offer)
    mine = [row for row in rows if row.offer_id == offer.id]
    kept = {row.starts_at: row for row in mine if not row.is_session}
    taken = [row for row in rows if row.resource and row.resource == offer.resource and row.has_the_room]
    for start, end in times_of(offer, day):
        row = kept.get(start) or Slot(offer=offer, starts_at=start, ends_at=end, capacity=offer.capacity)
        if not row.taken and any(one.starts_at < end and one.ends_at > start for one in taken):
            row = Slot(offer=offer, starts_at=start, ends_at=end, capacity=0)  # somebody else has the room
        yield _shown(offer, row, zone, live)
    for row in mine:
        if row.is_session and row.starts_at.astimezone(zone).date() == day:
            yield _shown(offer, row, zone, live)


def shown(row: Slot) -> Shown:
    """One slot that is kept already."""
    return _shown(row.offer, row, zone_of(row.offer), is_open(row.offer))


def _shown(offer: Offer, row: Slot, zone: ZoneInfo, is_live: bool) -> Shown:
    free = max(row.capacity - row.taken, 0) if row.queued == 0 else 0
    state = when_bookable(offer, row.starts_at)
    if row.closed_at is not None or not is_live:
        state, free = "closed", 0
    elif state == "open" and free == 0:
        state = "waiting" if row.capacity and row.queued < offer.waiting_places else "full"
    return Shown(
        offer=offer,
        id=None if row._state.adding else row.id,
        is_session=row.is_session,
        starts_at=row.starts_at.astimezone(zone),
        ends_at=row.ends_at.astimezone(zone),
        capacity=row.capacity,
        free=free,
        waiting=row.queued,
        state=state,
        title=row.title or offer.title,
        title_en=row.title_en or offer.title_en,
        text=row.text or offer.text,
        text_en=row.text_en or offer.text_en,
        room=row.room,
    )


def sessions(
    *,
    first: datetime,
    last: datetime,
    community_id: UUID | None = None,
    codes: Iterable[str] | None = None,
    offer_id: UUID | None = None,
    most: int = 100,
) -> list[Shown]:
    """Announced sessions that begin in `[first, last)`, by time: of a community, of these kinds of service, of one offer."""
    rows = Slot.objects.filter(is_session=True, closed_at=None, starts_at__gte=first, starts_at__lt=last)
    alive = Offer.objects.filter(ended_at=None, place__service__status=Status.ACTIVE).exclude(suspended())
    rows = rows.filter(offer__in=alive)
    if community_id is not None:
        rows = rows.filter(offer__place__location__community_id=community_id)
    if offer_id is not None:
        rows = rows.filter(offer=offer_id)
    if codes is not None:
        rows = rows.filter(offer__place__service__category__code__in=list(codes))
    found = rows.select_related("offer__place__location", "offer__place__service").order_by("starts_at", "id")[:most]
    return [_shown(row.offer, row, zone_of(row.offer), True) for row in found]
