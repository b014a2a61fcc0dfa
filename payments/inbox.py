"""The provider's webhooks: keep the event first, then find out what is true, then say so.

The signature is checked over the raw body. The event is committed (unique by its id) before anything else, so that an answer of
200 means it will be dealt with: at once, or by the due loop if that fails. An event only names an object; what is written down
is read from the provider again, so that order and number of deliveries do not matter. Snapshot and thin events are both taken.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import structlog

from backend.core import vault
from backend.core.clock import now
from backend.core.verb import verb
from backend.people.actor import Actor
from payments import checkout, refunds
from payments.models import Attempt, ProviderEvent
from payments.providers import stripe
from payments.settle import SYSTEM

log = structlog.get_logger(__name__)

ROOM: Final = uuid5(NAMESPACE_URL, "yike:payments:inbox")
BODY: Final = "payments.event.body"
SECOND_TRY: Final = timedelta(seconds=5)
LOOK_BACK: Final = timedelta(hours=6)


def receive(body: bytes, signature: str) -> ProviderEvent:
    """Take one webhook. Raises SignatureInvalid or PaymentsUnconfigured; any later trouble leaves a due row instead."""
    return _accept(stripe.verified(body, signature), body)


def catch_up() -> int:
    """Take the events of the last hours that never reached us (the endpoint was down for long); returns how many were new."""
    heard = 0
    for event in stripe.undelivered(now() - LOOK_BACK):
        if not ProviderEvent.objects.filter(event_id=event["id"][:80]).exists():
            _accept(event, json.dumps(event).encode())
            heard += 1
    return heard


def _accept(event: dict[str, Any], body: bytes) -> ProviderEvent:
    """Keep an event that is known to be the provider's, and try to deal with it at once."""
    row = keep(SYSTEM, event=event, body=body)
    if row.done_at is None:
        try:
            take(row)
        except Exception as failed:
            log.warning("inbox.later", event_id=row.event_id, kind=row.kind, error=type(failed).__name__)
    return row


@verb("event.keep", audited=False)
def keep(actor: Actor, *, event: dict[str, Any], body: bytes) -> ProviderEvent:
    """Store the raw event once, due soon; a repeat gives the first row."""
    event_id = event["id"][:80]
    if known := ProviderEvent.objects.filter(event_id=event_id).first():
        return known
    object_id, intent_id = _objects(event)
    attempt = Attempt.objects.filter(intent_id=intent_id).first() if intent_id else None
    owner = attempt.payer_id if attempt else ROOM
    try:
        sealed = vault.seal(owner, BODY, body.decode())
    except vault.KeyDestroyed:
        owner = ROOM
        sealed = vault.seal(owner, BODY, "")
    row = ProviderEvent(
        event_id=event_id,
        twin_id=_twin(event)[:80],
        kind=event["type"].removeprefix("v1.")[:80],
        object_id=object_id[:80],
        intent_id=intent_id[:80],
        owner_id=owner,
        body=sealed,
        due_at=now() + SECOND_TRY,
    )
    ProviderEvent.objects.bulk_create([row], ignore_conflicts=True)
    return ProviderEvent.objects.get(event_id=event_id)


@verb("event.finish", audited=False)
def finish(actor: Actor, *, event_id: str) -> None:
    """The event is dealt with."""
    ProviderEvent.objects.filter(event_id=event_id, done_at=None).update(
        done_at=now(), due_at=None, lease=None, last_error=""
    )


def take(row: ProviderEvent) -> None:
    """Deal with a kept event (also the due loop's work): read what it names, write down what is true. Repeatable."""
    if row.kind.startswith("payment_intent."):
        checkout.follow(row.object_id)
    elif row.kind.startswith("refund.") or row.kind == "charge.refund.updated":
        refunds.follow(row.object_id)
    finish(SYSTEM, event_id=row.event_id)


def _objects(event: dict[str, Any]) -> tuple[str, str]:
    """The id of the object that the event is about, and of its payment intent as far as the event says."""
    related = event.get("related_object")
    if not isinstance(related, dict):
        content = event.get("data")
        related = content.get("object") if isinstance(content, dict) else None
    if not isinstance(related, dict):
        return "", ""
    object_id = str(related.get("id") or "")
    intent = object_id if object_id.startswith("pi_") else related.get("payment_intent")
    return object_id, intent if isinstance(intent, str) else ""


def _twin(event: dict[str, Any]) -> str:
    """The snapshot event for which a thin event stands."""
    twin = event.get("snapshot_event")
    if isinstance(twin, dict):
        twin = twin.get("id")
    return twin if isinstance(twin, str) else ""
