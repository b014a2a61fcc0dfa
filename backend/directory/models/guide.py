"""The guide of public services (办事指南) as data, and what a life event asks for: templates, and a person's own checklist."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.core.rows import Row
from backend.directory.models.catalogue import Service, TaxonomyTerm

LINES = models.CharField(max_length=200)


class GuideItem(Row):
    """One matter at the street or community: what to bring, where, when, who may, what it costs, how it goes.

    `documents` and `documents_en` (and the steps) are the same list in two languages. `service` is a service of ours where it is
    done or booked. `source` says where this was taken from, `checked_on` when somebody last compared it with that.
    """

    code = models.SlugField(max_length=40, unique=True)
    category = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="guide_items")
    division = models.ForeignKey("community.Division", on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, related_name="guide_items")
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    summary = models.CharField(max_length=400, blank=True, default="")
    summary_en = models.CharField(max_length=500, blank=True, default="")
    eligibility = models.CharField(max_length=400, blank=True, default="")
    eligibility_en = models.CharField(max_length=500, blank=True, default="")
    documents = ArrayField(LINES, default=list, blank=True)
    documents_en = ArrayField(LINES, default=list, blank=True)
    steps = ArrayField(LINES, default=list, blank=True)
    steps_en = ArrayField(LINES, default=list, blank=True)
    window = models.CharField(max_length=160, blank=True, default="")
    window_en = models.CharField(max_length=200, blank=True, default="")
    hours = models.CharField(max_length=160, blank=True, default="")
    hours_en = models.CharField(max_length=200, blank=True, default="")
    fee = models.CharField(max_length=160, blank=True, default="")
    fee_en = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    booking_url = models.CharField(max_length=510, blank=True, default="")
    official_url = models.CharField(max_length=510, blank=True, default="")
    is_assistance = models.BooleanField(default=False, help_text="social assistance: shown in its own part")
    source = models.CharField(max_length=120, default="demo")
    checked_on = models.DateField(null=True)
    is_current = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(documents__len=models.F("documents_en__len")) & Q(steps__len=models.F("steps_en__len")),
                name="guide_lists_in_both_languages",
            )
        ]


class LifeEvent(Row):
    """What happens in a life and brings several matters at once: 出生, 退休, 搬家, …"""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    summary = models.CharField(max_length=300, blank=True, default="")
    summary_en = models.CharField(max_length=300, blank=True, default="")
    is_current = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]


class LifeStep(Row):
    """One step of a life event: a matter of the guide, a kind of service nearby, or a thing to do. Never deleted, only retired."""

    event = models.ForeignKey(LifeEvent, on_delete=models.CASCADE, related_name="steps")
    code = models.SlugField(max_length=40)
    guide_item = models.ForeignKey(GuideItem, on_delete=models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    note = models.CharField(max_length=300, blank=True, default="")
    note_en = models.CharField(max_length=300, blank=True, default="")
    is_current = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["event", "code"], name="one_step_a_code")]


class Checklist(Row):
    """A person's own list for one life event. What happened in a life is theirs alone: no role opens it."""

    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(LifeEvent, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "event"], condition=Q(archived_at__isnull=True), name="one_open_checklist_an_event"
            )
        ]


class ChecklistStep(Row):
    """A step of a person's checklist; `done_at` (UTC) when it was ticked, `booking_id` the person's booking made for it."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="steps")
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    step = models.ForeignKey(LifeStep, on_delete=models.PROTECT, related_name="+")
    booking_id = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["step__position", "step__code"]
        constraints = [models.UniqueConstraint(fields=["checklist", "step"], name="one_tick_a_step")]
