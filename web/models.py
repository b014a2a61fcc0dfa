"""The pages' own table: what the staff login must remember for a moment."""

from __future__ import annotations

from django.db import models


class CachedValue(models.Model):
    """A row of Django's database cache, in the shape that its backend writes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "web"
        db_table = "web_cache"

    def __str__(self) -> str:
        return self.cache_key
