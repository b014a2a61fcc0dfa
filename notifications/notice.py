"""A notice: one thing that one person is told."""

from __future__ import annotations

from django.db import models

from backend.core.rows import Row
from notifications import templates

CREATED = "notice.created"


class Notice(Row):
    """`seq` is the offset of its event in the person's stream: the order in which notices were committed."""

    person_id = models.UUIDField()
    topic = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    about = models.TextField(blank=True)
    urgency = models.CharField(max_length=12, default="normal")
    key = models.CharField(max_length=160, null=True)  # noqa: DJ001 - many notices have none, and '' would not be unique
    seq = models.BigIntegerField(null=True)
    read_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "notifications"
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="one_notice_a_key")]
        indexes = [models.Index(fields=["person_id", "seq"], name="notices_of_person")]

    @property
    def channel(self) -> str:
        return f"person:{self.person_id}"

    def text(self, language: str, *, plain: bool = False) -> str:
        return templates.render(self.topic, self.params, language, plain=plain)
