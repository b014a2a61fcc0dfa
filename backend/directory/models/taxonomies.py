"""Lists of services as HSDS taxonomies: ours and the official ones, each with its version and source."""

from __future__ import annotations

from django.db import models

from backend.core.rows import Row
from backend.directory.models.catalogue import TaxonomyTerm


class Mark(models.TextChoices):
    """How something is known."""

    OWN = "own", "自定 own"
    VERIFIED = "verified", "已核对原文 read in a primary source"
    SECONDARY = "secondary", "据转载 read in a secondary source"
    UNVERIFIED = "unverified", "未核实 unverified"


class Taxonomy(Row):
    """One list in one version; `uri` blank where none is known. The rows are kept as `schemes.csv` says."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    publisher = models.CharField(max_length=80)
    publisher_en = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    uri = models.CharField(max_length=300, blank=True, default="")
    source = models.CharField(max_length=300)
    mark = models.CharField(max_length=12, choices=Mark)
    note = models.CharField(max_length=300, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def label(self, language: str = "zh-CN") -> str:
        """Return the name in the reader's language."""
        return self.name_en if language.startswith("en") else self.name


class ListedTerm(Row):
    """One entry of an official list, and the categories of ours that it means."""

    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.PROTECT, related_name="terms")
    code = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    mark = models.CharField(max_length=12, choices=Mark)
    categories = models.ManyToManyField(TaxonomyTerm, related_name="listed_as")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def label(self, language: str = "zh-CN") -> str:
        """Return the name in the reader's language."""
        return self.name_en if language.startswith("en") else self.name
