"""The delivery log: every way of every notice, why it was or was not gone, and when; tests of a channel to one's own address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.errors import Conflict, NotFound, Unauthenticated
from backend.core.verb import Doer, record, verb
from notifications import addresses, deliveries, templates
from notifications.channels import registry
from notifications.deliveries import EMERGENCY, SMS, VOICE, Delivery
from notifications.notice import Notice
from notifications.notices import notify

TEST = "delivery.test"
WEEK = timedelta(days=7)


class NoOwnAddress(Conflict):
    """You have no address of your own on this channel: register one first."""

    code, zh = "no-own-address", "您在该渠道没有自己的接收地址，请先登记"


def log(
    *,
    person_id: UUID | None = None,
    notice_id: UUID | None = None,
    channel: str = "",
    state: str = "",
    topic: str = "",
    since: datetime | None = None,
) -> models.QuerySet[Delivery]:
    """Deliveries that match what is given; without a person or a notice those of the last week, unless `since` says otherwise.

    Rows hold ids, codes and reasons; no phones and no texts.
    """
    if person_id is None and notice_id is None:
        since = since or now() - WEEK
    wanted = {
        "person_id": person_id,
        "notice_id": notice_id,
        "channel": channel,
        "state": state,
        "topic": topic,
        "at__gte": since,
    }
    return Delivery.objects.filter(**{name: value for name, value in wanted.items() if value not in (None, "")})


@verb("delivery.tested")
def test(actor: Doer, *, channel: str) -> Delivery:
    """Send a test message to one's own address on a channel, in the lane of emergencies, as an alarm would go.

    Raises NotFound (no such channel), NoOwnAddress.
    """
    if actor.person_id is None:
        raise Unauthenticated
    if channel not in registry.CHANNELS:
        raise NotFound
    kind = SMS if channel == VOICE else channel
    address = addresses.live_of(actor.person_id, (kind,)).order_by("-created_at").first()
    if address is None:
        raise NoOwnAddress
    row = Delivery(
        person_id=actor.person_id,
        address_id=address.id,
        channel=channel,
        topic=TEST,
        urgency=EMERGENCY,
        due_at=now(),
    )
    made = deliveries.queue(row)
    record("delivery.tested", about=None, channel=channel, delivery_id=str(made.id))
    return made


@verb("topic.tested")
def try_topic(actor: Doer, *, topic: str, params: Mapping[str, str]) -> Notice:
    """Send a topic's notice to oneself, blanks that are not given filled with their names, to see how it reads and goes.

    Raises NotFound (no such topic).
    """
    if actor.person_id is None:
        raise Unauthenticated
    if topic not in templates.topics():
        raise NotFound
    filled = {name: params.get(name) or f"<{name}>" for name in templates.blanks_of(topic)}
    made = notify(actor.person_id, topic, filled, about="")
    record("topic.tested", about=made, topic=topic)
    return made
