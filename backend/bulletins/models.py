"""Planned outages and notices that a desk puts up for the people of a place."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from backend.community.models import Building, Company, Compound, Division, Unit
from backend.core.rows import Row
from backend.people.models import User
from notifications.deliveries import NORMAL, URGENT


class Bulletin(Row):
    """One outage or notice. It is for the narrowest of `unit`, `building`, `compound`, `division` that is set.

    `starts_at`, `ends_at`: when the outage (or what is announced) happens. `shown_until`: from then on it is history.
    `title`, `text` are what everybody in the place may read: never personal data. English is optional.
    """

    class Kind(models.TextChoices):
        PLANNED_OUTAGE = "planned_outage", "计划停供 planned outage"
        NOTICE = "notice", "通知 notice"

    class Subject(models.TextChoices):
        WATER = "water", "停水 water"
        POWER = "power", "停电 power"
        GAS = "gas", "停气 gas"
        HEATING = "heating", "停暖 heating"
        LIFT = "lift", "停梯 lift"
        OTHER = "other", "其他 other"

    class Severity(models.TextChoices):
        INFO = "info", "一般 info"
        IMPORTANT = "important", "重要 important"
        URGENT = "urgent", "紧急 urgent"

    class State(models.TextChoices):
        PUBLISHED = "published", "已发布 published"
        ENDED = "ended", "已结束 ended"
        WITHDRAWN = "withdrawn", "已撤回 withdrawn"

    kind = models.CharField(max_length=16, choices=Kind)
    subject = models.CharField(max_length=12, choices=Subject, default=Subject.OTHER)
    severity = models.CharField(max_length=12, choices=Severity, default=Severity.IMPORTANT)
    state = models.CharField(max_length=12, choices=State, default=State.PUBLISHED)
    scope = models.CharField(max_length=12)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, null=True, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=160, blank=True, default="")
    text = models.TextField()
    text_en = models.TextField(blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    shown_until = models.DateTimeField(null=True)
    is_pinned = models.BooleanField(default=True)
    audience = models.PositiveIntegerField(default=0)
    job_id = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division", "state", "-id"], name="bulletins_of_division"),
            models.Index(fields=["compound", "state", "-id"], name="bulletins_of_compound"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="bulletin_ends_after_it_starts"
            )
        ]

    @property
    def urgency(self) -> str:
        """How its pushes go: what is urgent passes quiet hours and wishes while it is up, but never overtakes an alarm."""
        is_urgent = self.severity == self.Severity.URGENT and self.state == self.State.PUBLISHED
        return URGENT if is_urgent else NORMAL

    def is_current(self, moment: datetime) -> bool:
        return self.state == self.State.PUBLISHED and (self.shown_until is None or self.shown_until > moment)

    def headline(self, language: str) -> str:
        return self.title_en if language.startswith("en") and self.title_en else self.title

    def body(self, language: str) -> str:
        return self.text_en if language.startswith("en") and self.text_en else self.text


class BulletinTicket(Row):
    """A ticket about what a bulletin had announced; its reporter is told when it is over."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="tickets")
    ticket_id = models.UUIDField(unique=True)
    number = models.CharField(max_length=24)
    person_id = models.UUIDField()
