"""The words that the directory knows, for what is typed wrongly."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchWord(models.Model):
    """A Latin word, or pinyin in one piece, of some name or address; kept by a trigger on the search column, never forgotten.

    Without a unique index, so that two imports never wait for each other's words: a word may stand here twice.
    """

    id = models.BigAutoField(primary_key=True)
    word = models.CharField(max_length=40)

    class Meta:
        indexes = [
            models.Index(fields=["word"], name="search_word"),
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="search_word_trigrams"),
        ]
