"""A person calls for help, and may call it off; calling off never closes anything."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.community.models import Division, Home
from backend.core.clock import now
from backend.core.errors import FieldError, NotFound
from backend.core.geo import CRS
from backend.core.verb import record, verb
from backend.emergency import interpretation, ladder
from backend.emergency.errors import IdTaken
from backend.emergency.intake import Arrival, keep, take_key
from backend.emergency.kinds import PRIORITY, Identity, Kind, Priority, State
from backend.emergency.models import EscalationPolicy, Incident, SignalKey
from backend.emergency.opening import Call, open_or_join
from backend.people import consents, purposes
from backend.people.actor import Actor
from backend.people.models import Residency

SOURCE = "alarm"


@dataclass(frozen=True)
class Raised:
    """What became of an alarm. `faults`: fields that made no sense; the alarm stands all the same, without them."""

    incident: Incident
    signal: UUID
    is_repeat: bool = False
    faults: tuple[FieldError, ...] = ()


@verb("alarm.raise", audited=False)
def raise_alarm(
    actor: Actor,
    *,
    id: UUID,
    kind: Any = Kind.SOS,
    at: Any = None,
    lon: Any = None,
    lat: Any = None,
    crs: Any = "wgs84",
    home_id: Any = None,
    note: Any = None,
) -> Raised:
    """Open the person's incident, or join the open one. `id` is made by the client: repeating it changes nothing.

    Any known person is heard: suspended, without a confirmed home, or from nowhere we know, the alarm is stored as P1 with
    identity unverified for the district's desk. Raises Forbidden for nobody at all, IdTaken for somebody else's id.
    """
    person = actor.must_be_known()
    kind = kind or Kind.SOS
    if (lon is not None or lat is not None) and consents.refused(person, purposes.LOCATION):
        lon = lat = None  # help goes to the registered home instead
    said = {"id": id, "kind": kind, "at": at, "lon": lon, "lat": lat, "crs": crs, "home_id": home_id, "note": note}
    raw = json.dumps({k: v for k, v in said.items() if v is not None}, default=str).encode()
    arrival = Arrival(SOURCE, str(id), "app", raw, owner_id=person, person_id=person)
    key, is_new = take_key(arrival)
    if not is_new:
        if key.person_id != person:
            raise IdTaken
        return Raised(Incident.objects.get(id=key.settled), key.signal_id, is_repeat=True)
    faults = tuple(_faults(said))
    detail: dict[str, Any] = interpretation.position(lon, lat, crs or "wgs84")
    if note:
        detail["note"] = str(note)[:2000]
    home, community, identity = _place(actor, home_id)
    told = Kind(kind) if kind in Kind.values else Kind.UNIDENTIFIED
    device_at = interpretation.moment(at) if at is not None else None
    incident = open_or_join(
        Call(
            subject=f"person:{person}",
            kind=told,
            priority=PRIORITY[told] if identity == Identity.VERIFIED else Priority.LIFE,
            identity=identity,
            person_id=person,
            home_id=home.id if home else None,
            community=community,
        ),
        key.signal_id,
    )
    keep(
        replace(arrival, community_id=incident.community_id, sent_at=device_at),
        signal_id=key.signal_id,
        at=key.signal_at,
        kind=told,
        device_at=device_at,
        incident_id=incident.id,
        detail=detail,
    )
    key.incident_id = incident.id
    key.save(update_fields=["incident_id"])
    return Raised(incident, key.signal_id, faults=faults)


def _place(actor: Actor, home_id: Any) -> tuple[Home | None, Division | None, Identity]:
    """Where to send help: the named home when it is the person's own, else their first; unverified: the home as a hint only."""
    person = actor.must_be_known()
    homes = list(
        Residency.objects.filter(user_id=person, state__in=["pending", "confirmed"])
        .select_related("home__community__parent__parent")
        .order_by("-state", "created_at")
    )
    moment = now()
    live = [r for r in homes if r.until is None or r.until > moment]
    confirmed = [r.home for r in live if r.state == Residency.State.CONFIRMED]
    wanted = str(home_id) if home_id else ""
    named = next((r.home for r in live if str(r.home_id) == wanted), None)
    pick = named or (None if wanted else next(iter(confirmed), next((r.home for r in live), None)))
    if actor.state == "active" and not actor.is_limited and pick is not None and pick in confirmed:
        return pick, pick.community, Identity.VERIFIED
    return pick, None, Identity.UNVERIFIED


def _faults(said: dict[str, Any]) -> list[FieldError]:
    found = []
    if said["kind"] not in Kind.values:
        found.append(FieldError("/kind", "unknown-kind", f"must be one of {', '.join(Kind.values)}", "未知的求助类型"))
    if said["crs"] not in (None, *CRS):
        found.append(FieldError("/crs", "unknown-datum", f"must be one of {', '.join(CRS)}", "未知的坐标系"))
    for name, most in (("lon", 180), ("lat", 90)):
        if said[name] is not None and not _is_within(said[name], most):
            found.append(FieldError(f"/{name}", "out-of-range", f"must be -{most} to {most} degrees", "坐标超出范围"))
    if said["at"] is not None and interpretation.moment(said["at"]) is None:
        found.append(
            FieldError("/at", "not-a-time", "must be ISO 8601 with an offset", "时间须为带时区的 ISO 8601 格式")
        )
    return found


def _is_within(degrees: Any, most: int) -> bool:
    try:
        return -most <= float(degrees) <= most
    except (TypeError, ValueError, OverflowError):
        return False


@verb("alarm.cancel", audited=False)
def cancel_alarm(actor: Actor, *, id: UUID) -> Raised:
    """The person's own cancel: the incident becomes a P2 call-back, never closed. Repeatable. Raises NotFound for others."""
    person = actor.must_be_known()
    key = SignalKey.objects.filter(source=SOURCE, event_id=str(id), person_id=person).first()
    if key is None:
        raise NotFound
    incident = Incident.objects.select_for_update().get(id=key.settled)
    if incident.state == State.RESOLVED or incident.cancelled_at is not None:
        return Raised(incident, key.signal_id, is_repeat=True)
    incident.cancelled_at = now()
    if incident.priority == Priority.LIFE:
        incident.priority = Priority.WELFARE
        incident.policy = EscalationPolicy.for_case([incident.division_id], incident.kind, Priority.WELFARE)
    if incident.state == State.OPEN:
        # The desk knows already; it now has the time of a call-back before the ladder goes on.
        incident.due_at = now() + timedelta(seconds=incident.policy["steps"][0]["wait"])
    incident.save()
    record("incident.cancelled_by_person", about=incident, signal=key.signal_id)
    ladder.tell_desks(incident, "incident.cancelled")
    return Raised(incident, key.signal_id)


def own_alarm(actor: Actor, id: UUID) -> Raised:
    """Read one's own alarm by the id it was raised with. Raises NotFound for others."""
    person = actor.must_be_known()
    key = SignalKey.objects.filter(source=SOURCE, event_id=str(id), person_id=person).first()
    incident = Incident.objects.filter(id=key.settled, person_id=person).first() if key else None
    if key is None or incident is None:
        raise NotFound
    return Raised(incident, key.signal_id)
