"""What is kept no longer than it is needed: login codes for a day, refresh tokens until they expire."""

from __future__ import annotations

from datetime import timedelta

from backend.core.clock import now
from backend.core.cron import every
from backend.core.vault import PersonKey
from backend.people.models import LoginCode, RefreshToken

CODES_KEPT = timedelta(days=1)
AT_ONCE = 5_000


def forget_old_logins() -> int:
    """Delete codes that expired more than a day ago, with the keys of their texts, and expired refresh tokens; how many rows."""
    count = 0
    old = LoginCode.objects.filter(expires_at__lt=now() - CODES_KEPT)
    while ids := list(old.values_list("id", flat=True)[:AT_ONCE]):
        PersonKey.objects.filter(owner_id__in=ids).delete()
        count += LoginCode.objects.filter(id__in=ids).delete()[0]
    return count + RefreshToken.objects.filter(expires_at__lt=now()).delete()[0]


def register() -> None:
    """Run it once an hour in one worker of all."""
    every(seconds=3600, name="logins.forget")(forget_old_logins)
