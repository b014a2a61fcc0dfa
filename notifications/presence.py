"""Presence: who sits at a desk, as rows with a short life.

A sockets process renews the leases of its subscribed desk sockets every 5 s, all in one statement; a lease lives 15 s. So it
survives a restarted sockets process, and nobody has to notice that a screen went dark. Renewals are no verbs and send no hints.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.rows import Row

LIFE = timedelta(seconds=15)
RENEW_SECONDS = 5.0

RENEW = """
INSERT INTO notifications_presencelease AS l (id, created_at, person_id, division_id, until)
SELECT gen_random_uuid(), %(now)s, w.person, w.division, %(until)s
FROM unnest(%(persons)s::uuid[], %(divisions)s::uuid[]) AS w(person, division) ORDER BY w.person, w.division
ON CONFLICT (person_id, division_id) DO UPDATE SET until = greatest(l.until, excluded.until)
"""

END = """
UPDATE notifications_presencelease SET until = %(now)s
WHERE person_id = %(person)s AND division_id = ANY(%(divisions)s::uuid[]) AND until > %(now)s
"""


class PresenceLease(Row):
    """`person_id` watches the desk of `division_id` at least until `until`."""

    person_id = models.UUIDField()
    division_id = models.UUIDField()
    until = models.DateTimeField()

    class Meta:
        app_label = "notifications"
        constraints = [models.UniqueConstraint(fields=["person_id", "division_id"], name="one_lease_a_desk")]
        indexes = [models.Index(fields=["division_id", "until"], name="present_at_desk")]


def renewal(desks: set[tuple[UUID, UUID]]) -> dict[str, Any]:
    """The values of `RENEW` for (person, division) pairs."""
    pairs = sorted(desks)
    moment = now()
    return {
        "now": moment,
        "until": moment + LIFE,
        "persons": [person for person, _ in pairs],
        "divisions": [division for _, division in pairs],
    }


def ending(person_id: UUID, division_ids: Sequence[UUID]) -> dict[str, Any]:
    """The values of `END`: the person leaves these desks."""
    return {"now": now(), "person": person_id, "divisions": list(division_ids)}


def present(division_id: UUID) -> list[UUID]:
    """The persons who hold a live lease on this division's desk."""
    live = PresenceLease.objects.filter(division_id=division_id, until__gt=now())
    return list(live.order_by("person_id").values_list("person_id", flat=True))


def last_present(person_id: UUID) -> datetime | None:
    """Until when this person was last known to be at any desk (UTC), in the future while a lease lives; None: never."""
    found: datetime | None = PresenceLease.objects.filter(person_id=person_id).aggregate(at=models.Max("until"))["at"]
    return found


def end(person_id: UUID, division_ids: Collection[UUID] | None = None) -> None:
    """The person leaves these desks (all when none are named) now: end of duty."""
    leases = PresenceLease.objects.filter(person_id=person_id, until__gt=now())
    if division_ids is not None:
        leases = leases.filter(division_id__in=division_ids)
    leases.update(until=now())
