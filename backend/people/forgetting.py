"""What is kept no longer than it is needed: login codes for a day, refresh tokens until they expire."""

from __future__ import annotations

from datetime import timedelta

from backend.core.clock import now
from backend.core.cron import every
from backend.people.models import LoginCode, RefreshToken

CODES_KEPT = timedelta(days=1)


def forget_old_logins() -> int:
    """Delete codes that expired more than a day ago and expired refresh tokens; returns how many rows."""
    codes = LoginCode.objects.filter(expires_at__lt=now() - CODES_KEPT).delete()[0]
    return codes + RefreshToken.objects.filter(expires_at__lt=now()).delete()[0]


def register() -> None:
    """Run it once an hour in one worker of all."""
    every(seconds=3600, name="logins.forget")(forget_old_logins)
