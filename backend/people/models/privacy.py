"""What a person agreed to, and what they asked of us about their data."""

from __future__ import annotations

from django.db import models

from backend.core.rows import Row
from backend.people.models.person import User


class Consent(Row):
    """One answer of a person about one purpose: append-only, the newest of a purpose holds."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=40)
    version = models.CharField(max_length=16)
    is_given = models.BooleanField()
    channel = models.CharField(max_length=12, default="app")
    witness = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["user", "purpose", "-id"], name="consents_of_user")]


class PrivacyRequest(Row):
    """A person's request to export or erase their data, and what became of it."""

    class Kind(models.TextChoices):
        EXPORT = "export", "导出 export"
        ERASURE = "erasure", "注销 erasure"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    job_id = models.UUIDField(null=True)
    kept = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)
