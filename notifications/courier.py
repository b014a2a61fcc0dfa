"""The courier: takes due deliveries, hands each to its way out, and marks it sent only after the provider accepted it.

One due loop for each way out, so that a slow push provider never holds up an emergency SMS. A courier that dies between the
provider's yes and our mark sends again: recipients de-duplicate by the notice's id.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from backend.core.clock import now
from backend.core.due import DueLoop, register
from backend.core.vault import KeyDestroyed
from backend.core.verb import record, verb
from backend.env import env
from notifications import addresses, deliveries, outbox, preferences, sms, templates
from notifications.addresses import Address
from notifications.channels import Letter, NotNow, NotSent
from notifications.channels import sms as sms_channel
from notifications.deliveries import DEAD, EMERGENCY, FAILED, FCM, QUEUED, SENT, SMS, Delivery

log = structlog.get_logger(__name__)
GIVE_UP = {"normal": timedelta(hours=6), EMERGENCY: timedelta(hours=24)}


def _push(letter: Letter) -> str:
    from notifications.channels import fcm  # the SDK takes 0.6 s to import, and only a courier that pushes needs it

    return fcm.send(letter)


WAYS: dict[str, Callable[[Letter], str]] = {FCM: _push, SMS: sms_channel.send}


@dataclass(frozen=True)
class Courier:
    """Who acts: the service itself."""

    kind: str = "system"
    person_id: UUID | None = None
    acting_for: UUID | None = None
    doer_id: UUID | None = None


COURIER = Courier()


def register_loops() -> None:
    """One loop for each way out, run by the worker."""
    for channel in WAYS:
        register(
            DueLoop(
                f"courier.{channel}",
                Delivery,
                deliver,
                lease=timedelta(seconds=60),
                threads=8,
                only={"channel": channel},
                longest=timedelta(minutes=5),
            )
        )


def deliver(row: Delivery) -> None:
    """Send one claimed delivery and write the outcome. Raises NotNow to be tried again, later each time."""
    if row.state != QUEUED:
        return
    if now() - row.at > (sms.LIFE if row.topic == sms.TOPIC else GIVE_UP[row.urgency]):
        _settle(COURIER, row=row, state=DEAD, reason="tried too long")
        return
    if row.urgency != EMERGENCY and _held_back(row):
        return
    try:
        provider_id = _send(COURIER, row=row) if row.channel == SMS and env.demo else WAYS[row.channel](_letter(row))
    except NotSent as never:
        _settle(COURIER, row=row, state=FAILED, reason=never.reason, retires=never.retires)
    except KeyDestroyed:
        _settle(COURIER, row=row, state=FAILED, reason="recipient erased")
    except NotNow as later:
        if later.retry_after is None:
            raise
        _postpone(row, later.retry_after * random.uniform(1.0, 1.2), later.code)  # noqa: S311 - jitter
    else:
        _settle(COURIER, row=row, state=SENT, provider_id=provider_id)


def _held_back(row: Delivery) -> bool:
    """Preferences may have changed since it was queued: the ones at sending count."""
    preference = preferences.of(row.person_id)
    if not preference.wants(row.topic, row.channel):
        _settle(COURIER, row=row, state=FAILED, reason="switched off by the recipient")
        return True
    moment = now()
    end = preference.quiet_end(moment)
    if end is not None:
        _postpone(row, (end - moment).total_seconds(), "")
    return end is not None


def _postpone(row: Delivery, seconds: float, why: str) -> None:
    due = now() + timedelta(seconds=seconds)
    Delivery.objects.filter(pk=row.pk, lease=row.lease).update(due_at=due, last_error=why)


def _letter(row: Delivery) -> Letter:
    if row.sealed is not None:
        to, text = sms.opened(row)
    else:
        live = Address.objects.filter(retired_at__isnull=True)
        address = live.filter(id=row.address_id).first() if row.address_id is not None else None
        if address is None:
            raise NotSent("address retired")
        to = address.value
        text = templates.render(row.topic, row.params, preferences.of(row.person_id).language)
    return Letter(
        delivery_id=row.id,
        notice_id=row.notice_id,
        person_id=row.person_id,
        to=to,
        text=text,
        topic=row.topic,
        about=row.about,
        is_emergency=row.urgency == EMERGENCY,
    )


@verb("delivery.outbox", audited=False)
def _send(actor: Courier, *, row: Delivery) -> str:
    """In the demo the SMS provider is our own table: it is written inside a verb."""
    return sms_channel.send(_letter(row))


@verb("delivery.settle", audited=False)
def _settle(
    actor: Courier, *, row: Delivery, state: str, reason: str = "", provider_id: str = "", retires: bool = False
) -> None:
    if row.channel == FCM and env.demo and env.fcm_credentials is None:
        _show_push(row)
    at = now() if state == SENT else None
    deliveries.settle(row, state, reason=reason, provider_id=provider_id, at=at)
    if retires and row.address_id is not None:
        addresses.retire(row.address_id, reason)
        record("address.retired", about=None, address_id=str(row.address_id), reason=reason)
    if state != SENT:
        log.warning("delivery.not_sent", channel=row.channel, state=state, reason=reason)


def _show_push(row: Delivery) -> None:
    """The demo has no push provider: its outbox shows what would have gone out, and the delivery still says that it did not."""
    phone = addresses.live(row.person_id, addresses.SMS).first() if row.person_id else None
    if phone is None:
        return
    text = templates.render(row.topic, row.params, preferences.of(row.person_id).language)
    outbox.write(FCM, phone.value, text, person_id=row.person_id)
