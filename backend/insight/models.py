"""The service index: versioned settings, results a month, the lines that explain each; the official star stands apart.

Everything here is about communities. Nothing is about a resident, and nothing may be joined to one.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.core.rows import Row


class IndexConfig(Row):
    """One version of the index. A draft may be dropped; once adopted it never changes, the next version replaces it."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿 draft"
        ADOPTED = "adopted", "现行 adopted"
        REPLACED = "replaced", "已更替 replaced"

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    note = models.CharField(max_length=300, blank=True, default="")
    adopted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="adopted"), name="one_index_adopted"),
            models.CheckConstraint(condition=Q(state__in=["draft", "adopted", "replaced"]), name="index_state_known"),
        ]


class Indicator(Row):
    """One row of a version: a source, how its raw number becomes 0–1, and its weight.

    `floor` gives 0 and `target` gives 1, straight between, cut off outside; where less is better the floor is above the target.
    `codes` narrow the source (a taxonomy list for coverage). `least`: below so many cases nothing is said.
    """

    config = models.ForeignKey(IndexConfig, on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=40)
    codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    weight = models.DecimalField(max_digits=6, decimal_places=2)
    floor = models.DecimalField(max_digits=8, decimal_places=4)
    target = models.DecimalField(max_digits=8, decimal_places=4)
    least = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["config", "position"], name="one_indicator_a_position"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="indicator_weighs_something"),
            models.CheckConstraint(condition=~Q(floor=models.F("target")), name="indicator_has_a_span"),
        ]

    @property
    def direction(self) -> str:
        """`more`: more is better; `less`: less is better."""
        return "more" if self.target > self.floor else "less"

    def label(self, language: str = "zh-CN") -> str:
        """The name in the reader's language."""
        return self.name_en if language.startswith("en") else self.name


class IndexResult(Row):
    """The index of a community in a month, by one version; `points` 0–100, null where too little could be measured."""

    config = models.ForeignKey(IndexConfig, on_delete=models.PROTECT, related_name="results")
    community = models.ForeignKey("community.Division", on_delete=models.CASCADE, related_name="+")
    month = models.DateField(help_text="its first day")
    points = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    measured = models.DecimalField(
        max_digits=5, decimal_places=4, help_text="share of the weights that could be measured"
    )
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["config", "community", "month"], name="one_result_a_version_and_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="result_of_a_whole_month"),
        ]
        indexes = [models.Index(fields=["community", "-month"], name="results_of_a_community")]

    @property
    def ends(self) -> date:
        """The first day after the month."""
        return date(self.month.year + self.month.month // 12, self.month.month % 12 + 1, 1)


class IndexLine(Row):
    """One indicator of a result: the raw number of so many cases, scaled to 0–1, and the points it gives. Null: why not."""

    result = models.ForeignKey(IndexResult, on_delete=models.CASCADE, related_name="lines")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    raw = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    cases = models.PositiveIntegerField(default=0)
    scaled = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    points = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    why_not = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["result", "indicator"], name="one_line_an_indicator")]


class OfficialStar(Row):
    """The official rating of a community as published: stars, year, who said so. It is shown beside the index, never part of it."""

    community = models.ForeignKey("community.Division", on_delete=models.CASCADE, related_name="+")
    stars = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=120)
    source_url = models.CharField(max_length=510, blank=True, default="")

    class Meta:
        ordering = ["-year", "source"]
        constraints = [
            models.UniqueConstraint(fields=["community", "year", "source"], name="one_star_a_year_and_source"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="official_stars_one_to_five"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="star_of_a_year"),
        ]
