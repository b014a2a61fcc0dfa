"""The credit record of a provider: who vouches for a service, and who stopped whom, when and why. Never about a resident.

Who vouches is the office of a division, in public; the audit knows which of its people did it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.core.clock import now
from backend.core.rows import Row
from backend.directory.models.catalogue import Organization, Service


class Certification(Row):
    """A service is certified (认证服务商) by the office of a division, from `since` until `until` (UTC; null: until withdrawn)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="certifications")
    division = models.ForeignKey("community.Division", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="why it was withdrawn")

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(withdrawn_at__isnull=True), name="one_certification_a_service"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=models.F("since")),
                name="certification_ends_after_it_began",
            ),
        ]


class Suspension(Row):
    """A provider may not call itself certified for a time: one service, or all of an organization's."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, related_name="suspensions")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="suspensions")
    division = models.ForeignKey("community.Division", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True, service__isnull=False)
                | Q(organization__isnull=False, service__isnull=True),
                name="suspension_of_one",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=models.F("since")), name="suspension_ends_after_it_began"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(restored_at__isnull=True, organization__isnull=False),
                name="one_suspension_an_organization",
            ),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(restored_at__isnull=True, service__isnull=False),
                name="one_suspension_a_service",
            ),
        ]
