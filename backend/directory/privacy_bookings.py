"""What bookings and ratings hold of people. Words are sealed under who wrote them; erased people's upcoming places are freed."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from backend.core.catalogue import declare
from backend.core.retention import keep
from backend.core.subjects import erases, exports, keeps, moves, rows
from backend.directory.bookings import closing
from backend.directory.bookings.words import NOTE, RATING, REASON
from backend.directory.models import Booking, Rating

declare(
    "directory.Offer",
    plain="place organization community kind title title_en text text_en slot_minutes offset_minutes capacity party_most "
    "person_limit lead_minutes horizon_days free_until_hours late_cancel needs_confirmation waiting_places hold_hours "
    "no_show_limit resource ended_at",
)
declare(
    "directory.Slot",
    plain="offer is_session starts_at ends_at capacity taken queued tickets resource title title_en text text_en room closed_at",
)
declare(
    "directory.Booking",
    """
    person         behaviour  book  contract  rule  kept:anonymous
    booked_by      behaviour  book  contract  rule  null
    state          behaviour  book  contract  rule  kept:anonymous
    is_late        behaviour  book  contract  rule  kept:anonymous
    starts_at      behaviour  book  contract  rule  kept:anonymous
    note_sealed    content    book  contract  rule  key
    reason_sealed  content    book  contract  rule  key
    """,
    plain="offer slot party ends_at number answer_by moved_from reminded why ended_at",
    seals={"note_sealed": (NOTE, "person_id"), "reason_sealed": (REASON, "person_id")},
)
declare(
    "directory.Rating",
    """
    person       behaviour  book  contract  account  kept:anonymous
    stars        content    book  contract  account  kept:anonymous
    text_sealed  content    book  contract  account  key
    """,
    plain="service booking again_at is_declared edited_at reply replied_at hidden_at hidden_why",
    seals={"text_sealed": (RATING, "person_id")},
)

keep(Booking, 2 * 366, by="ends_at")


@exports("directory.bookings")
def exported(person_id: UUID) -> dict[str, object]:
    """The person's bookings (not who booked them in their name), and what they said of services."""
    mine = rows(Booking.objects.filter(person_id=person_id).order_by("id"))
    return {
        "bookings.json": [row | {"booked_by": row["booked_by"] and "a delegate"} for row in mine],
        "ratings.json": rows(Rating.objects.filter(person_id=person_id).order_by("id")),
    }


@erases("directory.bookings")
def erase(person_id: UUID) -> None:
    """Upcoming places go to the next; the words go with the key; times and stars stay, tied to nobody."""
    closing.release_all(person_id)
    Booking.objects.filter(booked_by_id=person_id).update(booked_by=None)


@moves("directory.bookings")
def move(enrolled: UUID, account: UUID) -> None:
    """What a delegate booked for whom the desk enrolled goes with them; ratings cannot be theirs: nobody rates for others."""
    closing.hand_over_all(enrolled, account)


@keeps("directory.bookings")
def kept(person_id: UUID) -> list[str]:
    mine = Q(person_id=person_id)
    return ["anonymous"] if Booking.objects.filter(mine).exists() or Rating.objects.filter(mine).exists() else []
