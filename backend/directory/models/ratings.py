"""What people say of a service after a visit: one rating a visit."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Q

from backend.core.rows import Row
from backend.directory.models.bookings import Booking
from backend.directory.models.catalogue import Service
from backend.directory.models.ranges import TsTzRange


class Rating(Row):
    """One to five stars and a few words, sealed under the person. Of a `booking`, or of a visit that the person declares:
    then not again before `again_at`. An officer may hide the words (`hidden_why`); the stars count all the same."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="ratings")
    person = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    booking = models.OneToOneField(Booking, on_delete=models.SET_NULL, null=True, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    text_sealed = models.BinaryField(null=True)
    again_at = models.DateTimeField()
    is_declared = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True, default="")
    replied_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_why = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["service", "-created_at", "id"], name="ratings_of_service")]
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="one_to_five_stars"),
            ExclusionConstraint(
                name="one_declared_visit_in_90_days",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    (TsTzRange("created_at", "again_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_declared=True),
            ),
        ]
