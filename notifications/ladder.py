"""The ladder: which ways a notice goes to its person, in which order, and why it does not go a way.

Every decision leaves a delivery row: `skipped` ones say why ("not sent: switched off by the recipient"). A rung that can reach
nobody is passed at once. Where another rung follows, a due row waits for a sign that the person saw the notice (read, displayed, an
SMS reported as delivered) and climbs when none came. Emergencies go every way at once and pass quiet hours, wishes and limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core.clock import BEIJING, now
from backend.core.due import DueLoop, DueRow, register
from backend.core.rows import Row
from backend.core.verb import Doer, hint, verb
from notifications import addresses, deliveries, preferences, topics
from notifications.addresses import Address
from notifications.channels import registry
from notifications.deliveries import EMERGENCY, QUEUED, SENT, SKIPPED, SMS, SOCKET, VOICE, Delivery
from notifications.notice import Notice
from notifications.preferences import Preference
from notifications.topics import Topic

MOST_A_DAY = 30
WAYS = {topics.PUSH: addresses.PUSH, topics.SMS: (SMS,), topics.VOICE: (VOICE,), topics.EMAIL: (addresses.EMAIL,)}
OFF = "not sent: switched off by the recipient"
NOWHERE = "not sent: no address for this"
TOO_MANY = f"not sent: more than {MOST_A_DAY} messages in a day"
NEWER = "not sent: a newer message says it"


class Climb(Row, DueRow):
    """A notice that waits for a sign that its person saw it; `rung` is the one that follows."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="climb")
    person_id = models.UUIDField()
    rung = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "notifications"
        indexes = [models.Index(fields=["due_at"], name="climbs_due", condition=Q(due_at__isnull=False))]


def begin(notice: Notice) -> list[Delivery]:
    """Plan the notice's first ways (inside the verb that writes it). The stream holds it already."""
    rows = [_row(notice, SOCKET, state=SENT, sent_at=now())]
    if notice.urgency == EMERGENCY:
        rows += _every_way(notice)
        return _kept(rows)
    known = topics.of(notice.topic)
    if known.collapses:
        _replace_older(notice)
    return _kept(rows + _climbed(notice, known, 0))


def _every_way(notice: Notice) -> Iterable[Delivery]:
    """All pushes, SMS and a call, now."""
    live = addresses.live_of(notice.person_id, (*addresses.PUSH, addresses.SMS))
    for address in live:
        yield _row(notice, address.kind, address_id=address.id, due_at=now())
        if address.kind == addresses.SMS and registry.providers(VOICE):
            yield _row(notice, VOICE, address_id=address.id, due_at=now())


def _climbed(notice: Notice, topic: Topic, rung: int) -> list[Delivery]:
    """The deliveries of this rung, and of the next ones at once while a rung can reach nobody; what may follow is made due."""
    wish, rows = preferences.of(notice.person_id), []
    for number in range(rung, len(topic.rungs)):
        step = topic.rungs[number]
        planned = [row for way in step.ways for row in _way(notice, wish, topic, way)]
        rows += planned
        going = [row for row in planned if row.state == QUEUED]
        if going:
            _wait_for_a_sign(notice, topic, number + 1, max(row.due_at or now() for row in going) + step.wait)
            break
    return rows


def _way(notice: Notice, wish: Preference, topic: Topic, way: str) -> list[Delivery]:
    """One way of a rung: a delivery an address, or one row that says why there is none."""
    kinds = WAYS[way]
    wanted = [kind for kind in kinds if deliveries.wants(wish, notice.topic, kind)]
    if not wanted:
        return [_row(notice, kinds[0], state=SKIPPED, reason=OFF)]
    of_kind = (SMS,) if way == topics.VOICE else tuple(wanted)
    found: list[Address] = list(addresses.live_of(notice.person_id, of_kind))
    if not found:
        return [_row(notice, kinds[0], state=SKIPPED, reason=NOWHERE)]
    if not preferences.is_locked(notice.topic) and _sent_today(notice.person_id) >= MOST_A_DAY:
        return [_row(notice, kinds[0], state=SKIPPED, reason=TOO_MANY)]
    quiet = wish.quiet_end(now())
    more = {"due_at": quiet or now(), "reason": f"waiting: quiet hours until {_hour(quiet)}" if quiet else ""}
    if topic.expires is not None:
        more["expires_at"] = notice.created_at + topic.expires
    return [
        _row(notice, VOICE if way == topics.VOICE else address.kind, address_id=address.id, **more) for address in found
    ]


def _hour(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%H:%M}"


def _sent_today(person_id: UUID) -> int:
    """How many messages, emergencies left out, went or wait to go to the person within a day."""
    since = now() - timedelta(days=1)
    found = Delivery.objects.filter(person_id=person_id, at__gte=since, state__in=[QUEUED, SENT])
    return found.exclude(channel=SOCKET).exclude(urgency=EMERGENCY).values("notice_id").distinct().count()


def _replace_older(notice: Notice) -> None:
    """What still waits about the same thing is not sent any more; the inbox keeps it."""
    older = Delivery.objects.filter(
        person_id=notice.person_id, topic=notice.topic, about=notice.about, state=QUEUED, lease__isnull=True
    )
    older.exclude(urgency=EMERGENCY).update(state=SKIPPED, reason=NEWER, due_at=None)


def _wait_for_a_sign(notice: Notice, topic: Topic, rung: int, due: datetime) -> None:
    if rung < len(topic.rungs):
        Climb.objects.update_or_create(
            notice=notice, defaults={"person_id": notice.person_id, "rung": rung, "due_at": due, "lease": None}
        )
        hint("due:ladder")


def _row(notice: Notice, channel: str, **more: object) -> Delivery:
    return Delivery(
        notice_id=notice.id,
        person_id=notice.person_id,
        channel=channel,
        topic=notice.topic,
        params=notice.params,
        about=notice.about,
        urgency=notice.urgency,
        **more,
    )


def _kept(rows: list[Delivery]) -> list[Delivery]:
    Delivery.objects.bulk_create(rows)
    deliveries.wake(rows)
    return rows


def seen(notice: Notice) -> str:
    """How the person is known to have seen the notice ("read", "displayed on socket", "sms delivered"), or ""."""
    if notice.read_at is not None:
        return "read"
    rows = Delivery.objects.filter(notice_id=notice.id)
    shown = rows.filter(Q(displayed_at__isnull=False) | Q(read_at__isnull=False)).first()
    if shown is not None:
        return f"displayed on {shown.channel}"
    arrived = rows.filter(delivered_at__isnull=False, channel__in=[SMS, VOICE]).first()
    return f"{arrived.channel} delivered" if arrived else ""


@verb("notice.climbed", audited=False)
def climb(actor: Doer, *, row: Climb) -> Climb:
    """Go up one rung, unless the person saw it: then the next way is not gone, and the log says why."""
    notice = Notice.objects.get(id=row.notice_id)
    topic = topics.of(notice.topic)
    if not Climb.objects.filter(id=row.id, lease=row.lease, due_at__isnull=False).update(due_at=None, lease=None):
        return row  # another worker took it over
    sign = seen(notice)
    if sign:
        ways = topic.rungs[row.rung].ways if row.rung < len(topic.rungs) else ()
        _kept([_row(notice, WAYS[way][0], state=SKIPPED, reason=f"not sent: {sign}") for way in ways])
    else:
        _kept(_climbed(notice, topic, row.rung))
    return row


def register_loop(actor: Doer) -> None:
    """The worker's loop of the ladder."""
    lease = timedelta(seconds=30)
    register(DueLoop("ladder", Climb, lambda row: climb(actor, row=row), lease=lease, batch=50, is_urgent=True))
