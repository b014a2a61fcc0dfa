"""The digest: what is only worth an entry in the inbox is mentioned once a day, in one push, if it was not read by then."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core.clock import BEIJING, now
from backend.core.due import DueLoop, DueRow, register
from backend.core.verb import Doer, hint, verb
from notifications import addresses, deliveries, preferences, topics
from notifications.deliveries import Delivery
from notifications.notice import Notice
from notifications.topics import Severity

AT = time(18, 0)
TOPIC = "inbox.digest"


class Digest(DueRow):
    """A person who has entries to be reminded of; `since`: the first of them."""

    person_id = models.UUIDField(primary_key=True)
    since = models.DateTimeField()

    class Meta:
        app_label = "notifications"
        indexes = [models.Index(fields=["due_at"], name="digests_due", condition=Q(due_at__isnull=False))]


def remind(notice: Notice) -> None:
    """See to it that the person is reminded at the next 18:00 in Beijing (inside a verb)."""
    waiting = Digest(person_id=notice.person_id, since=notice.created_at, due_at=_next(now()))
    Digest.objects.bulk_create([waiting], ignore_conflicts=True)
    Digest.objects.select_for_update().get(person_id=notice.person_id)
    idle = Digest.objects.filter(person_id=notice.person_id, due_at__isnull=True)
    idle.update(since=waiting.since, due_at=waiting.due_at)
    hint("due:digest")


def _next(moment: datetime) -> datetime:
    local = moment.astimezone(BEIJING)
    today = datetime.combine(local.date(), AT, BEIJING)
    return today if local < today else today + timedelta(days=1)


@verb("inbox.digested", audited=False)
def send(actor: Doer, *, row: Digest) -> int:
    """Push how many entries were not read, if any; returns the number."""
    mine = Digest.objects.select_for_update().filter(person_id=row.person_id, lease=row.lease, due_at__isnull=False)
    if not mine.exists():
        return 0  # another worker took it over
    quiet_topics = [name for name, topic in topics.registered().items() if topic.severity == Severity.INFO]
    unread = Notice.objects.filter(
        person_id=row.person_id, topic__in=quiet_topics, created_at__gte=row.since, read_at__isnull=True
    ).exclude(archived_at__isnull=False)
    count = unread.count()
    Digest.objects.filter(person_id=row.person_id).update(due_at=None, lease=None)
    if count:
        _push(row.person_id, count)
    return count


def _push(person_id: UUID, count: int) -> None:
    wish = preferences.of(person_id)
    rows = [
        Delivery(
            person_id=person_id,
            address_id=address.id,
            channel=address.kind,
            topic=TOPIC,
            params={"count": count},
            about="/api/v1/inbox",
            due_at=wish.quiet_end(now()) or now(),
        )
        for address in addresses.live_pushes(person_id)
        if deliveries.wants(wish, TOPIC, address.kind)
    ]
    Delivery.objects.bulk_create(rows)
    deliveries.wake(rows)


def register_loop(actor: Doer) -> None:
    """The worker's loop of the digests."""
    register(DueLoop("digest", Digest, lambda row: send(actor, row=row), batch=100))
