"""When a service at a location is open: schedules in the words of RFC 5545 and HSDS, and closures for a time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from backend.core.rows import Row


class Schedule(Row):
    """One rule: on which days, from when to when. Times are local; without times it says closed.

    `closes_at` before `opens_at` means after midnight, the same means 24 hours. `season_from`, `season_to` are yearly, `MM-DD`,
    inclusive. Of the rules that hold on a day those of the highest `layer` count together; one that `adds` leaves the lower in
    force. `byday` empty: every day, or what RFC 5545 reads from `dtstart`.
    """

    class Freq(models.TextChoices):
        WEEKLY = "WEEKLY", "每周 weekly"
        MONTHLY = "MONTHLY", "每月 monthly"

    class Days(models.TextChoices):
        ALL = "all", "所有日子 all days"
        HOLIDAYS = "holidays", "法定节假日 public holidays"
        WORKDAYS = "workdays", "调休上班日 weekends worked for a holiday"
        SCHOOL = "school", "寒暑假 school holidays"

    service_at_location = models.ForeignKey(
        "directory.ServiceAtLocation", on_delete=models.CASCADE, related_name="schedules"
    )
    position = models.PositiveSmallIntegerField(default=0)
    freq = models.CharField(max_length=8, choices=Freq, default=Freq.WEEKLY)
    interval = models.PositiveSmallIntegerField(default=1)
    byday = models.CharField(max_length=120, blank=True, default="", help_text="e.g. MO,TU,WE or 2MO,-1FR")
    bymonthday = models.CharField(max_length=120, blank=True, default="", help_text="e.g. 1,15,-1")
    byweekno = models.CharField(max_length=160, blank=True, default="", help_text="ISO weeks, e.g. 1,2,3")
    dtstart = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    count = models.PositiveSmallIntegerField(null=True, blank=True)
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    season_from = models.CharField(max_length=5, blank=True, default="")
    season_to = models.CharField(max_length=5, blank=True, default="")
    days = models.CharField(max_length=8, choices=Days, default=Days.ALL)
    layer = models.PositiveSmallIntegerField(default=0)
    adds = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True, default="")
    note_en = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["layer", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(freq__in=["WEEKLY", "MONTHLY"]), name="schedule_freq_of_hsds"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="schedule_times_together",
            ),
        ]

    @property
    def on_holidays(self) -> bool:
        """Whether it is for public holidays only."""
        return self.days == self.Days.HOLIDAYS


class Closure(Row):
    """Closed for a time in spite of the schedules, from an instant until another (null: nobody knows), with the reason.

    `ended_at`: when it was called off or ended early; such a row stays as history and closes nothing from then on.
    """

    class Kind(models.TextChoices):
        RENOVATION = "renovation", "装修改造 renovation"
        HOLIDAY = "holiday", "放假 holiday"
        STOCKTAKING = "stocktaking", "盘点 stocktaking"
        OUTAGE = "outage", "停水停电 outage"
        STAFF = "staff", "人手不足 short of staff"
        EMERGENCY = "emergency", "突发情况 emergency"
        OTHER = "other", "其他 other"

    service_at_location = models.ForeignKey(
        "directory.ServiceAtLocation", on_delete=models.CASCADE, related_name="closures"
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    reason_en = models.CharField(max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="closure_ends_after_it_starts"
            )
        ]

    def words(self, language: str) -> str:
        """Return the reason in the reader's language, its kind when none was written."""
        zh, en = str(self.Kind(self.kind).label).split(" ", 1)
        if language.startswith("en"):
            return self.reason_en or (en if not self.reason else self.reason)
        return self.reason or zh
