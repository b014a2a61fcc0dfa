"""Bookings on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, cast
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from backend.directory.bookings.reading import Seen
from backend.directory.bookings.slots import Shown
from backend.directory.models import Offer

SlotState = Literal["open", "waiting", "full", "closed", "past", "too-soon", "too-early"]
BookingState = Literal["requested", "confirmed", "offered", "waiting", "cancelled", "refused", "attended", "no_show"]


class BookableOut(Schema):
    """What can be booked, and its rules. `keeper`: who confirms and says who came."""

    id: UUID
    service_id: UUID
    place_id: UUID = Field(description="the service at this location, as in a circle")
    keeper: Literal["organization", "community"]
    kind: Literal["slots", "sessions"]
    title: str
    text: str
    slot_minutes: int
    offset_minutes: int
    capacity: int
    party_most: int
    person_limit: int = Field(description="coming bookings of one person; 0: as many as one likes")
    lead_minutes: int
    horizon_days: int
    free_until_hours: int
    late_cancel: bool
    needs_confirmation: bool
    waiting_places: int
    hold_hours: int
    no_show_limit: int
    ended: bool

    @classmethod
    def of(cls, row: Offer, language: str) -> BookableOut:
        plain = (
            "slot_minutes",
            "offset_minutes",
            "capacity",
            "party_most",
            "person_limit",
            "lead_minutes",
            "horizon_days",
            "free_until_hours",
            "late_cancel",
            "needs_confirmation",
            "waiting_places",
            "hold_hours",
            "no_show_limit",
        )
        return cls(
            id=row.id,
            service_id=row.place.service_id,
            place_id=row.place_id,
            keeper="organization" if row.organization_id else "community",
            kind=cast("Literal['slots', 'sessions']", row.kind),
            title=row.label(language),
            text=row.words(language),
            ended=row.ended_at is not None,
            **{name: getattr(row, name) for name in plain},
        )


class SlotOut(Schema):
    """A slot or a session: book a slot by `offer_id` and `start`, a session by `id`."""

    id: UUID | None = Field(description="of a session; of a slot once somebody has booked it")
    offer_id: UUID
    is_session: bool
    start: datetime
    end: datetime
    capacity: int
    free: int
    waiting: int = Field(description="people in the line")
    state: SlotState
    title: str
    text: str
    room: str

    @classmethod
    def of(cls, row: Shown, language: str) -> SlotOut:
        english = language.startswith("en")
        return cls(
            id=row.id,
            offer_id=row.offer.id,
            is_session=row.is_session,
            start=row.starts_at,
            end=row.ends_at,
            capacity=row.capacity,
            free=row.free,
            waiting=row.waiting,
            state=cast("SlotState", row.state),
            title=(english and row.title_en) or row.title,
            text=(english and row.text_en) or row.text,
            room=row.room,
        )


class SlotsOut(Schema):
    day: date
    offers: list[BookableOut]
    items: list[SlotOut]
    next: str | None = None


class EventOut(SlotOut):
    """A session with where it is."""

    service_id: UUID
    service: str
    address: str
    lon: float = Field(description="WGS-84")
    lat: float = Field(description="WGS-84")

    @classmethod
    def of(cls, row: Shown, language: str) -> EventOut:
        at, english = row.offer.place, language.startswith("en")
        plain = SlotOut.of(row, language).dict()
        return cls(
            **plain,
            service_id=at.service_id,
            service=(english and at.service.name_en) or at.service.name,
            address=(english and at.location.address_en) or at.location.address,
            lon=at.location.lon,
            lat=at.location.lat,
        )


class EventsOut(Schema):
    items: list[EventOut]
    next: str | None = None


class BookingIn(Schema):
    """A slot by `offer_id` and `start`, or a session by `session_id`. `waiting`: join the line when it is full."""

    id: UUID | None = None
    offer_id: UUID | None = None
    start: AwareDatetime | None = None
    session_id: UUID | None = None
    party: int = Field(1, ge=1, le=50)
    waiting: bool = False
    note: str = Field("", max_length=200)


class RefuseBookingIn(Schema):
    reason: str = Field(min_length=1, max_length=300)


class MoveIn(Schema):
    start: AwareDatetime | None = None
    session_id: UUID | None = None


class BookingOut(Schema):
    id: UUID
    state: BookingState
    offer_id: UUID
    service_id: UUID
    place_id: UUID
    session_id: UUID | None
    title: str
    service: str
    start: datetime
    end: datetime
    party: int
    person: str = Field(description="masked for everybody but the person")
    code: str = Field(description="four digits that the person says at the door")
    note: str
    reason: str = Field(description="why it was refused")
    why: str = Field(description="why it ended: closed, ended, lapsed, moved, joined, erased")
    ahead: int = Field(description="how many wait before this one")
    answer_by: datetime | None = Field(description="until then an offered place is kept")
    moved_from: UUID | None
    late: bool = Field(description="it was cancelled after it was free to")
    would_be_late: bool = Field(description="cancelling now is no longer free")
    may_rate: bool
    steps: list[str] = Field(description="what the reader may do now")

    @classmethod
    def of(cls, row: Seen, language: str) -> BookingOut:
        booking = row.booking
        at = booking.offer.place
        return cls(
            id=booking.id,
            state=cast("BookingState", booking.state),
            offer_id=booking.offer_id,
            service_id=at.service_id,
            place_id=at.id,
            session_id=booking.slot_id if booking.slot.is_session else None,
            title=booking.slot.label(language),
            service=(language.startswith("en") and at.service.name_en) or at.service.name,
            start=row.starts_at,
            end=row.ends_at,
            party=booking.party,
            person=row.person,
            code=booking.code if row.is_mine or row.steps else "",
            note=row.note,
            reason=row.reason if row.is_mine else "",
            why=booking.why,
            ahead=row.ahead,
            answer_by=booking.answer_by,
            moved_from=booking.moved_from_id,
            late=booking.is_late,
            would_be_late=row.would_be_late,
            may_rate=row.may_rate,
            steps=row.steps,
        )


class BookableRules(Schema):
    """Whatever is left out keeps its value, or in a new offer its ordinary one."""

    title_en: str = Field("", max_length=160)
    text: str = Field("", max_length=2000)
    text_en: str = Field("", max_length=2000)
    slot_minutes: int = 30
    offset_minutes: int = Field(0, description="of the first slot after midnight; left out: as the place opens")
    capacity: int = 1
    party_most: int = 1
    person_limit: int = 3
    lead_minutes: int = 60
    horizon_days: int = 14
    free_until_hours: int = 2
    late_cancel: bool = True
    needs_confirmation: bool = False
    waiting_places: int = 10
    hold_hours: int = 0
    no_show_limit: int = 3


class BookableIn(BookableRules):
    id: UUID | None = None
    place_id: UUID
    kind: Literal["slots", "sessions"] = "slots"
    title: str = Field(min_length=1, max_length=120)
    room_of: UUID | None = Field(None, description="an offer in whose room this takes place")


class BookablePatch(BookableRules):
    title: str = Field("", min_length=1, max_length=120)


class AnnounceIn(Schema):
    id: UUID | None = None
    start: AwareDatetime
    end: AwareDatetime
    capacity: int | None = Field(None, ge=1, le=500)
    title: str = Field("", max_length=120)
    title_en: str = Field("", max_length=160)
    text: str = Field("", max_length=2000)
    text_en: str = Field("", max_length=2000)
    room: str = Field("", max_length=80)
