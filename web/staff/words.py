"""Our sentences where allauth wants lazy ones."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy

from web import texts
from web.templatetags.yike import lang


def _now(key: str) -> str:
    return texts.text(key, lang())


def lazily(key: str) -> Any:
    """The sentence `key` in the language of whoever reads it, found when it is shown."""
    return lazy(_now, str)(key)
