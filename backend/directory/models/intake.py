"""How the directory is kept: the people of organizations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.core.clock import now
from backend.core.rows import Row


class Membership(Row):
    """A person who may act for an organization, from a moment until it was ended (UTC)."""

    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey("directory.Organization", on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization"],
                condition=Q(ended_at__isnull=True),
                name="one_open_membership_a_pair",
            )
        ]
