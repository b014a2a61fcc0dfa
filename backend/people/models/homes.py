"""Who lives where, on which evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.community.models import Division, Home
from backend.core.rows import Row
from backend.people.models.person import User


class Residency(Row):
    """A person's claim on a home, dated, confirmed or not. `until` is the first moment at which it no longer holds."""

    class Relation(models.TextChoices):
        OWNER = "owner", "业主 owner"
        TENANT = "tenant", "租户 tenant"
        FAMILY = "family", "家人 family"
        CARER = "carer", "照护者 carer"
        LANDLORD = "landlord", "房东 landlord"

    class State(models.TextChoices):
        PENDING = "pending", "待确认 pending"
        CONFIRMED = "confirmed", "已确认 confirmed"
        REJECTED = "rejected", "未通过 rejected"
        ENDED = "ended", "已结束 ended"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="residencies")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="residencies")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    compound_id = models.UUIDField()
    relation = models.CharField(max_length=12, choices=Relation)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    evidence_sealed = models.BinaryField(null=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "home"], condition=Q(state__in=["pending", "confirmed"]), name="one_open_claim_a_home"
            )
        ]


class ClaimEvidence(Row):
    """A picture that proves a claim (a deed, a contract): the file in the media storage is sealed under the claimant's key."""

    residency = models.ForeignKey(Residency, on_delete=models.CASCADE, related_name="evidence")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    file = models.CharField(max_length=80, unique=True)
    content_type = models.CharField(max_length=40)
    purge_at = models.DateTimeField(null=True, db_index=True)
