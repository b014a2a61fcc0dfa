"""Escalation policies that replace the defaults of `policies.py` for a division, a kind or a priority."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from backend.core.rows import Row
from backend.emergency import policies
from backend.emergency.kinds import Priority


class EscalationPolicy(Row):
    """`division` null: everywhere. `kind` empty: every kind. `steps`: `[{"target", "wait"}]`, see `policies.py`."""

    division = models.ForeignKey("community.Division", models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, blank=True, default="")
    priority = models.CharField(max_length=2, choices=Priority.choices)
    at_once = models.BooleanField(default=True)
    steps = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "kind", "priority"], name="one_policy_a_case", nulls_distinct=False
            )
        ]

    @classmethod
    def for_case(cls, divisions: list[UUID], kind: str, priority: str) -> policies.Policy:
        """The policy in force: the nearest of `divisions` (nearest first) wins, then the kind's own, then the default."""
        found = cls.objects.filter(priority=priority, kind__in=["", kind]).filter(
            models.Q(division__in=divisions) | models.Q(division__isnull=True)
        )
        rank = {division: place for place, division in enumerate(divisions)}
        best = min(
            found, key=lambda p: (rank[p.division_id] if p.division_id else len(rank), p.kind == ""), default=None
        )
        if best is None or policies.faults(best.steps):
            return policies.DEFAULTS[priority]
        return {"at_once": best.at_once, "steps": best.steps}
