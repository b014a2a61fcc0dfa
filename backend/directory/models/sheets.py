"""Sheets on their way into the directory, and what the desk has settled against a source."""

from __future__ import annotations

from django.db import models

from backend.core.rows import Row


class Sheet(Row):
    """One uploaded sheet. It is read and checked into rows; nothing reaches the directory before it is applied, all at once.

    `crs`: the datum of rows that have none of their own (blank: such rows are refused). `digest`: SHA-256 of the file.
    """

    class State(models.TextChoices):
        READING = "reading", "读取中 reading"
        CHECKED = "checked", "已检查 checked"
        UNREADABLE = "unreadable", "无法读取 unreadable"
        APPLYING = "applying", "写入中 applying"
        APPLIED = "applied", "已写入 applied"
        WITHDRAWN = "withdrawn", "已放弃 withdrawn"

    owner = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=16, default="sheet")
    crs = models.CharField(max_length=8, blank=True, default="")
    allow_outside = models.BooleanField(default=False)
    skip_bad = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=120, blank=True, default="")
    error = models.CharField(max_length=40, blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    job_id = models.UUIDField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)


class SheetRow(models.Model):
    """One row of a sheet, by its number there (the heads are row 1): what it says, and what is wrong with it.

    `told`: the values as they would be kept, empty for a bad row. `faults`, `warnings`: lists of {field, code}.
    """

    pk = models.CompositePrimaryKey("sheet_id", "number")
    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    external_id = models.CharField(max_length=80, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    told = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["sheet", "external_id"], name="sheet_rows_by_external_id")]


class Settled(Row):
    """The desk decided a field of a service: its source is not believed there while it says what it said then (`told`)."""

    service = models.ForeignKey("directory.Service", on_delete=models.CASCADE, related_name="settled")
    field = models.CharField(max_length=24)
    told = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "field"], name="settled_once")]
