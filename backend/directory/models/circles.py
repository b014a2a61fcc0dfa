"""Themed circles that officers curate, and the coverage of communities as it was counted day by day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from backend.core.clock import now
from backend.core.rows import Row


class ThemedCircle(Row):
    """A hand-picked round of places with a theme, in a community, a subdistrict or the district. Shown to all once published."""

    class Kind(models.TextChoices):
        BOUTIQUE = "boutique", "精品圈 boutique circle"
        CULTURE = "culture", "文化圈 culture circle"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿 draft"
        PUBLISHED = "published", "已发布 published"
        WITHDRAWN = "withdrawn", "已撤下 withdrawn"

    division = models.ForeignKey("community.Division", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField(blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    cover = models.CharField(max_length=120, blank=True, default="", help_text="a JPEG of the file storage")
    published_at = models.DateTimeField(null=True, blank=True)
    last_modified = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["state", "kind", "-published_at", "id"], name="circles_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["boutique", "culture"]), name="circle_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "withdrawn"]), name="circle_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="published_has_a_time"
            ),
        ]

    def label(self, language: str = "zh-CN") -> str:
        """The name in the reader's language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name

    def words(self, language: str = "zh-CN") -> str:
        """The text in the reader's language."""
        return self.text_en if language.startswith("en") and self.text_en else self.text


class CircleStop(Row):
    """A place on the round, in order. `effort`, `metres`: the walk from the stop before (null for the first)."""

    circle = models.ForeignKey(ThemedCircle, on_delete=models.CASCADE, related_name="stops")
    position = models.PositiveSmallIntegerField()
    service_at_location = models.ForeignKey("directory.ServiceAtLocation", on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")
    note_en = models.CharField(max_length=600, blank=True, default="")
    effort = models.FloatField(null=True, blank=True)
    metres = models.FloatField(null=True, blank=True)
    is_estimate = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["circle", "position"], name="one_stop_a_position"),
            models.UniqueConstraint(fields=["circle", "service_at_location"], name="one_stop_a_place"),
        ]

    def words(self, language: str = "zh-CN") -> str:
        """The note in the reader's language."""
        return self.note_en if language.startswith("en") and self.note_en else self.note


class CoverageSpan(models.Model):
    """What was true of a community and a category from `since` to before `until` (null: still). Homes, not people.

    A row is written when the numbers change, not every day. `profile`: how one walks (`coverage.PROFILES`).
    """

    id = models.BigAutoField(primary_key=True)
    community = models.ForeignKey("community.Division", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey("directory.TaxonomyTerm", on_delete=models.CASCADE, related_name="+")
    profile = models.CharField(max_length=12)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    homes = models.PositiveIntegerField()
    covered = models.PositiveIntegerField()
    uncovered = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    nearest_seconds = models.FloatField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["community", "profile", "category", "since"], name="coverage_over_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "profile", "category"], condition=Q(until__isnull=True), name="one_coverage_now"
            ),
            models.CheckConstraint(
                condition=Q(homes=F("covered") + F("uncovered") + F("unknown")), name="coverage_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="coverage_ends_after_it_begins"
            ),
        ]


class CoverageMark(models.Model):
    """When the coverage of a community was last counted: the day up to which its open rows are known to hold."""

    community = models.OneToOneField("community.Division", on_delete=models.CASCADE, primary_key=True, related_name="+")
    counted_at = models.DateTimeField()
