"""The inbox: a person's notices, in the order in which they were committed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, Unauthenticated
from backend.core.verb import Doer, verb
from notifications.notices import Notice

MOST = 500


def of(person_id: UUID, *, after: int = 0) -> models.QuerySet[Notice]:
    """The person's notices with a number above `after`, newest first."""
    return Notice.objects.filter(person_id=person_id, seq__gt=after).order_by("-seq")


def unread(person_id: UUID) -> int:
    return Notice.objects.filter(person_id=person_id, seq__isnull=False, read_at__isnull=True).count()


@verb("inbox.read", audited=False)
def mark_read(actor: Doer, *, ids: Sequence[UUID] = (), up_to: int | None = None) -> int:
    """Mark notices as read, by id or all up to a number; returns how many were new. Notices of others are left alone."""
    if actor.person_id is None:
        raise Unauthenticated
    if len(ids) > MOST:
        raise Invalid(FieldError("/ids", "too-many", f"at most {MOST}", f"最多 {MOST} 条"))
    mine = Notice.objects.filter(person_id=actor.person_id, seq__isnull=False, read_at__isnull=True)
    which = models.Q(id__in=list(ids))
    if up_to is not None:
        which |= models.Q(seq__lte=up_to)
    return mine.filter(which).update(read_at=now())
