"""The base of every ordinary table."""

from django.db import models

from backend.core.clock import now
from backend.core.ids import uuid7


class Row(models.Model):
    """A row with a UUIDv7 key and the time it was made (UTC)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        abstract = True
