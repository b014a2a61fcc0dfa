"""What can be booked, when there is room, and who comes: offers, slots, bookings.

The database itself keeps the promise: a slot's counter cannot pass its capacity, one room cannot be taken twice at a time, one
person cannot stand twice in one hour of an offer.
"""

from __future__ import annotations

import hashlib

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from backend.core.due import DueRow
from backend.core.rows import Row
from backend.directory.bookings.flow import ACTIVE, State
from backend.directory.bookings.sight import BookingQuerySet
from backend.directory.models.catalogue import Organization, ServiceAtLocation
from backend.directory.models.ranges import TsTzRange

SPAN = TsTzRange("starts_at", "ends_at", RangeBoundary())


class Offer(Row):
    """A service at a place that can be booked, kept by an organization's people or by a community's workers, never both.

    `slots`: the opening hours cut into pieces of `slot_minutes` (a divisor of a day), counted from `offset_minutes` after
    midnight there, so that no change of hours shifts them; `sessions`: only what is announced by itself (a class, a film).
    Booking opens `horizon_days` ahead and ends `lead_minutes` before. Cancelling is free until `free_until_hours` before;
    later it is refused unless `late_cancel`. `needs_confirmation`: the keeper says yes first. A freed place goes to the first
    who waits (`waiting_places` in all), who has `hold_hours` to take it (0: it is theirs at once). `no_show_limit`: whoever
    stayed away so often in 90 days is confirmed by hand at this keeper's offers; 0: no such rule. `resource`: offers that
    share a room name the same one; a room is taken by one slot at a time.
    """

    class Kind(models.TextChoices):
        SLOTS = "slots", "按开放时间 by opening hours"
        SESSIONS = "sessions", "按场次 by session"

    place = models.ForeignKey(ServiceAtLocation, on_delete=models.PROTECT, related_name="offers")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey(
        "community.Division", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SLOTS)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, blank=True, default="")
    text = models.TextField(blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    slot_minutes = models.PositiveSmallIntegerField(default=30)
    offset_minutes = models.PositiveSmallIntegerField(default=0)
    capacity = models.PositiveSmallIntegerField(default=1)
    party_most = models.PositiveSmallIntegerField(default=1)
    person_limit = models.PositiveSmallIntegerField(default=3)
    lead_minutes = models.PositiveIntegerField(default=60)
    horizon_days = models.PositiveSmallIntegerField(default=14)
    free_until_hours = models.PositiveSmallIntegerField(default=2)
    late_cancel = models.BooleanField(default=True)
    needs_confirmation = models.BooleanField(default=False)
    waiting_places = models.PositiveSmallIntegerField(default=10)
    hold_hours = models.PositiveSmallIntegerField(default=0)
    no_show_limit = models.PositiveSmallIntegerField(default=3)
    resource = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place"], name="offers_of_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False, community__isnull=True)
                | Q(organization__isnull=True, community__isnull=False),
                name="offer_has_one_keeper",
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, capacity__gte=1, capacity__lte=500, party_most__gte=1),
                name="offer_in_bounds",
            ),
        ]

    def label(self, language: str = "zh-CN") -> str:
        """The title in the reader's language."""
        return self.title_en if language.startswith("en") and self.title_en else self.title

    def words(self, language: str = "zh-CN") -> str:
        """The text in the reader's language."""
        return self.text_en if language.startswith("en") and self.text_en else self.text


class Slot(Row):
    """A time with places. Of a `slots` offer a row is made when the first person books it; a session has one from the start.

    `taken`: places of everybody who has one, wherever their booking stands; `queued`: bookings that wait; `tickets`: how many
    ever waited, which numbers them. All three change by one UPDATE that refuses what does not fit.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="slots")
    is_session = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    queued = models.PositiveSmallIntegerField(default=0)
    tickets = models.PositiveIntegerField(default=0)
    resource = models.UUIDField(null=True, blank=True)
    title = models.CharField(max_length=120, blank=True, default="")
    title_en = models.CharField(max_length=160, blank=True, default="")
    text = models.TextField(blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    room = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["offer", "starts_at"], name="slots_of_offer")]
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="slot_not_overbooked"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["offer", "starts_at"], condition=Q(is_session=False), name="one_slot_a_start"
            ),
            ExclusionConstraint(
                name="one_at_a_time_in_a_room",
                expressions=[("resource", RangeOperators.EQUAL), (SPAN, RangeOperators.OVERLAPS)],
                condition=Q(resource__isnull=False, closed_at__isnull=True) & (Q(is_session=True) | Q(taken__gt=0)),
            ),
        ]

    @property
    def has_the_room(self) -> bool:
        """Whether nobody else may have the room meanwhile (as the constraint above says)."""
        return self.closed_at is None and (self.is_session or self.taken > 0)

    def label(self, language: str = "zh-CN") -> str:
        """The session's own title, else the offer's."""
        own = self.title_en if language.startswith("en") and self.title_en else self.title
        return own or self.offer.label(language)


class Booking(Row, DueRow):
    """A person's place, or their place in the line (`number` orders it). `starts_at`, `ends_at` repeat the slot's.

    `answer_by`: until then an offered place is kept for them. `booked_by`: the delegate who booked it. `moved_from`: the booking
    whose time the keeper would change to this one. `is_late`: cancelled after it was free to. `reminded`: how many reminders
    went out. `why`: a code (`closed`, `lapsed`, `moved`, `ended`, `erased`, `joined`). Words are sealed under the person.
    """

    person = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    booked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in State])
    party = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    number = models.PositiveIntegerField(null=True)
    answer_by = models.DateTimeField(null=True)
    moved_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="moves")
    is_late = models.BooleanField(default=False)
    reminded = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=12, blank=True, default="")
    note_sealed = models.BinaryField(null=True)
    reason_sealed = models.BinaryField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-starts_at"], name="bookings_of_person"),
            models.Index(fields=["offer", "starts_at"], name="bookings_of_offer"),
            models.Index(fields=["due_at"], name="bookings_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["slot", "number"], name="bookings_waiting", condition=Q(state="waiting")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(state) for state in State]), name="booking_state_known"),
            models.CheckConstraint(condition=Q(party__gte=1), name="booking_for_somebody"),
            ExclusionConstraint(
                name="nobody_twice_in_an_hour",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("offer", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=sorted(map(str, ACTIVE))),
            ),
        ]

    @property
    def code(self) -> str:
        """Four digits that the person says at the door."""
        return f"{int.from_bytes(hashlib.sha256(self.id.bytes).digest()[:4]) % 10_000:04d}"

    @property
    def path(self) -> str:
        return f"/api/v1/bookings/{self.id}"
