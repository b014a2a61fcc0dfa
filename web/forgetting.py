"""What pages keep no longer than it is good for: sessions and remembered values that have expired."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from backend.core.clock import now
from backend.core.cron import every
from web.models import CachedValue


def forget_expired() -> int:
    """Delete expired sessions of pages and expired remembered values; returns how many of the latter."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return CachedValue.objects.filter(expires__lt=now()).delete()[0]


def register() -> None:
    """Run it once an hour in one worker of all."""
    every(seconds=3600, name="pages.forget")(forget_expired)
