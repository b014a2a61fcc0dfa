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
    """Mark notices as read: by id, all up to a number, or all; returns how many were new. Notices of others are left alone."""
    if actor.person_id is None:
        raise Unauthenticated
    if len(ids) > MOST:
        raise Invalid(FieldError("/ids", "too-many", f"at most {MOST}", f"最多 {MOST} 条"))
    mine = Notice.objects.filter(person_id=actor.person_id, seq__isnull=False, read_at__isnull=True)
    if ids or up_to is not None:
        mine = mine.filter(models.Q(id__in=list(ids)) | models.Q(seq__lte=-1 if up_to is None else up_to))
    return mine.update(read_at=now())
