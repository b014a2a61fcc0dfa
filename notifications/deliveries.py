"""Deliveries: one row for each way in which one notice goes to one address. The row is queue, retry state and receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, models

from backend.core.clock import now
from backend.core.due import DueRow
from backend.core.ids import uuid7
from backend.core.verb import hint
from notifications import addresses
from notifications.preferences import Preference

SOCKET, SMS, VOICE, EMAIL, FCM, WEBPUSH = "socket", "sms", "voice", "email", "fcm", "webpush"
QUEUED, SENT, FAILED, DEAD, SKIPPED = "queued", "sent", "failed", "dead", "skipped"
# Codes to log in with are as urgent as alarms, and never in an alarm's way: lanes of their own carry them.
NORMAL, URGENT, EMERGENCY, CODE = "normal", "urgent", "emergency", "code"
FIRST = frozenset({EMERGENCY, CODE})
# Sealed texts that are kept until it is known that they arrived, a day at most: they may have to go out again.
REPEATED = "incident.contact"
KEPT_FOR = timedelta(days=1)


class Delivery(DueRow):
    """One way of one notice to one address.

    `sent`: the provider accepted it (for `socket`: the stream holds it). `failed`: it cannot be sent, `reason` says why. `dead`:
    tried too long. `skipped`: this way was not gone at all, `reason` says why. While it waits, `reason` may say for what.
    `provider`: who took it; `repeats`: how often it went out again because it was reported lost. `tried_since`: the first attempt
    that did not succeed. What the recipient's device or the provider reported stands in the receipt times, which never go back.
    """

    pk = models.CompositePrimaryKey("at", "id")
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField(default=now)
    notice_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    address_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=8)
    topic = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    about = models.TextField(blank=True)
    urgency = models.CharField(max_length=12, default=NORMAL)
    sealed = models.BinaryField(null=True)
    sealed_by = models.UUIDField(null=True)
    state = models.CharField(max_length=8, default=QUEUED)
    reason = models.CharField(max_length=80, blank=True)
    provider = models.CharField(max_length=16, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True)
    tried_since = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    repeats = models.PositiveSmallIntegerField(default=0, db_default=0)
    delivered_at = models.DateTimeField(null=True)
    displayed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "notifications"
        indexes = [
            models.Index(fields=["channel", "due_at"], name="delivery_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["channel", "due_at"],
                name="delivery_due_emergency",
                condition=models.Q(due_at__isnull=False, urgency="emergency"),
            ),
            models.Index(
                fields=["channel", "due_at"],
                name="delivery_due_code",
                condition=models.Q(due_at__isnull=False, urgency="code"),
            ),
            models.Index(
                fields=["sent_at"], name="delivery_kept", condition=models.Q(sealed__isnull=False, state="sent")
            ),
            models.Index(fields=["id"], name="delivery_by_id"),
            models.Index(fields=["at"], name="delivery_dead", condition=models.Q(state="dead")),
            models.Index(fields=["notice_id"], name="delivery_of_notice"),
            models.Index(fields=["person_id", "at"], name="delivery_to_person"),
        ]


class DeliveryKey(models.Model):
    """What must not be sent twice; deliveries themselves are partitioned and cannot be unique across months."""

    key = models.CharField(max_length=160, primary_key=True)
    delivery_id = models.UUIDField()
    delivery_at = models.DateTimeField()

    class Meta:
        app_label = "notifications"


def backlog() -> list[tuple[str, str, int, datetime]]:
    """What waits to go out: channel, lane, how many, and since when the oldest is due (UTC)."""
    urgent = models.When(urgency__in=FIRST, then="urgency")
    lane = models.Case(urgent, default=models.Value(NORMAL))
    waiting = Delivery.objects.filter(due_at__isnull=False).values("channel", lane=lane)
    counted = waiting.annotate(count=models.Count("id"), oldest=models.Min("due_at")).order_by("channel", "lane")
    return [(row["channel"], row["lane"], row["count"], row["oldest"]) for row in counted]


def wants(preference: Preference, topic: str, channel: str) -> bool:
    """Whether the person wants the topic this way; every push service is a push, which `fcm` switches off."""
    return preference.wants(topic, channel) and (channel not in addresses.PUSH or preference.wants(topic, FCM))


def queue(delivery: Delivery, *, key: str | None = None) -> Delivery:
    """Queue one delivery (inside a verb); the same key again gives the first one back."""
    if key is not None:
        taken = DeliveryKey(key=key, delivery_id=delivery.id, delivery_at=delivery.at)
        DeliveryKey.objects.bulk_create([taken], ignore_conflicts=True)
        first = DeliveryKey.objects.get(key=key)
        if first.delivery_id != delivery.id:
            return Delivery.objects.get(at=first.delivery_at, id=first.delivery_id)
    delivery.save(force_insert=True)
    if delivery.due_at is not None:
        wake([delivery])
    return delivery


def wake(rows: Iterable[Delivery]) -> None:
    """Wake the courier's lanes of these deliveries after the commit."""
    for channel, urgency in {(row.channel, row.urgency) for row in rows if row.due_at is not None}:
        hint(f"due:{lane_name(channel, urgency)}")


def lane_name(channel: str, urgency: str) -> str:
    """The lane that carries a delivery: emergencies have their own, so that none waits behind a broadcast or a code."""
    return f"courier.{channel}.{urgency if urgency in FIRST else NORMAL}"


_SENT = """
UPDATE notifications_delivery AS d SET state = 'sent', reason = '', provider = v.provider, provider_id = v.provider_id,
  sent_at = %(now)s, due_at = NULL, lease = NULL, last_error = '',
  sealed = CASE WHEN d.topic = %(repeated)s AND d.delivered_at IS NULL THEN d.sealed END
FROM unnest(%(ats)s::timestamptz[], %(ids)s::uuid[], %(leases)s::uuid[], %(providers)s::text[], %(names)s::text[])
  AS v(at, id, lease, provider, provider_id)
WHERE d.at = v.at AND d.id = v.id AND d.lease = v.lease AND d.state = 'queued'
"""


def settle_sent(taken: Sequence[tuple[Delivery, str, str]]) -> int:
    """Mark claimed deliveries as sent: (row, provider, the provider's id). Returns how many claims still held."""
    rows = [row for row, _, _ in taken]
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT,
            {
                "now": now(),
                "repeated": REPEATED,
                "ats": [row.at for row in rows],
                "ids": [row.id for row in rows],
                "leases": [row.lease for row in rows],
                "providers": [provider for _, provider, _ in taken],
                "names": [name[:200] for _, _, name in taken],
            },
        )
        return int(cursor.rowcount)


def forget_kept() -> int:
    """Empty the sealed texts that were kept for a repeat and for a day heard nothing of; returns how many."""
    old = Delivery.objects.filter(state=SENT, sealed__isnull=False, sent_at__lt=now() - KEPT_FOR)
    return old.update(sealed=None)


def settle(delivery: Delivery, state: str, *, reason: str = "", provider: str = "") -> bool:
    """End a claimed delivery that was not sent, if the claim still holds; what was sealed for the way is forgotten."""
    mine = Delivery.objects.filter(at=delivery.at, id=delivery.id, lease=delivery.lease, state=QUEUED)
    ended = mine.update(
        state=state, reason=reason[:80], provider=provider, sealed=None, due_at=None, lease=None, last_error=""
    )
    return bool(ended)


def postpone(delivery: Delivery, until: datetime, *, reason: str = "", error: str = "", is_try: bool = True) -> None:
    """Let a claimed delivery wait; `is_try`: it was handed over in vain, which counts towards giving up."""
    mine = Delivery.objects.filter(at=delivery.at, id=delivery.id, lease=delivery.lease)
    tried = delivery.tried_since or (now() if is_try else None)
    mine.update(due_at=until, lease=None, reason=reason[:80], last_error=error[:120], tried_since=tried)
