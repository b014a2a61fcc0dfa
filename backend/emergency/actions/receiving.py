"""A device speaks: the raw bytes first, the incident in the same transaction, the acknowledgement after the commit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction

from backend.core.clock import now
from backend.core.verb import hint, record, verb
from backend.emergency import interpretation, ladder
from backend.emergency.intake import Arrival, is_skewed, keep, take_key
from backend.emergency.interpretation import Meaning
from backend.emergency.kinds import Identity, Kind, Priority
from backend.emergency.models import Device, Incident, Signal, SignalKey, SignalRetry
from backend.emergency.opening import Call, open_or_join
from backend.people.actor import Actor

RETRY_AFTER = timedelta(seconds=30)
# What nobody signed is kept, but not without end: this many rows an hour and sender, and this many bytes each.
UNSIGNED_AN_HOUR = 200
UNSIGNED_BYTES = 8192
# Beyond this many open calls of unknown senders, further ones share one incident.
STRANGERS_APART = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Received:
    """What the device may be told. `incident_id` is None for heartbeats and tests."""

    signal_id: UUID
    incident_id: UUID | None
    is_repeat: bool = False


@verb("signal.receive", audited=False)
def receive_signal(actor: Actor, *, arrival: Arrival) -> Received:
    """Store a signal and open or join its incident.

    Whatever interpretation does, the raw row commits; when it fails, so do a due retry and a P1 "unidentified" incident.
    A repeated event id gives the same ids; when its bytes differ (a device that counts from one again), the desk hears of it.
    """
    device = Device.known(arrival.device_id)
    key, is_new = take_key(arrival)
    is_replayed = not is_new and bytes(key.digest) != arrival.digest
    if not is_new and not is_replayed:
        return Received(key.signal_id, key.incident_id, is_repeat=True)
    if is_replayed:
        # Other bytes under a known id: a second raw row, told to the desk, answered with the ids of the first.
        again, _ = take_key(replace(arrival, event_id=f"{arrival.event_id[:80]}#{arrival.digest.hex()[:32]}"))
        if again.incident_id is not None or again.repeats:
            return Received(key.signal_id, key.incident_id, is_repeat=True)
        _take_in(arrival, again, device, is_replayed=True)
        return Received(key.signal_id, key.incident_id or again.incident_id, is_repeat=True)
    incident_id = _take_in(arrival, key, device)
    return Received(key.signal_id, incident_id)


def _take_in(arrival: Arrival, key: SignalKey, device: Device | None, *, is_replayed: bool = False) -> UUID | None:
    signal = keep(arrival, signal_id=key.signal_id, at=key.signal_at, is_replayed=is_replayed)
    failed = ""
    incident: Incident | None = None
    try:
        with transaction.atomic():
            meaning = interpretation.interpret(arrival.protocol, arrival.raw)
            incident = act_on(signal, meaning, device)
    except Exception as fault:
        failed = type(fault).__name__
        log.warning("signal.not_interpreted", signal=str(signal.id), error=failed)
        incident = _unidentified(signal, device)
        SignalRetry.objects.create(
            signal_id=signal.id,
            signal_at=signal.at,
            incident_id=incident.id,
            due_at=now() + RETRY_AFTER,
            last_error=failed,
        )
        record("signal.not_interpreted", about=incident, signal=signal.id, error=failed)
        hint("due:signal-retry")
    if incident is not None:
        Signal.objects.filter(at=signal.at, id=signal.id).update(incident_id=incident.id)
        key.incident_id = incident.id
        key.save(update_fields=["incident_id"])
    _seen(device, None)
    return incident.id if incident else None


def act_on(signal: Signal, meaning: Meaning, device: Device | None) -> Incident | None:
    """Write the meaning into the signal's row and open or join what follows from it; None when nothing does."""
    Signal.objects.filter(at=signal.at, id=signal.id).update(
        kind=meaning.word,
        code=meaning.code,
        device_at=meaning.at,
        battery=meaning.battery,
        is_clock_skewed=signal.is_clock_skewed or is_skewed(meaning.at, signal.at),
        detail_sealed=Signal.seal_detail(signal.owner_id, meaning.detail),
    )
    _seen(device, meaning.battery)
    if meaning.kind is None:
        return None
    if meaning.is_restore:
        return _restored(signal, meaning, device)
    return open_or_join(_call(signal, device, meaning.kind, meaning.priority), signal.id)


def _call(signal: Signal, device: Device | None, kind: Kind, priority: Priority) -> Call:
    if device is None:
        return Call(_stranger(signal.source), kind, priority, Identity.UNVERIFIED)
    is_known = signal.is_authentic and (device.home_id is not None or device.user_id is not None)
    return Call(
        subject=device.subject,
        kind=kind,
        priority=priority,
        identity=Identity.VERIFIED if is_known else Identity.UNVERIFIED,
        person_id=device.user_id,
        home_id=device.home_id,
        device_id=device.id,
        community=device.community,
    )


def _stranger(source: str) -> str:
    """An unknown sender's own case, unless a flood of invented senders would bury the desk."""
    others = Incident.objects.unresolved().filter(device=None, person=None).exclude(subject=source)
    return source if others.count() < STRANGERS_APART else "strangers"


def _unidentified(signal: Signal, device: Device | None) -> Incident:
    return open_or_join(_call(signal, device, Kind.UNIDENTIFIED, Priority.LIFE), signal.id)


def _restored(signal: Signal, meaning: Meaning, device: Device | None) -> Incident | None:
    """What was wrong is well again, says the device: the incident hears of it, a person decides."""
    subject = device.subject if device else signal.source
    incident = Incident.objects.unresolved().filter(subject=subject, kind=meaning.kind).first()
    if incident is not None:
        record("incident.restored", about=incident, signal=signal.id)
        ladder.tell_desks(incident, "incident.restored")
    return incident


def _seen(device: Device | None, battery: int | None) -> None:
    if device is not None:
        more = {} if battery is None else {"battery": battery}
        Device.objects.filter(id=device.id).update(last_seen_at=now(), **more)


@verb("device.heartbeat", audited=False)
def heartbeat(actor: Actor, *, device_id: UUID) -> None:
    """The device lives. Nothing else changes."""
    Device.objects.filter(id=device_id).update(last_seen_at=now())


_BEATS = """
UPDATE emergency_device AS d SET last_seen_at = %(now)s, battery = coalesce(v.battery, d.battery)
FROM unnest(%(ids)s::uuid[], %(batteries)s::smallint[]) AS v(id, battery) WHERE d.id = v.id
"""


@verb("device.heartbeats", audited=False)
def heartbeats(actor: Actor, *, seen: Mapping[UUID, int | None]) -> int:
    """Many devices live, in one statement: device → battery in percent, None when it said nothing of it. Returns how many."""
    if not seen:
        return 0
    ids = sorted(seen)
    with connection.cursor() as cursor:
        cursor.execute(_BEATS, {"now": now(), "ids": ids, "batteries": [seen[one] for one in ids]})
        return int(cursor.rowcount)


@verb("signal.receive_unsigned", audited=False)
def receive_unsigned(
    actor: Actor, *, protocol: str, raw: bytes, sender: str, device_id: UUID | None = None, why: str = ""
) -> Received | None:
    """Keep a message whose signature does not hold, within bounds, and tell the desk; None when the hour's bound is reached.

    `sender`: what it claims to be; `why`: a code for the desk, such as `key-retired`. Anybody can send such a message, so that
    it is a technical P3, at the district when unknown.
    """
    device = Device.known(device_id)
    source = f"unsigned:{device.id}" if device else "unsigned:unknown"
    kept = Signal.objects.filter(at__gt=now() - timedelta(hours=1), is_authentic=False, source=source)
    if kept.count() >= UNSIGNED_AN_HOUR:
        return None
    digest = hashlib.sha256(sender.encode() + raw).hexdigest()
    arrival = Arrival(
        source,
        digest,
        protocol,
        raw[:UNSIGNED_BYTES],
        owner_id=device.owner_id if device else Arrival.owner_id,
        device_id=device.id if device else None,
        is_authentic=False,
        same_for=timedelta(hours=1),
    )
    key, is_new = take_key(arrival)
    if not is_new:
        return Received(key.signal_id, key.incident_id, is_repeat=True)
    signal = keep(arrival, signal_id=key.signal_id, at=key.signal_at, kind="unsigned", code=why)
    call = replace(_call(signal, device, Kind.TECHNICAL, Priority.DEVICE), subject=source, person_id=None, home_id=None)
    incident = open_or_join(call, signal.id, is_quiet=True)
    Signal.objects.filter(at=signal.at, id=signal.id).update(incident_id=incident.id)
    key.incident_id = incident.id
    key.save(update_fields=["incident_id"])
    return Received(signal.id, incident.id)
