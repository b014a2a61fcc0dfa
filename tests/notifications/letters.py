"""Notices for tests: a topic of our own and short ways to send it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.core.verb import verb
from backend.people.actor import Actor
from notifications import notices
from notifications.deliveries import Delivery
from notifications.notice import Notice
from notifications.templates import register_templates

TOPIC = "test.told"
register_templates({TOPIC: {"zh": "您有{count}条消息", "en": "You have {count} messages"}})


@verb("test.tell", audited=False)
def _tell(actor: Actor, *, person_id: UUID, **options: Any) -> Notice:
    topic, params = options.pop("topic", TOPIC), options.pop("params", {"count": 3})
    return notices.notify(person_id, topic, params, about="/api/v1/bills/1", **options)


def tell(person_id: UUID, **options: Any) -> Notice:
    """`notify` in a verb of its own."""
    return _tell(Actor.system("test"), person_id=person_id, **options)


@verb("test.text", audited=False)
def _text(actor: Actor, *, address_id: UUID, **options: Any) -> Delivery:
    return notices.text_address(address_id, TOPIC, {"count": 1}, about="/api/v1/incidents/1", **options)


def text(address_id: UUID, **options: Any) -> Delivery:
    """`text_address` in a verb of its own."""
    return _text(Actor.system("test"), address_id=address_id, **options)
