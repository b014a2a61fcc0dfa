"""Taking a signal in: its key, its raw row. Runs inside verbs, before anybody asks what it means."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.core import vault
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.emergency.models import Signal, SignalKey
from backend.emergency.models.signals import STRANGER

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Arrival:
    """A message as a door hands it in. `same_for`: how long the same event id stays the same event (None: for ever).

    `said`: what is the same in every copy of the message where `raw` is not (a resending device stamps anew); empty: `raw` itself.
    """

    source: str
    event_id: str
    protocol: str
    raw: bytes
    owner_id: UUID = STRANGER
    device_id: UUID | None = None
    person_id: UUID | None = None
    community_id: UUID | None = None
    is_authentic: bool = True
    sent_at: datetime | None = None
    same_for: timedelta | None = None
    said: bytes = b""

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.said or self.raw).digest()


def take_key(arrival: Arrival) -> tuple[SignalKey, bool]:
    """The key row of this event, locked, and whether it is new. Of many at once one makes it, the others wait for that one."""
    signal_id, moment = uuid7(), now()
    mine = SignalKey(
        source=arrival.source,
        event_id=arrival.event_id,
        signal_id=signal_id,
        signal_at=moment,
        person_id=arrival.person_id,
        digest=arrival.digest,
    )
    locked = SignalKey.objects.select_for_update().filter(source=arrival.source, event_id=arrival.event_id)
    found = locked.first()
    if found is None:
        try:
            with transaction.atomic():
                mine.save(force_insert=True)
        except IntegrityError:
            found = locked.get()
        else:
            return mine, True
    if arrival.same_for is not None and found.signal_at < moment - arrival.same_for:
        # A sequence that wrapped: the same words, but another event.
        found.signal_id, found.signal_at, found.incident_id, found.repeats = signal_id, moment, None, 0
        found.digest = arrival.digest
        found.save()
        return found, True
    found.repeats += 1
    found.save(update_fields=["repeats"])
    return found, False


def keep(
    arrival: Arrival,
    *,
    signal_id: UUID,
    at: datetime,
    is_replayed: bool = False,
    detail: dict[str, Any] | None = None,
    **more: Any,
) -> Signal:
    """Write the raw row and its `detail`; sealed under the sender's key, or under nobody's when the sender was erased."""
    try:
        raw_sealed = Signal.seal_raw(arrival.owner_id, arrival.raw)
    except vault.KeyDestroyed:
        arrival = replace(arrival, owner_id=STRANGER)
        raw_sealed = Signal.seal_raw(STRANGER, arrival.raw)
    return Signal.objects.create(
        id=signal_id,
        at=at,
        source=arrival.source,
        event_id=arrival.event_id,
        protocol=arrival.protocol,
        device_id=arrival.device_id,
        person_id=arrival.person_id,
        community_id=arrival.community_id,
        is_authentic=arrival.is_authentic,
        is_clock_skewed=is_skewed(arrival.sent_at, at),
        is_replayed=is_replayed,
        owner_id=arrival.owner_id,
        raw_sealed=raw_sealed,
        detail_sealed=Signal.seal_detail(arrival.owner_id, detail or {}),
        **more,
    )


def is_skewed(device_at: datetime | None, at: datetime) -> bool:
    """Whether a device's clock is so far off that its times must not be believed."""
    return device_at is not None and abs(device_at - at) > CLOCK_TOLERANCE
